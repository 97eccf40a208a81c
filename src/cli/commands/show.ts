/** @file graft show: the stored text of a version, as citations quote it. */
import type { Command } from 'commander'
import { print, printJson } from '../output.ts'
import { withWorkspace } from '../session.ts'

export function showCommand(program: Command): void {
  program
    .command('show')
    .description('print the stored text of a version (versionId of a citation)')
    .argument('<versionId>')
    .option('--as <principal>', 'with the rights of this principal')
    .action((versionId: string, { as }: { as?: string }, command: Command) =>
      withWorkspace(command, async ({ workspace, options: { json } }) => {
        const reader = await workspace.access.reader(as)
        const version = await workspace.knowledge.version(versionId, reader)
        json ? printJson(version) : print(version.text)
      }),
    )
}

/** @file graft show: the stored text of a version, as citations quote it. */
import type { Command } from 'commander'
import { KnowledgeError } from '../../knowledge/index.ts'
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
        const version = (
          await workspace.knowledge.versions([versionId], await workspace.access.reader(as))
        ).get(versionId)
        if (!version)
          throw new KnowledgeError(
            'unknown_version',
            `there is no version "${versionId}" that you may read`,
            {
              hint: 'Use the versionId of a citation, or one that graft status --documents lists.',
            },
          )
        json ? printJson(version) : print(version.text)
      }),
    )
}

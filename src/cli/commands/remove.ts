/** @file graft remove: end documents; what they said stays readable as of an earlier date. */
import type { Command } from 'commander'
import { print, printJson } from '../output.ts'
import { type Session, withWorkspace } from '../session.ts'
import { summary } from './add.ts'

export function removeCommand(program: Command): void {
  program
    .command('remove')
    .description('remove the documents below a path or URL, or the text with that name')
    .argument('<target...>')
    .option('-c, --collection <name>', 'collection to remove from', 'default')
    .action((targets: string[], options: { collection: string }, command: Command) =>
      withWorkspace(command, (session) => remove(targets, options, session)),
    )
}

async function remove(
  targets: string[],
  { collection }: { collection: string },
  session: Session,
): Promise<void> {
  const {
    workspace,
    options: { json },
  } = session
  for (const target of targets) {
    const report = await workspace.knowledge.remove(target, { collection })
    if (json) printJson({ target, ...report })
    else print(report.removed > 0 ? summary(report) : `nothing is indexed below ${target}`)
    if (report.removed === 0) process.exitCode = 1
  }
}

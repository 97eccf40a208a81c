/** @file graft access: principals, their groups, and the groups that may read documents. */
import type { Command } from 'commander'
import { count, print, printJson } from '../output.ts'
import { list, withWorkspace } from '../session.ts'

export function accessCommand(program: Command): void {
  const access = program.command('access').description('manage who may read what')
  access
    .command('set')
    .description('create a principal or replace its groups')
    .argument('<principal>')
    .requiredOption('-g, --groups <names>', 'groups, comma-separated', list)
    .action((principal: string, { groups }: { groups: string[] }, command: Command) =>
      withWorkspace(command, async ({ workspace, options: { json } }) => {
        await workspace.access.set(principal, groups)
        json
          ? printJson({ principal, groups })
          : print(`${principal} is in ${groups.join(', ')} and everyone`)
      }),
    )
  access
    .command('list')
    .description('list principals and their groups')
    .action((_options: unknown, command: Command) =>
      withWorkspace(command, async ({ workspace, options: { json } }) => {
        const principals = await workspace.access.list()
        if (json) return printJson(principals)
        for (const { name, groups } of principals) print(`${name}: ${groups.join(', ')}`)
      }),
    )
  access
    .command('restrict')
    .description('replace the groups that may read the documents below a path or URL')
    .argument('<target>')
    .requiredOption(
      '-g, --groups <names>',
      'groups, comma-separated; everyone opens it to all',
      list,
    )
    .option('-c, --collection <name>', 'collection', 'default')
    .action(
      (
        target: string,
        { groups, collection }: { groups: string[]; collection: string },
        command: Command,
      ) =>
        withWorkspace(command, async ({ workspace, options: { json } }) => {
          const documents = await workspace.knowledge.restrict(target, groups, collection)
          json
            ? printJson({ target, groups, documents })
            : print(`${count(documents, 'document')}: ${groups.join(', ')}`)
        }),
    )
}

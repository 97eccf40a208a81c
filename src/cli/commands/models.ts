/** @file graft models: the adapters there are, and which of them is served under which name. */
import { type Command, InvalidArgumentError } from 'commander'
import type { AdapterVersion, Alias, Gate } from '../../behavior/index.ts'
import { bold, dim, print, printJson } from '../output.ts'
import { type Session, withWorkspace } from '../session.ts'
import { exportCommand } from './models-export.ts'
import { printGate } from './tune.ts'

type Force = { force?: boolean }

export function modelsCommand(program: Command): void {
  const models = program
    .command('models')
    .description('list adapters, and promote, roll back or try them on a part of the requests')
    .action((_options: unknown, command: Command) => withWorkspace(command, list))
  models
    .command('show')
    .description('where an adapter comes from, how it was measured, what the gate said')
    .argument('<adapter>', 'support, support:3 or support@production')
    .action((reference: string, _options: unknown, command: Command) =>
      withWorkspace(command, (session) => show(reference, session)),
    )
  models
    .command('promote')
    .description('serve an adapter under an alias, at once and for all requests')
    .argument('<adapter>')
    .argument('[alias]', 'name of use', 'production')
    .option('--force', 'although the gate refused it')
    .action((reference: string, alias: string, { force = false }: Force, command: Command) =>
      withWorkspace(command, async (session) => {
        const { registry } = session.workspace.behavior
        report(await registry.promote(reference, alias, { force }), session)
      }),
    )
  models
    .command('canary')
    .description('send a share of the requests of an alias to another version')
    .argument('<adapter>')
    .argument('<share>', 'such as 10%', share)
    .argument('[alias]', 'name of use', 'production')
    .option('--force', 'although the gate refused it')
    .action(
      (
        reference: string,
        part: number,
        alias: string,
        { force = false }: Force,
        command: Command,
      ) =>
        withWorkspace(command, async (session) => {
          const { registry } = session.workspace.behavior
          report(await registry.canary(reference, alias, { share: part, force }), session)
        }),
    )
  models
    .command('rollback')
    .description('end a canary, or go back to the version promoted before')
    .argument('<name>')
    .argument('[alias]', 'name of use', 'production')
    .action((name: string, alias: string, _options: unknown, command: Command) =>
      withWorkspace(command, async (session) => {
        report(await session.workspace.behavior.registry.rollback(name, alias), session)
      }),
    )
  models
    .command('remove')
    .description('delete an adapter that no alias stands for')
    .argument('<adapter>')
    .action((reference: string, _options: unknown, command: Command) =>
      withWorkspace(command, async ({ workspace, options: { json } }) => {
        await workspace.behavior.registry.remove(reference)
        json ? printJson({ removed: reference }) : print(`${reference} is removed`)
      }),
    )
  exportCommand(models)
}

async function list({ workspace, options: { json } }: Session): Promise<void> {
  const { registry } = workspace.behavior
  const [adapters, aliases] = [await registry.list(), await registry.aliases()]
  if (json) return printJson({ adapters, aliases })
  if (adapters.length === 0) return print('no adapters yet; make one with: graft tune FILE')
  for (const adapter of adapters) {
    const used = aliases.flatMap((alias) => useOf(adapter, alias))
    const { name, version, verdict, base, createdAt } = adapter
    const served = used.length > 0 ? `  ${bold(used.join(', '))}` : ''
    print(`${name}:${version}  ${verdict}${served}  ${dim(`${base}, ${createdAt}`)}`)
  }
}

function useOf({ name, version }: AdapterVersion, alias: Alias): string[] {
  if (alias.name !== name) return []
  const label = `@${alias.alias}`
  if (alias.canaryVersion === version) return [`${label} (${percent(alias.canaryShare)})`]
  if (alias.version !== version) return []
  return [alias.canaryVersion === null ? label : `${label} (${percent(1 - alias.canaryShare)})`]
}

async function show(reference: string, session: Session): Promise<void> {
  const adapter = await session.workspace.behavior.registry.get(reference)
  if (session.options.json) return printJson(adapter)
  const { name, version, base, baseHash, dataHash, config, hash, createdAt, evaluation } = adapter
  print(bold(`${name}:${version}`))
  print(`created   ${createdAt}`)
  print(`base      ${base}  ${dim(baseHash.slice(0, 12))}`)
  print(`data      ${dataHash.slice(0, 12)}`)
  print(`adapter   ${hash.slice(0, 12)}`)
  print(`settings  ${JSON.stringify(config)}`)
  for (const line of evaluation.format as readonly string[]) print(`format    ${line}`)
  printGate(evaluation.gate as Gate)
}

function report(state: Alias, { options: { json } }: Session): void {
  const { name, alias, version, canaryVersion, canaryShare } = state
  const canary =
    canaryVersion === null
      ? ''
      : `, ${percent(canaryShare)} of the requests ${name}:${canaryVersion}`
  json ? printJson(state) : print(`${name}@${alias} is ${name}:${version}${canary}`)
}

function percent(value: number): string {
  return `${Math.round(value * 100)} %`
}

/** `10%` or `0.1`. */
function share(text: string): number {
  const value = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text)
  if (value > 0 && value < 1) return value
  throw new InvalidArgumentError('Give a share between 0 and 100 %, such as 10%.')
}

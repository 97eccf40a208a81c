/** @file graft keys: who may use the HTTP API, in whose name and for what. */
import { type Command, InvalidArgumentError } from 'commander'
import { type ApiKey, type ApiScope, apiScopes } from '../../knowledge/index.ts'
import { dim, note, print, printJson } from '../output.ts'
import { list, withWorkspace } from '../session.ts'

type CreateOptions = { principal?: string; scopes: ApiScope[]; days?: number }

export function keysCommand(program: Command): void {
  const keys = program.command('keys').description('make and revoke keys of the HTTP API')
  keys
    .command('create')
    .description('make a key; it is shown once and never again')
    .argument('<name>', 'what uses it')
    .option('-p, --principal <name>', 'whose documents it reads; default: everything')
    .option('-s, --scopes <names>', `comma-separated: ${apiScopes.join(', ')}`, scopes, ['read'])
    .option('--days <count>', 'days until it ends; default: no end', Number)
    .action((name: string, options: CreateOptions, command: Command) =>
      withWorkspace(command, async ({ workspace, options: { json } }) => {
        const { key, record } = await workspace.access.keys.create({ name, ...options })
        if (json) return printJson({ key, ...record })
        note(`${describe(record)}\nKeep it now: only its hash is stored.`)
        print(key)
      }),
    )
  keys
    .command('list')
    .description('list keys, without their secrets')
    .action((_options: unknown, command: Command) =>
      withWorkspace(command, async ({ workspace, options: { json } }) => {
        const records = await workspace.access.keys.list()
        if (json) return printJson(records)
        if (records.length === 0) return print('no keys yet; make one with: graft keys create NAME')
        for (const record of records) print(describe(record))
      }),
    )
  keys
    .command('revoke')
    .description('refuse a key from now on')
    .argument('<id>')
    .action((id: string, _options: unknown, command: Command) =>
      withWorkspace(command, async ({ workspace, options: { json } }) => {
        const record = await workspace.access.keys.revoke(id)
        json ? printJson(record) : print(`${id} (${record.name}) is revoked`)
      }),
    )
}

function describe(record: ApiKey): string {
  const { id, name, principal, scopes, createdAt, expiresAt, lastUsedAt, revokedAt } = record
  const state = revokedAt
    ? `revoked ${revokedAt}`
    : `${expiresAt ? `until ${expiresAt}` : 'no end'}, ${lastUsedAt ? `last used ${lastUsedAt}` : 'not used yet'}`
  return `${id}  ${name}  ${principal ?? 'owner'}: ${scopes.join(', ')}  ${dim(`${state}, made ${createdAt}`)}`
}

function scopes(text: string): ApiScope[] {
  const named = list(text)
  const unknown = named.find((name) => !apiScopes.some((scope) => scope === name))
  if (unknown === undefined && named.length > 0) return named as ApiScope[]
  throw new InvalidArgumentError(`Give one or more of ${apiScopes.join(', ')}.`)
}

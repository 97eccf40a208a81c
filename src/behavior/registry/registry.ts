/** @file The registry: adapters by name and version, the aliases that serve them, canaries and rollback. */
import type { Database, Queryable } from '../../db/index.ts'
import { sha256 } from '../../util/hash.ts'
import { BehaviorError } from '../errors.ts'
import {
  type AdapterFile,
  type AdapterReference,
  type AdapterVersion,
  assertName,
  parseReference,
} from './adapter-version.ts'
import {
  type Alias,
  type AliasAction,
  type AliasChange,
  deleteAdapter,
  insertAdapter,
  insertFiles,
  saveAlias,
  selectAdapters,
  selectAlias,
  selectAliases,
  selectByHash,
  selectChanges,
  selectFiles,
} from './queries.ts'

export type NewAdapter = Omit<AdapterVersion, 'id' | 'version' | 'createdAt' | 'hash'> & {
  readonly files: readonly AdapterFile[]
}

export type Registry = {
  /** Adds a version; the same files under the same name stay the version that they are. */
  register(adapter: NewAdapter): Promise<AdapterVersion>
  /** Newest first within a name. */
  list(name?: string): Promise<AdapterVersion[]>
  /** @throws BehaviorError `adapter_unknown` | `invalid_name` */
  get(reference: string): Promise<AdapterVersion>
  files(adapter: Pick<AdapterVersion, 'id'>): Promise<AdapterFile[]>
  /** @throws BehaviorError `adapter_in_use` while an alias stands for it */
  remove(reference: string): Promise<void>
  aliases(): Promise<Alias[]>
  history(name: string, alias: string): Promise<AliasChange[]>
  /**
   * Lets an alias stand for a version, all requests.
   * @throws BehaviorError `gate_refused` unless the gate passed it or `force` is set
   */
  promote(reference: string, alias: string, options?: { force?: boolean }): Promise<Alias>
  /** Sends a share of an alias's requests to a version. @throws BehaviorError as `promote` does */
  canary(
    reference: string,
    alias: string,
    options: { share: number; force?: boolean },
  ): Promise<Alias>
  /** Ends a canary, or goes back to the version before. @throws BehaviorError `nothing_to_roll_back` */
  rollback(name: string, alias: string): Promise<Alias>
  /**
   * The version that a request gets. `ticket` in [0, 1) decides about the canary, so that one
   * conversation can stay with one version.
   */
  resolve(reference: string, ticket?: number): Promise<AdapterVersion>
}

export function createRegistry(db: Database): Registry {
  const get = async (reference: string): Promise<AdapterVersion> =>
    await find(db, parseReference(reference))

  const change = (
    reference: string,
    action: AliasAction,
    apply: (tx: Queryable, version: AdapterVersion) => Promise<Alias>,
  ): Promise<Alias> =>
    db.transaction(async (tx) => {
      const next = await apply(tx, await find(tx, parseReference(reference)))
      await saveAlias(tx, next, action)
      return next
    })

  return {
    async register({ files, ...adapter }) {
      assertName(adapter.name)
      const hash = hashFiles(files)
      return await db.transaction(async (tx) => {
        const known = await selectByHash(tx, adapter.name, hash)
        if (known && known.verdict === adapter.verdict) return known
        const added = await insertAdapter(tx, { ...adapter, hash })
        await insertFiles(tx, added.id, files)
        return added
      })
    },
    list: (name) => selectAdapters(db, name),
    get,
    files: ({ id }) => selectFiles(db, id),
    async remove(reference) {
      const { id, name, version } = await get(reference)
      const user = (await selectAliases(db)).find(
        (alias) =>
          alias.name === name && (alias.version === version || alias.canaryVersion === version),
      )
      if (user) throw inUse(name, version, user.alias)
      await deleteAdapter(db, id)
    },
    aliases: () => selectAliases(db),
    history: (name, alias) => selectChanges(db, name, alias),
    promote: (reference, alias, { force = false } = {}) =>
      change(reference, 'promote', async (_, adapter) => {
        assertName(alias)
        assertPassed(adapter, force)
        const { name, version } = adapter
        return { name, alias, version, canaryVersion: null, canaryShare: 0 }
      }),
    canary: (reference, alias, { share, force = false }) =>
      change(reference, 'canary', async (tx, adapter) => {
        assertShare(share)
        assertPassed(adapter, force)
        const current = await selectAlias(tx, adapter.name, alias)
        if (!current) throw aliasUnknown(adapter.name, alias)
        return { ...current, canaryVersion: adapter.version, canaryShare: share }
      }),
    rollback: (name, alias) =>
      db.transaction(async (tx) => {
        const { action, ...next } = await stateBefore(tx, name, alias)
        await saveAlias(tx, next, action)
        return next
      }),
    async resolve(reference, ticket = Math.random()) {
      const parsed = parseReference(reference)
      if (!('alias' in parsed)) return await find(db, parsed)
      const found = await selectAlias(db, parsed.name, parsed.alias)
      if (!found) throw aliasUnknown(parsed.name, parsed.alias)
      const { name, version, canaryVersion, canaryShare } = found
      const isCanary = canaryVersion !== null && ticket < canaryShare
      return await find(db, { name, version: isCanary ? canaryVersion : version })
    },
  }
}

/** With a canary: without it. Else: the version that was promoted before this one. */
async function stateBefore(
  tx: Queryable,
  name: string,
  alias: string,
): Promise<Alias & { action: 'clear' | 'rollback' }> {
  const current = await selectAlias(tx, name, alias)
  if (!current) throw aliasUnknown(name, alias)
  const plain = { canaryVersion: null, canaryShare: 0 }
  if (current.canaryVersion !== null) return { ...current, ...plain, action: 'clear' }
  const previous = promotions(await selectChanges(tx, name, alias)).at(-2)
  if (previous === undefined)
    throw new BehaviorError('nothing_to_roll_back', `${name}@${alias} has had no other version`, {
      hint: 'Promote the version that you want instead.',
    })
  return { ...current, ...plain, version: previous, action: 'rollback' }
}

/** Versions promoted and not rolled back, oldest first: each rollback takes one off. */
function promotions(changes: readonly AliasChange[]): number[] {
  const stack: number[] = []
  for (const { action, version } of changes.toReversed()) {
    if (action === 'promote' && stack.at(-1) !== version) stack.push(version)
    if (action === 'rollback') stack.pop()
  }
  return stack
}

async function find(db: Queryable, reference: AdapterReference): Promise<AdapterVersion> {
  const { name } = reference
  if ('alias' in reference) {
    const alias = await selectAlias(db, name, reference.alias)
    if (!alias) throw aliasUnknown(name, reference.alias)
    return await find(db, { name, version: alias.version })
  }
  const versions = await selectAdapters(db, name)
  const found =
    'version' in reference
      ? versions.find(({ version }) => version === reference.version)
      : versions[0]
  if (found) return found
  const label = 'version' in reference ? `${name}:${reference.version}` : name
  const known = versions.map(({ version }) => `${name}:${version}`).join(', ')
  throw new BehaviorError('adapter_unknown', `there is no adapter "${label}"`, {
    hint: known === '' ? 'See "graft models" for those there are.' : `There are: ${known}.`,
  })
}

function hashFiles(files: readonly AdapterFile[]): string {
  const ordered = files.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  return sha256(...ordered.flatMap(({ path, content }) => [path, content]))
}

function assertPassed({ name, version, verdict }: AdapterVersion, force: boolean): void {
  if (verdict === 'passed' || force) return
  throw new BehaviorError('gate_refused', `the gate refused ${name}:${version}`, {
    hint: `See "graft models show ${name}:${version}" for the reasons; --force promotes it all the same.`,
  })
}

function assertShare(share: number): void {
  if (share > 0 && share < 1) return
  throw new BehaviorError('invalid_option', `the canary's share is ${share}`, {
    hint: 'Give a share between 0 and 1, or a percentage such as 10%.',
  })
}

function aliasUnknown(name: string, alias: string): BehaviorError {
  return new BehaviorError('alias_unknown', `there is no ${name}@${alias}`, {
    hint: `Make it with: graft models promote ${name} ${alias}`,
  })
}

function inUse(name: string, version: number, alias: string): BehaviorError {
  return new BehaviorError('adapter_in_use', `${name}:${version} is served as ${name}@${alias}`, {
    hint: 'Promote another version first.',
  })
}

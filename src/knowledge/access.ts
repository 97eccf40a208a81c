/** @file Who may read what: a reader is a set of groups, and every query carries it into its SQL. */
import type { Queryable } from '../db/index.ts'
import { KnowledgeError } from './errors.ts'

/** `groups: null` is the owner of the workspace, who reads everything. */
export type Reader = {
  readonly groups: readonly string[] | null
  /** Who it is, where that is known: what someone has made is theirs by this name. */
  readonly principal?: string
}

export const owner: Reader = { groups: null }

/** The group that every reader is in; documents carry it unless other groups are given. */
export const EVERYONE = 'everyone'

/** The group that holds one principal alone; what they upload is for it unless they share it. */
export function personalGroup(principal: string): string {
  return `principal:${principal}`
}

/** The reader behind a principal's name; the owner without one. @throws KnowledgeError unknown_principal */
export async function resolveReader(db: Queryable, principal?: string): Promise<Reader> {
  if (principal === undefined) return owner
  const [row] = await db.query<{ groups: string[] }>(
    'select groups from graft.principal where name = $1',
    [principal],
  )
  if (row) return { groups: [EVERYONE, personalGroup(principal), ...row.groups], principal }
  throw new KnowledgeError('unknown_principal', `there is no principal "${principal}"`, {
    hint: `Create it with its groups: graft access set ${principal} --groups GROUP,GROUP`,
  })
}

/** Creates a principal or replaces its groups. */
export async function setPrincipal(db: Queryable, name: string, groups: string[]): Promise<void> {
  await db.query(
    `insert into graft.principal (name, groups) values ($1, $2)
     on conflict (name) do update set groups = excluded.groups`,
    [name, groups],
  )
}

export async function listPrincipals(db: Queryable): Promise<{ name: string; groups: string[] }[]> {
  return await db.query('select name, groups from graft.principal order by name')
}

/** @file Pages of a list: rows after or before the one that a client has seen last. */
import type { Queryable, Row } from './database.ts'
import { StoreError } from './errors.ts'

export type Cursor = {
  /** Id of the row behind which the page begins. */
  after?: string | undefined
  /** Id of the row before which the page ends. */
  before?: string | undefined
  /** Default 20. */
  limit?: number | undefined
  /** By creation. Default `desc`: newest first. */
  order?: 'asc' | 'desc' | undefined
}

export type Page<T> = { data: T[]; hasMore: boolean }

/** What is listed; its rows are found by the column `id` and ordered by `position`, both of the alias. */
export type PageSource = {
  columns: string
  /** Table with its alias, and joins. */
  from: string
  alias: string
  where: string
  parameters: readonly unknown[]
  /** The column that clients know the rows by. Default `id`. */
  id?: string
}

const DEFAULT_LIMIT = 20

/** @throws StoreError unknown_cursor */
export async function selectPage<R extends Row>(
  db: Queryable,
  source: PageSource,
  { after, before, limit = DEFAULT_LIMIT, order = 'desc' }: Cursor = {},
): Promise<Page<R>> {
  const { columns, from, alias, where, parameters } = source
  const position = async (id: string | undefined): Promise<number | null> =>
    id === undefined ? null : await positionOf(db, source, id)
  const [first, last] = [await position(after), await position(before)]
  // The page before a row is read backwards from it.
  const isBackward = first === null && last !== null
  const [behind, ahead] = order === 'asc' ? ['>', '<'] : ['<', '>']
  const direction = (order === 'asc') === isBackward ? 'desc' : 'asc'
  const at = parameters.length
  const rows = await db.query<R>(
    `select ${columns} from ${from} where (${where})
       and ($${at + 1}::bigint is null or ${alias}.position ${behind} $${at + 1})
       and ($${at + 2}::bigint is null or ${alias}.position ${ahead} $${at + 2})
     order by ${alias}.position ${direction} limit $${at + 3}`,
    [...parameters, first, last, limit + 1],
  )
  const data = rows.slice(0, limit)
  return { data: isBackward ? data.reverse() : data, hasMore: rows.length > limit }
}

/** Among what is listed, so that a cursor says nothing of rows that are not. */
async function positionOf(
  db: Queryable,
  { from, alias, where, parameters, id: column = 'id' }: PageSource,
  id: string,
): Promise<number> {
  const [row] = await db.query<{ position: number }>(
    `select ${alias}.position from ${from} where (${where}) and ${alias}.${column} = $${parameters.length + 1}`,
    [...parameters, id.replaceAll('\0', '')],
  )
  if (row) return row.position
  throw new StoreError('unknown_cursor', `the list holds no "${id}" to go on from`, {
    hint: 'Send the id of an object of the page before as after or before.',
  })
}

/** @file What the answers of each key of the HTTP API have cost, by day. */
import type { Queryable } from '../db/index.ts'

const TODAY = "(now() at time zone 'utc')::date"

/** Tokens of the key's answers since midnight UTC. */
export async function tokensSpent(db: Queryable, keyId: string): Promise<number> {
  const [row] = await db.query<{ tokens: string | number }>(
    `select tokens from graft.api_key_use where key_id = $1 and day = ${TODAY}`,
    [keyId],
  )
  return Number(row?.tokens ?? 0)
}

export async function spendTokens(db: Queryable, keyId: string, tokens: number): Promise<void> {
  await db.query(
    `insert into graft.api_key_use as used (key_id, day, tokens) values ($1, ${TODAY}, $2)
     on conflict (key_id, day) do update set tokens = used.tokens + excluded.tokens`,
    [keyId, tokens],
  )
}

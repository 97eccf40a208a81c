/** @file What every store must do; run by the tests of the embedded one and of a Postgres server. */
import { describe, expect, it } from 'vitest'
import type { Database } from './database.ts'
import { StoreError } from './errors.ts'

/** Each call of `open` reaches the same store over a connection of its own. */
export function databaseContract(open: () => Promise<Database>): void {
  const name = (): string => `p${Math.random().toString(36).slice(2)}`
  const insert = 'insert into graft.principal (name, groups) values ($1, $2)'
  const countNamed = async (db: Database, like: string): Promise<number> => {
    const [row] = await db.query<{ n: number }>(
      'select count(*) as n from graft.principal where name like $1',
      [like],
    )
    return row!.n
  }

  describe('database contract', () => {
    it('returns rows as objects with numbers, arrays, dates and nulls', async () => {
      const db = await open()
      const [row] = await db.query(
        `select $1::bigint as big, $2::text[] as list, null as nothing, '2026-11-20'::timestamptz as day`,
        [42, ['a', 'b,"c']],
      )
      expect(row).toEqual({
        big: 42,
        list: ['a', 'b,"c'],
        nothing: null,
        day: new Date('2026-11-20T00:00:00Z'),
      })
      await db.close()
    })

    it('commits a transaction that resolves and rolls back one that throws', async () => {
      const db = await open()
      const [kept, dropped] = [name(), name()]
      await db.transaction((tx) => tx.query(insert, [kept, []]))
      const failing = db.transaction(async (tx) => {
        await tx.query(insert, [dropped, []])
        throw new Error('stop')
      })
      await expect(failing).rejects.toThrow('stop')
      expect(await countNamed(db, kept)).toBe(1)
      expect(await countNamed(db, dropped)).toBe(0)
      await db.close()
    })

    it('keeps transactions of many connections apart', async () => {
      const [a, b] = await Promise.all([open(), open()])
      const prefix = name()
      await Promise.all(
        Array.from({ length: 40 }, (_, i) =>
          (i % 2 ? a : b)
            .transaction(async (tx) => {
              await tx.query(insert, [`${prefix}${i}`, [String(i)]])
              const [own] = await tx.query<{ groups: string[] }>(
                'select groups from graft.principal where name = $1',
                [`${prefix}${i}`],
              )
              expect(own!.groups).toEqual([String(i)])
              if (i % 5 === 0) throw new Error('roll back')
            })
            .catch((error: Error) => expect(error.message).toBe('roll back')),
        ),
      )
      expect(await countNamed(a, `${prefix}%`)).toBe(32)
      await Promise.all([a.close(), b.close()])
    })

    it('does not show what another connection has not committed', async () => {
      const [a, b] = await Promise.all([open(), open()])
      const key = name()
      let seen: Promise<number> | undefined
      await a.transaction(async (tx) => {
        await tx.query(insert, [key, []])
        seen = countNamed(b, key)
        await new Promise((resolve) => setTimeout(resolve, 50))
      })
      // A server answers 0 at once; the embedded engine answers after the commit: never anything half-done.
      expect([0, 1]).toContain(await seen)
      expect(await countNamed(b, key)).toBe(1)
      await Promise.all([a.close(), b.close()])
    })

    it('shows one moment to all reads of a snapshot', async () => {
      const [a, b] = await Promise.all([open(), open()])
      const key = name()
      let written: Promise<unknown> | undefined
      const counts = await a.snapshot(async (tx) => {
        const count = async (): Promise<unknown> =>
          (await tx.query('select count(*) as n from graft.principal where name = $1', [key]))[0]
        const before = await count()
        written = b.query(insert, [key, []])
        await new Promise((resolve) => setTimeout(resolve, 50))
        return [before, await count()]
      })
      expect(counts).toEqual([{ n: 0 }, { n: 0 }])
      await written
      expect(await countNamed(a, key)).toBe(1)
      await expect(a.snapshot((tx) => tx.query(insert, [name(), []]))).rejects.toThrow(/read-only/)
      await Promise.all([a.close(), b.close()])
    })

    it('reports a failed statement without the values of its parameters, and works on', async () => {
      const db = await open()
      const secret = 'the text of a confidential document'
      const error = await db.query('select $1::int', [secret]).catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(StoreError)
      expect((error as StoreError).code).toBe('query_failed')
      expect(JSON.stringify(error)).not.toContain('confidential')
      expect(await db.query('select 1 as one')).toEqual([{ one: 1 }])
      await db.close()
    })

    it('carries large values both ways', async () => {
      const db = await open()
      const text = 'ä𝄞x'.repeat(700_000)
      const [row] = await db.query<{ text: string }>('select $1::text as text', [text])
      expect(row!.text).toBe(text)
      await db.close()
    })

    it('searches words and vectors', async () => {
      const db = await open()
      await db.query('select * from graft.search_current($1, null, null, null, null, null, 5)', [
        'anything',
      ])
      const [row] = await db.query<{ d: number }>(`select '[1,0]'::vector <=> '[0,1]'::vector as d`)
      expect(row!.d).toBeCloseTo(1)
      await db.close()
    })
  })
}

/** @file Filters over attributes, as Postgres runs them. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../src/db/index.ts'
import type { AttributeFilter, AttributeValue } from '../../src/knowledge/index.ts'
import { toJsonPath } from '../../src/knowledge/retrieve/attribute-filter.ts'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'

let test: TestWorkspace
let db: Database

beforeAll(async () => {
  test = await openTestWorkspace()
  db = await test.openStore()
})

afterAll(() => test.close())

describe('attribute filters in SQL', () => {
  type Attributes = Record<string, AttributeValue>

  /** The same rules in our own words. */
  function passes(attributes: Attributes, filter: AttributeFilter): boolean {
    if ('filters' in filter) {
      const results = filter.filters.map((part) => passes(attributes, part))
      return filter.type === 'and' ? !results.includes(false) : results.includes(true)
    }
    const actual = Object.hasOwn(attributes, filter.key) ? attributes[filter.key] : undefined
    const values = [filter.value].flat() as AttributeValue[]
    if (filter.type === 'eq' || filter.type === 'in') return values.includes(actual!)
    if (filter.type === 'ne' || filter.type === 'nin') return !values.includes(actual!)
    const [value] = values
    if (actual === undefined || typeof actual !== typeof value) return false
    const order = compare(actual, value!)
    return { gt: order > 0, gte: order >= 0, lt: order < 0, lte: order <= 0 }[filter.type]
  }

  /** Postgres orders strings in jsonpath by code points. */
  function compare(a: AttributeValue, b: AttributeValue): number {
    if (typeof a !== 'string' || typeof b !== 'string') return Number(a) - Number(b)
    return Buffer.compare(Buffer.from(a), Buffer.from(b))
  }

  const text = fc.oneof(
    fc.constantFrom(
      'a',
      'b',
      '$.a',
      '"',
      "'",
      '\\',
      '',
      'ä',
      '💶',
      '") || (1 == 1',
      '@',
      '\n',
      '\ue000',
    ),
    fc.string({ unit: 'grapheme', maxLength: 6 }).filter((value) => !value.includes('\0')),
  )
  const number = fc.oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.constantFrom(1e21, -1.5e-9, 0.1, Number.MAX_SAFE_INTEGER),
  )
  const scalar = fc.oneof(text, number, fc.boolean())
  const key = fc.constantFrom('a', 'b', 'c d', '"', '$', '')
  const filter: fc.Arbitrary<AttributeFilter> = fc.letrec<{ node: AttributeFilter }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      fc.record({ type: fc.constantFrom('eq', 'ne'), key, value: scalar }),
      fc.record({
        type: fc.constantFrom('gt', 'gte', 'lt', 'lte'),
        key,
        value: fc.oneof(text, number),
      }),
      fc.record({
        type: fc.constantFrom('in', 'nin'),
        key,
        value: fc.array(scalar, { maxLength: 3 }),
      }),
      fc.record({
        type: fc.constantFrom('and', 'or'),
        filters: fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
      }),
    ),
  })).node as fc.Arbitrary<AttributeFilter>

  it('mean what they say, for any attributes and filters', async () => {
    const property = fc.asyncProperty(
      fc.dictionary(key, scalar, { maxKeys: 4 }),
      filter,
      async (attributes, wanted) => {
        const [row] = await db.query<{ passes: boolean | null }>(
          'select $1::jsonb @@ $2::jsonpath as passes',
          [JSON.stringify(attributes), toJsonPath(wanted)],
        )
        // Unknown counts as not passing.
        expect(row!.passes ?? false).toBe(passes(attributes, wanted))
      },
    )
    await fc.assert(property, { numRuns: 400 })
  })
})

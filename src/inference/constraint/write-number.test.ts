import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonAcceptor } from '../../../test/fixtures/engine/json-acceptor.ts'

describe('numbers', () => {
  it('keeps numbers between their limits', () => {
    const limit = fc.oneof(
      fc.integer({ min: -120, max: 120 }),
      fc.double({ min: -12, max: 12, noNaN: true }),
    )
    const number = fc.oneof(
      fc.integer({ min: -150, max: 150 }),
      fc.integer({ min: -15_000, max: 15_000 }).map((value) => value / 100),
      fc.double({ min: -13, max: 13, noNaN: true }),
    )
    const schemas = fc.record(
      {
        type: fc.constantFrom('integer', 'number'),
        minimum: limit,
        maximum: limit,
        exclusiveMinimum: limit,
        exclusiveMaximum: limit,
        multipleOf: fc.constantFrom(1, 2, 7, 0.01, 0.25, 2.5),
      },
      { requiredKeys: ['type'] },
    )
    fc.assert(
      fc.property(schemas, fc.array(number, { minLength: 20 }), (schema, numbers) => {
        const accepts = jsonAcceptor(schema)
        const borders = [
          schema.minimum,
          schema.maximum,
          schema.exclusiveMinimum,
          schema.exclusiveMaximum,
        ]
        for (const value of [...numbers, ...borders.filter((border) => border !== undefined)]) {
          const json = JSON.stringify(value)
          if (!json.includes('e')) expect(accepts(json)).toBe(allowsNumber(schema, value))
        }
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    [{ minimum: 1e21 }, [], [1e20, 5]],
    [{ maximum: -1e-7 }, [-1, -0.001], [0, 1]],
    [
      { minimum: 1e-7, maximum: 0.000_002 },
      ['0.0000001', '0.0000019'],
      ['0', '0.00000009', '0.000003'],
    ],
    [{ minimum: 999.5, type: 'integer' }, [1000, 999_999], [999]],
    [{ multipleOf: 1e-3 }, [0.125, 7], [0.1255]],
    [{ type: 'number' }, ['1e21', '-2.5E-7', '1e-07', '9.9e307'], ['1e308', '10e1', '1e', '0e1']],
    [{ type: 'integer' }, ['123456789012345678901'], ['1234567890123456789012', '1e3', '1.0']],
  ])('keeps numbers of %j', (schema, allowed, ruledOut) => {
    const accepts = jsonAcceptor(schema)
    for (const number of allowed) expect([number, accepts(`${number}`)]).toEqual([number, true])
    for (const number of ruledOut) expect([number, accepts(`${number}`)]).toEqual([number, false])
  })
})

type NumberSchema = {
  type: string
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
  multipleOf?: number
}

/** The keywords as the standard has them; multiples are told with whole numbers. */
function allowsNumber(schema: NumberSchema, value: number): boolean {
  const { minimum = -Infinity, maximum = Infinity, multipleOf } = schema
  const { exclusiveMinimum = -Infinity, exclusiveMaximum = Infinity } = schema
  if (schema.type === 'integer' && !Number.isInteger(value)) return false
  if (value < minimum || value > maximum) return false
  if (value <= exclusiveMinimum || value >= exclusiveMaximum) return false
  if (multipleOf === undefined) return true
  const digits = `${value}`.split('.')[1]?.length ?? 0
  return digits <= 2 && Math.round(value * 100) % Math.round(multipleOf * 100) === 0
}

import { describe, expect, it } from 'vitest'
import { groundedSchema } from './grounded-schema.ts'

const planned = [
  { number: 2, text: 'It costs 1,299.50 euros.' },
  { number: 4, text: 'It takes 14 days.' },
]

describe('grounded schema', () => {
  it('leaves free strings the references, and free numbers those of the sentences', () => {
    const schema = {
      type: 'object',
      properties: {
        text: { type: 'string', maxLength: 500 },
        price: { type: 'number' },
        days: { type: 'integer', minimum: 1 },
      },
    }
    expect(groundedSchema(schema, planned)).toEqual({
      type: 'object',
      properties: {
        text: { type: 'string', enum: ['[[2]]', '[[4]]'] },
        price: { type: 'number', enum: [1299.5, 14] },
        days: { type: 'integer', minimum: 1, enum: [14] },
      },
    })
  })

  it('leaves alone what is no free text', () => {
    const schema = {
      anyOf: [
        { enum: ['a'], type: 'string' },
        { type: 'string', pattern: '^x$' },
        { type: 'string', format: 'date' },
        { const: 'c' },
        { type: 'boolean' },
      ],
    }
    expect(groundedSchema(schema, planned)).toEqual(schema)
  })

  it('ends lists where the quotes end, if they may be as short', () => {
    const list = { type: 'array', items: { type: 'string' } }
    const items = { type: 'string', enum: ['[[2]]', '[[4]]'] }
    expect(groundedSchema(list, planned)).toEqual({ type: 'array', items, maxItems: 2 })
    expect(groundedSchema({ ...list, minItems: 3 }, planned)).toMatchObject({ maxItems: 3 })
    expect(groundedSchema({ ...list, maxItems: 1 }, planned)).toMatchObject({ maxItems: 1 })
  })
})

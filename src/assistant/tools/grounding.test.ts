import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { unfoundedArguments } from './grounding.ts'
import type { JsonSchema } from './tool.ts'

const schemaOf = (schema: z.ZodType): JsonSchema => z.toJSONSchema(schema, { io: 'input' })

const open = schemaOf(
  z.object({
    order: z.string(),
    count: z.number().optional(),
    urgency: z.enum(['low', 'high']).optional(),
    gift: z.boolean().optional(),
    lang: z.string().default('en'),
    lines: z.array(z.object({ article: z.string() })).optional(),
  }),
)

describe('unfounded arguments', () => {
  it.each([
    ['a word of the user, whatever its case', { order: 'a-1042' }, 'Where is A-1042?'],
    ['a phrase over other white space', { order: 'red  shoes' }, 'I want red\nshoes.'],
    ['punctuation around it', { order: '"A-1042".' }, 'order A-1042'],
    ['a number', { order: 'x', count: 12 }, 'x and 12 of them'],
    [
      'a choice, a boolean and a default',
      { order: 'x', urgency: 'high', gift: true, lang: 'en' },
      'x',
    ],
    ['what is nested', { order: 'x', lines: [{ article: 'lamp' }] }, 'x: a lamp'],
  ])('are none for %s', (_, input, turn) => {
    expect(unfoundedArguments(input, open, [turn])).toEqual([])
  })

  it.each([
    ['a value of nobody', { order: 'A-9999' }, ['/order']],
    ['part of a word', { order: 'A-10' }, ['/order']],
    ['part of a number', { order: 'A-1042', count: 4 }, ['/count']],
    ['another language than the default', { order: 'A-1042', lang: 'xx' }, ['/lang']],
    ['what is nested', { order: 'A-1042', lines: [{ article: 'gold' }] }, ['/lines/0/article']],
    ['a name that the schema does not have', { order: 'A-1042', evil: true }, ['/evil']],
  ])('are found for %s', (_, input, pointers) => {
    expect(unfoundedArguments(input, open, ['Where is A-1042?'])).toEqual(pointers)
  })

  it('follow references and alternatives of the schema', () => {
    const schema = {
      type: 'object',
      properties: {
        kind: { $ref: '#/$defs/kind' },
        other: { anyOf: [{ const: 'x' }, { type: 'null' }] },
      },
      $defs: { kind: { enum: ['a', 'b'] } },
    }
    expect(unfoundedArguments({ kind: 'a', other: 'x' }, schema, [])).toEqual([])
    expect(unfoundedArguments({ kind: 'c', other: 'y' }, schema, [])).toEqual(['/kind', '/other'])
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readFixture } from '../../../test/fixtures/engine/read-fixture.ts'
import { createTokenDecoder, parseTokenizer, type Tokenizer } from '../../tokenizers/index.ts'
import { mulberry32 } from '../../util/random.ts'
import {
  type Constraint,
  type ConstraintCompiler,
  type ConstraintSpec,
  createConstraintCompiler,
} from './constraint.ts'
import type { SchemaObject } from './schema-keywords.ts'

const fixture = readFixture<{
  trained: Record<string, { json: unknown }>
  pieces: { json: unknown }
}>('tokenizers.json')
const qwen = parseTokenizer(fixture.trained.qwen2!.json)
const pieces = parseTokenizer(fixture.pieces.json)
const endOf = (tokenizer: Tokenizer): number =>
  (tokenizer.tokenId('<|im_end|>') ?? tokenizer.tokenId('</s>'))!

const vocabSize = 400
const createCompiler = (tokenizer: Tokenizer): ConstraintCompiler =>
  createConstraintCompiler(tokenizer, { vocabSize, endTokenIds: [endOf(tokenizer)] })
const compilers = new Map([qwen, pieces].map((one) => [one, createCompiler(one)] as const))
const start = (tokenizer: Tokenizer, spec: ConstraintSpec): Constraint =>
  compilers.get(tokenizer)!.compile(spec).start()

const text = { type: 'string' }
const schemas: SchemaObject[] = [
  text,
  { type: 'number' },
  { type: 'string', minLength: 2, maxLength: 5 },
  { type: 'string', pattern: '^[^"]*"[A-Z\u00e9]{2}\\\\$' },
  { type: 'integer', minimum: -30, exclusiveMaximum: 1250 },
  { type: 'number', exclusiveMinimum: -0.5, maximum: 12.25 },
  { type: 'number', multipleOf: 0.25, minimum: 3 },
  { enum: ['red', 'green', 'gr\u00fcn "x"', 7, null, false] },
  { type: 'array', items: { type: 'boolean' }, minItems: 2, maxItems: 4 },
  { type: 'array', prefixItems: [text, { type: 'integer' }], items: { type: 'null' } },
  {
    type: 'object',
    properties: {
      name: { ...text, maxLength: 8 },
      age: { type: 'integer', minimum: 0, maximum: 130 },
      'half "quoted" \u{1f98a}': { anyOf: [{ type: 'null' }, { const: 'x' }] },
      tags: { type: 'array', items: text, maxItems: 2 },
    },
    required: ['age'],
    additionalProperties: false,
  },
  { type: 'object', additionalProperties: { type: 'integer' }, minProperties: 1, maxProperties: 3 },
  {
    type: 'object',
    patternProperties: { '^x': { type: 'integer' } },
    properties: { known: text },
    additionalProperties: { type: 'null' },
  },
  {
    $defs: {
      tree: {
        type: 'object',
        properties: { left: { $ref: '#/$defs/branch' }, right: { $ref: '#/$defs/branch' } },
        additionalProperties: false,
      },
      branch: { anyOf: [{ type: 'integer', maximum: 1e15 }, { $ref: '#/$defs/tree' }] },
    },
    $ref: '#/$defs/tree',
  },
  {
    allOf: [
      { type: 'object', properties: { a: text }, required: ['a'] },
      { type: 'object', properties: { b: { type: 'boolean' } }, required: ['b'] },
    ],
  },
  z.toJSONSchema(
    z.object({
      answer: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('found'), quote: z.string(), page: z.int().positive() }),
        z.object({ kind: z.literal('missing'), reason: z.enum(['none', 'unclear']).optional() }),
      ]),
      mail: z.email(),
      scores: z.record(z.string(), z.number()),
      pair: z.tuple([z.string(), z.number().nullable()]),
    }),
  ),
]

describe.each([
  ['bytes', qwen],
  ['SentencePieces', pieces],
])('constraint on tokens of %s', (_, tokenizer) => {
  it.each(schemas.map((schema) => [JSON.stringify(schema), schema] as const))(
    'writes values of %s on any walk',
    (_, schema) => {
      const validator = z.fromJSONSchema(schema)
      for (let seed = 0; seed < 12; seed++) {
        const written = walk(tokenizer, { type: 'json-schema', schema }, seed)
        expect(() => validator.parse(JSON.parse(written)), written).not.toThrow()
      }
    },
  )

  it('writes JSON objects, matching texts and choices on any walk', () => {
    for (let seed = 0; seed < 12; seed++) {
      expect(JSON.parse(walk(tokenizer, { type: 'json' }, seed))).toBeTypeOf('object')
      const pattern = '(\\p{Lu}\\w{1,3}[ -])+\\d{2}|\u00e9*\u{1f98a}'
      expect(walk(tokenizer, { type: 'regex', pattern }, seed)).toMatch(
        new RegExp(`^(?:${pattern})$`, 'u'),
      )
      const choices = ['yes', 'yes, but', 'no', '\u6771\u4eac']
      expect(choices).toContain(walk(tokenizer, { type: 'choice', choices }, seed))
    }
  })

  it('holds a text to several patterns at once, and says when no text has them all', () => {
    const pattern = '[ab]{1,9}c'
    const also = ['[^b]*b[^b]*', '.{3,5}']
    for (let seed = 0; seed < 12; seed++) {
      const written = walk(tokenizer, { type: 'regex', pattern, also }, seed)
      for (const one of [pattern, ...also]) expect(written).toMatch(new RegExp(`^(?:${one})$`, 'u'))
    }
    expect(() => start(tokenizer, { type: 'regex', pattern, also: ['[^c]*'] })).toThrow(
      expect.objectContaining({ code: 'constraint_unsatisfiable' }),
    )
  })

  it('accepts every way of cutting a valid text into tokens', () => {
    const tokens = textTokenIds(tokenizer)
    const value = {
      'n\u00e4me': ['The order \u{1f389}', 'b\\"\n'],
      n: -12.5,
      o: { t: true, z: null },
    }
    const json = JSON.stringify(value)
    const compiled = createCompiler(tokenizer).compile({ type: 'json' })
    const cut = fc.infiniteStream(fc.nat())
    fc.assert(
      fc.property(cut, (choices) => {
        const constraint = compiled.start()
        for (const token of randomCut(tokens, Buffer.from(json), choices)) {
          expect(isAllowed(constraint.mask(), token)).toBe(true)
          expect(constraint.isComplete).toBe(false)
          constraint.accept(token)
        }
        expect(constraint.isComplete).toBe(true)
      }),
    )
  })

  it('allows by mask what accept takes, and nothing else', () => {
    const spec: ConstraintSpec = { type: 'json-schema', schema: schemas[10]! }
    const compiled = createCompiler(tokenizer).compile(spec)
    const random = mulberry32(4)
    const path: number[] = []
    const at = (): Constraint => {
      const constraint = compiled.start()
      for (const token of path) constraint.accept(token)
      return constraint
    }
    for (let step = 0; step < 12; step++) {
      const mask = at().mask()
      const accepted = [...Array(vocabSize).keys()].filter((token) => {
        try {
          at().accept(token)
          return true
        } catch {
          return false
        }
      })
      expect(allowedTokens(mask)).toEqual(accepted)
      path.push(accepted[Math.floor(random() * accepted.length)]!)
      if (path.at(-1) === endOf(tokenizer)) break
    }
  })

  it('never allows control tokens, the unknown token and ids beyond the vocabulary', () => {
    const constraint = start(tokenizer, { type: 'regex', pattern: '[^]*' })
    const allowed = allowedTokens(constraint.mask())
    const end = endOf(tokenizer)
    expect(allowed).toContain(end)
    const others = allowed.filter((id) => id !== end)
    expect(others.length).toBeGreaterThan(90)
    expect(others.filter((id) => tokenizer.isSpecial(id) || id >= tokenizer.vocabSize)).toEqual([])
    expect(others.map((id) => tokenizer.token(id))).not.toContain('<unk>')
  })
})

describe('constraint', () => {
  it('lets the output end exactly when it is complete', () => {
    const end = endOf(qwen)
    const constraint = start(qwen, { type: 'regex', pattern: 'ab?' })
    expect(isAllowed(constraint.mask(), end)).toBe(false)
    expect(() => constraint.accept(end)).toThrow(
      expect.objectContaining({
        code: 'token_not_allowed',
        message: expect.stringContaining(`${end}`),
      }),
    )
    constraint.accept(qwen.tokenId('a')!)
    expect(constraint.isComplete).toBe(true)
    expect(allowedTokens(constraint.mask())).toEqual(
      [end, qwen.tokenId('b')!].sort((a, b) => a - b),
    )
    constraint.accept(qwen.tokenId('b')!)
    constraint.accept(end)
    expect(allowedTokens(constraint.mask())).toEqual([end])
  })

  it('stays as it was when it refuses a token', () => {
    const constraint = start(qwen, { type: 'choice', choices: ['the order'] })
    const [t, x] = ['t', 'x'].map((token) => qwen.tokenId(token)!)
    constraint.accept(t!)
    const before = constraint.mask().slice()
    expect(() => constraint.accept(x!)).toThrow(
      expect.objectContaining({ code: 'token_not_allowed' }),
    )
    expect(constraint.mask()).toEqual(before)
  })

  it('lets tokens be parts of characters', () => {
    const constraint = start(qwen, { type: 'choice', choices: ['\u{1f98a}'] })
    const ids = qwen.encode('\u{1f98a}')
    expect(ids.length).toBeGreaterThan(1)
    for (const id of ids) {
      expect(isAllowed(constraint.mask(), id)).toBe(true)
      constraint.accept(id)
    }
    expect(constraint.isComplete).toBe(true)
  })

  it('keeps outputs of one compiled constraint apart', () => {
    const compiled = createCompiler(qwen).compile({ type: 'choice', choices: ['a1', 'b2'] })
    const [one, other] = [compiled.start(), compiled.start()]
    one.accept(qwen.tokenId('a')!)
    other.accept(qwen.tokenId('b')!)
    expect(allowedTokens(one.mask())).toEqual([qwen.tokenId('1')])
    expect(allowedTokens(other.mask())).toEqual([qwen.tokenId('2')])
  })

  it('compiles a specification once, until many others came after it', () => {
    const compiler = createCompiler(qwen)
    const spec = (n: number): ConstraintSpec => ({ type: 'choice', choices: [`${n}`] })
    const first = compiler.compile(spec(0))
    expect(compiler.compile(spec(0))).toBe(first)
    for (let n = 1; n < 20; n++) compiler.compile(spec(n))
    expect(compiler.compile(spec(0))).not.toBe(first)
  })

  it('gives the same masks after it has forgotten what it knew', () => {
    const spec: ConstraintSpec = {
      type: 'json-schema',
      schema: { type: 'string', maxLength: 5_000 },
    }
    const used = createCompiler(qwen).compile(spec)
    const constraint = used.start()
    const path = qwen.encode(`"${'the order of '.repeat(360)}`)
    for (const token of path) {
      constraint.mask()
      constraint.accept(token)
    }
    const fresh = start(qwen, spec)
    for (const token of path) fresh.accept(token)
    expect(constraint.mask()).toEqual(fresh.mask())
    expect(used.start().mask()).toEqual(start(qwen, spec).mask())
  })

  it.each<[ConstraintSpec, string]>([
    [{ type: 'choice', choices: [] }, 'choice_invalid'],
    [{ type: 'choice', choices: ['a', ''] }, 'choice_invalid'],
    [{ type: 'choice', choices: ['\ud800'] }, 'choice_invalid'],
    [{ type: 'regex', pattern: '(' }, 'pattern_invalid'],
    [{ type: 'regex', pattern: '[]' }, 'constraint_unsatisfiable'],
    [{ type: 'json-schema', schema: false }, 'constraint_unsatisfiable'],
    [{ type: 'json-schema', schema: { not: {} } }, 'schema_unsupported'],
    [{ type: 'json-schema', schema: circular() }, 'schema_invalid'],
  ])('refuses %j', (spec, code) => {
    expect(() => createCompiler(qwen).compile(spec)).toThrow(
      expect.objectContaining({ code, hint: expect.stringMatching(/\.$/) }),
    )
  })
})

function circular(): SchemaObject {
  const schema: Record<string, unknown> = { type: 'array' }
  schema.items = schema
  return schema
}

const isAllowed = (mask: Int32Array, id: number): boolean =>
  (mask[id >> 5]! & (1 << (id & 31))) !== 0

const allowedTokens = (mask: Int32Array): number[] =>
  [...Array(32 * mask.length).keys()].filter((id) => isAllowed(mask, id))

/** Writes an output of random allowed tokens, which after some steps is brought to an end. */
function walk(tokenizer: Tokenizer, spec: ConstraintSpec, seed: number): string {
  const random = mulberry32(seed)
  const constraint = start(tokenizer, spec)
  const end = endOf(tokenizer)
  const decoder = createTokenDecoder(tokenizer)
  let written = ''
  for (let step = 0; step < 500; step++) {
    const allowed = allowedTokens(constraint.mask())
    const ending = [end, ...closing(written).map((char) => byteToken(tokenizer, char))]
    const preferred = step < 10 ? undefined : ending.find((id) => allowed.includes(id))
    const token = preferred ?? allowed[Math.floor(random() * allowed.length)]!
    constraint.accept(token)
    if (token === end) return written + decoder.end()
    written += decoder.push(token)
  }
  throw new Error(`the walk with seed ${seed} did not end: ${written.slice(0, 300)}`)
}

/** The token of one ASCII character; byte fallback writes it in hexadecimal. */
function byteToken(tokenizer: Tokenizer, char: string): number {
  const code = char.charCodeAt(0).toString(16).toUpperCase()
  return (tokenizer.tokenId(char) ?? tokenizer.tokenId(`<0x${code}>`))!
}

/** Characters that bring open strings, lists and objects to an end. */
function closing(json: string): string[] {
  const isInString = json.replaceAll(/\\./g, '').split('"').length % 2 === 0
  return isInString ? ['"', '\\', '@', '.'] : ['}', ']', '"']
}

type TextToken = { id: number; bytes: Buffer }

function textTokenIds(tokenizer: Tokenizer): TextToken[] {
  const ids = [...Array(tokenizer.vocabSize).keys()].filter((id) => !tokenizer.isSpecial(id))
  return ids.map((id) => ({ id, bytes: bytesOf(tokenizer, id) }))
}

function bytesOf(tokenizer: Tokenizer, id: number): Buffer {
  const bytes = tokenizer.bytes(id)
  if (bytes) return Buffer.from(bytes)
  const piece = tokenizer.token(id)!
  const byte = /^<0x(..)>$/.exec(piece)
  return byte ? Buffer.from(byte[1]!, 'hex') : Buffer.from(piece.replaceAll('\u2581', ' '))
}

function randomCut(tokens: TextToken[], text: Buffer, choices: IterableIterator<number>): number[] {
  const cut: number[] = []
  for (let at = 0; at < text.length; ) {
    const rest = text.subarray(at)
    const fitting = tokens.filter(({ bytes }) => rest.subarray(0, bytes.length).equals(bytes))
    const token = fitting[choices.next().value % fitting.length]!
    cut.push(token.id)
    at += token.bytes.length
  }
  return cut
}

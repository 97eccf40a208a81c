import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compact, jsonAcceptor } from '../../../test/fixtures/engine/json-acceptor.ts'
import { createMatcher } from './matcher.ts'
import { schemaGrammar } from './schema-grammar.ts'
import type { Schema } from './schema-keywords.ts'

const text = { type: 'string' }
const integer = { type: 'integer' }
const closed = (properties: object, required: string[] = []): Schema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})
const list = {
  $defs: {
    node: closed({ next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] } }, ['next']),
  },
  $ref: '#/$defs/node',
}

/** Schema, values it allows, values it rules out. */
const cases: [Schema, unknown[], unknown[]][] = [
  [{}, [1, 'a', { a: [] }, [{}, null], true], []],
  [true, ['x', {}], []],
  [text, ['', 'é', '\u{1f98a}', 'a"\\\n\u0001/\u007f\u2028'], [1, null]],
  [{ ...text, minLength: 2, maxLength: 3 }, ['ab', '\u{1f98a}é\n'], ['a', 'abcd', '\u{1f98a}']],
  [{ ...text, pattern: 'b' }, ['abc', 'b'], ['ac', '']],
  [{ ...text, pattern: '^a.b$' }, ['axb', 'a"b', 'a\\b'], ['ab', 'a\nb']],
  [{ ...text, pattern: '^[^a]{2}$', minLength: 2 }, ['é"', '\\\\'], ['ab']],
  [{ ...text, pattern: '^(foo|ba[rz]+)$', maxLength: 4 }, ['foo', 'barz'], ['bazzz']],
  [
    { enum: ['a', 1, null, true, { x: [1] }, 'é"'] },
    ['a', 1, null, true, { x: [1] }, 'é"'],
    ['b', 2],
  ],
  [{ enum: ['a', 'bb', 3], type: 'string', minLength: 2 }, ['bb'], ['a', 3]],
  [{ enum: [1, 2.5, 8, 10], multipleOf: 2.5, exclusiveMaximum: 10 }, [2.5], [1, 8, 10]],
  [{ const: { a: [1, 'x'] } }, [{ a: [1, 'x'] }], [{ a: [1] }]],
  [{ enum: [1, 2], const: 2 }, [2], [1]],
  [{ type: ['string', 'null'] }, ['a', null], [1]],
  [{ type: ['integer', 'string'], minimum: 5 }, ['a', 5], [1, 5.5]],
  [{ type: ['integer', 'number'] }, [1, 1.5], ['a']],
  [{ type: 'boolean' }, [true, false], [null]],
  [
    { type: 'array', items: integer, minItems: 1, maxItems: 3 },
    [[1], [1, 2, 3]],
    [[], [1, 2, 3, 4]],
  ],
  [
    { type: 'array', items: integer, minItems: 2 },
    [
      [1, 2],
      [1, 2, 3, 4, 5],
    ],
    [[1], [1, 'a']],
  ],
  [{ type: 'array', maxItems: 0 }, [[]], [[1]]],
  [{ type: 'array' }, [[], [1, 'a', {}]], [{}]],
  [
    { type: 'array', prefixItems: [integer, text], items: false },
    [[], [1], [1, 'a']],
    [['a'], [1, 'a', 2]],
  ],
  [{ type: 'array', prefixItems: [integer], items: text }, [[1], [1, 'a', 'b']], [[1, 2]]],
  [
    closed({ a: text, b: integer, c: text }, ['b']),
    [{ b: 1 }, { a: '', b: 1 }, { b: 1, c: '' }, { a: '', b: 1, c: '' }],
    [{}, { a: '' }, { b: 1, d: 2 }, { b: 'x' }],
  ],
  [closed({ a: text, b: text }), [{}, { a: '' }, { b: '' }, { a: '', b: '' }], [{ c: '' }]],
  [{ properties: { a: text } }, [{}, { a: '' }], [{ b: '' }, 'a']],
  [{ type: 'object' }, [{}, { a: { b: [] } }], [[]]],
  [
    { properties: { a: text, ab: text }, additionalProperties: integer },
    [{ a: '' }, { a: '', z: 3 }, { z: 3, abc: 4, é: 5, '"': 6 }],
    [{ z: '' }, { a: 5 }, { ab: 5 }],
  ],
  [closed({ 'é"\\\n': text }, ['é"\\\n']), [{ 'é"\\\n': '' }], [{}]],
  [{ properties: { a: text }, required: ['z'] }, [{ z: 1 }, { a: '', z: [] }], [{}, { a: '' }]],
  [{ type: 'object', required: ['z'], additionalProperties: integer }, [{ z: 1 }], [{ z: '' }]],
  [
    { ...(closed({ a: text, b: text }) as object), minProperties: 1, maxProperties: 1 },
    [{ a: '' }, { b: '' }],
    [{}, { a: '', b: '' }],
  ],
  [
    { additionalProperties: integer, minProperties: 1, maxProperties: 2 },
    [{ a: 1 }, { a: 1, b: 2 }],
    [{}, { a: 1, b: 2, c: 3 }],
  ],
  [
    { patternProperties: { '^x': integer, y$: { minimum: 3 } }, additionalProperties: text },
    [{ x1: 1 }, { xy: 3 }, { z: 'a' }, { y: 3.5 }],
    [{ x1: 'a' }, { xy: 1 }, { z: 1 }, { y: 2 }],
  ],
  [{ patternProperties: { '^x': integer } }, [{ x: 1 }], [{ y: 1 }]],
  [
    { propertyNames: { pattern: '^[a-z]$' }, additionalProperties: integer },
    [{ a: 1 }],
    [{ ab: 1 }, { A: 1 }],
  ],
  [{ propertyNames: { enum: ['a', 'b', 1] } }, [{ a: 1, b: 2 }], [{ c: 1 }]],
  [
    { propertyNames: { anyOf: [{ maxLength: 1 }, { const: 'long' }] } },
    [{ a: 1, long: 2 }],
    [{ ab: 1 }],
  ],
  [{ properties: { a: text, b: text }, propertyNames: { const: 'a' } }, [{ a: '' }], [{ b: '' }]],
  [list, [{ next: null }, { next: { next: { next: null } } }], [{}, { next: 1 }]],
  [
    closed({ kids: { type: 'array', items: { $ref: '#' } } }, ['kids']),
    [{ kids: [] }, { kids: [{ kids: [] }, { kids: [] }] }],
    [{ kids: [1] }],
  ],
  [{ $ref: '#/$defs/a~1b%20c', $defs: { 'a/b c': text }, minLength: 2 }, ['ab'], ['a', 1]],
  [{ anyOf: [text, integer] }, ['a', 1], [null]],
  [{ type: 'integer', anyOf: [{ minimum: 5 }, { type: 'string' }] }, [5], [1, 'a']],
  [
    { anyOf: [{ minimum: 10 }, { maximum: 2 }], type: 'integer', allOf: [{ minimum: 0 }] },
    [0, 2, 10],
    [-1, 3, 9],
  ],
  [
    {
      allOf: [
        { properties: { a: text }, required: ['a'] },
        { properties: { b: text }, required: ['b'] },
      ],
      type: 'object',
    },
    [{ a: '', b: '' }],
    [{ a: '' }, { b: '' }],
  ],
  [
    { allOf: [{ properties: { a: text } }, { properties: { a: { maxLength: 1 } } }] },
    [{ a: 'x' }],
    [{ a: 'xy' }],
  ],
  [{ oneOf: [text, integer, { const: true }] }, ['a', 1, true], [null, false]],
  [
    {
      oneOf: [
        closed({ kind: { const: 'a' }, n: integer }, ['kind', 'n']),
        closed({ kind: { enum: ['b', 'c'] }, t: text }, ['kind']),
      ],
    },
    [{ kind: 'a', n: 1 }, { kind: 'b', t: '' }, { kind: 'c' }],
    [{ kind: 'a' }, { kind: 'b', n: 1 }, { kind: 'd' }],
  ],
  [
    {
      title: 'T',
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'urn:x',
      'x-order': 1,
      type: 'integer',
      default: 3,
      uniqueItems: false,
    },
    [3],
    ['a'],
  ],
  [
    { oneOf: [closed({ path: text }, ['path']), closed({ url: text }, ['url'])] },
    [{ path: '' }, { url: '' }],
    [{}, { path: '', url: '' }],
  ],
]

describe('schema grammar', () => {
  describe.each(cases.map((one) => [JSON.stringify(one[0]), ...one] as const))(
    '%s',
    (_, schema, allowed, ruledOut) => {
      it.each(allowed.map((value) => JSON.stringify(value)))('allows %s', (json) => {
        expect(jsonAcceptor(schema)(json)).toBe(true)
      })
      it.each(ruledOut.map((value) => JSON.stringify(value)))('rules out %s', (json) => {
        expect(jsonAcceptor(schema)(json)).toBe(false)
      })
    },
  )

  it('allows any JSON as JSON.stringify writes it, and no beginning of it', () => {
    const accepts = jsonAcceptor({})
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = JSON.stringify(value)
        // -0 is written as 0; halves of surrogate pairs have no UTF-8; numbers from 1e308 on have no room.
        fc.pre(json.isWellFormed() && !/\\ud[89a-f]|e\+308|e-3[0-2]\d/.test(json))
        expect(accepts(json)).toBe(true)
        if (typeof value === 'object' || typeof value === 'string')
          expect(accepts(json.slice(0, -1))).toBe(false)
      }),
    )
  })

  it('writes nothing that JSON.parse does not read', () => {
    const accepts = jsonAcceptor({})
    const pieces = fc.constantFrom(
      ...'{}[]",:\\untrfals0123456789.eE+- \n\u0000é'.split(''),
      'null',
    )
    fc.assert(
      fc.property(fc.string({ unit: pieces, maxLength: 8 }), (json) => {
        if (accepts(json)) expect(JSON.stringify(JSON.parse(json))).toBeDefined()
      }),
      { numRuns: 2_000 },
    )
  })

  it.each(['"\\u00e9"', '"\\/"', '"\n"', '[1, 2]', '01', '+1', '-0', '1.', '.5', '1e400'])(
    'rules out %s, which JSON.stringify does not write',
    (json) => {
      expect(jsonAcceptor({})(json)).toBe(false)
    },
  )

  it('allows any UTF-8 in strings, and nothing else', () => {
    const matcher = createMatcher(schemaGrammar(text, compact)!)
    const accepts = (bytes: Uint8Array): boolean =>
      Buffer.concat([Buffer.from('"'), bytes, Buffer.from('"')]).reduce(matcher.step, matcher.start)
        .isComplete
    const noEscape = (char: string): boolean => char >= ' ' && char !== '"' && char !== '\\'
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(accepts(Buffer.from([...text].filter(noEscape).join('')))).toBe(true)
      }),
    )
    // Bytes at the borders of the lengths of UTF-8, of surrogates and of the last plane.
    const borders = [0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1]
    const byte = fc.constantFrom(
      ...borders,
      0xec,
      0xed,
      0xee,
      0xef,
      0xf0,
      0xf1,
      0xf3,
      0xf4,
      0xf5,
      0xff,
    )
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 5 }), (bytes) => {
        const isUtf8 = Buffer.from(Buffer.from(bytes).toString()).equals(Buffer.from(bytes))
        expect(accepts(Uint8Array.from(bytes))).toBe(isUtf8)
      }),
      { numRuns: 5_000 },
    )
  })

  it('puts a space behind separators when asked to', () => {
    const accepts = jsonAcceptor(
      { properties: { a: { const: [1, { b: 2 }] }, c: { type: 'array' } } },
      { comma: ', ', colon: ': ' },
    )
    expect(accepts('{"a": [1, {"b": 2}], "c": [1, 2, {}]}')).toBe(true)
    expect(accepts('{"a":[1,{"b":2}]}')).toBe(false)
  })

  it.each<[Schema, string, string]>([
    [{ not: text }, '#', 'not'],
    [closed({ a: { type: 'array', uniqueItems: true } }), '#/properties/a', 'uniqueItems'],
    [{ type: 'array', items: { contains: integer } }, '#/items', 'contains'],
    [{ if: text }, '#', 'if'],
    [{ dependentRequired: { a: ['b'] } }, '#', 'dependentRequired'],
    [{ unevaluatedProperties: false }, '#', 'unevaluatedProperties'],
    [{ type: 'string', format: 'regex' }, '#', 'format'],
    [{ type: 'string', nullable: true }, '#', 'nullable'],
    [{ items: [text] }, '#', 'items'],
    [{ anyOf: [text, { minLenght: 3 }] }, '#/anyOf/1', 'minLenght'],
    [{ $defs: { a: { $dynamicRef: '#x' } }, $ref: '#/$defs/a' }, '#/$defs/a', '$dynamicRef'],
    [{ properties: { a: { $id: 'b' } } }, '#/properties/a', '$id'],
    [{ $ref: 'https://example.com/s.json' }, '#', '$ref'],
    [{ properties: { 'a/b': { not: {} } } }, '#/properties/a~1b', 'not'],
    [{ oneOf: [integer, { type: 'number' }] }, '#', 'oneOf'],
    [{ oneOf: [closed({ a: text }), closed({ b: text })] }, '#', 'oneOf'],
    [{ oneOf: [closed({ k: { const: 1 } }), closed({ k: { const: 2 } })] }, '#', 'oneOf'],
    [{ enum: [[1]], items: text }, '#', 'enum'],
    [{ additionalProperties: text, minProperties: 2 }, '#', 'minProperties'],
    [{ constructor: 1 }, '#', 'constructor'],
  ])('refuses %j, naming place and keyword', (schema, path, keyword) => {
    expect(() => jsonAcceptor(schema)).toThrow(
      expect.objectContaining({
        code: 'schema_unsupported',
        message: expect.stringContaining(`at ${path} uses ${keyword}:`),
      }),
    )
  })

  it.each<[unknown, string]>([
    [{ type: 'text' }, 'type: "text"'],
    [{ minLength: -1 }, 'minLength: -1'],
    [{ required: 'a' }, 'required: "a"'],
    [{ properties: { a: 3 } }, 'properties'],
    [{ anyOf: [] }, 'anyOf: []'],
    [{ multipleOf: 0 }, 'multipleOf: 0'],
    [{ $ref: '#/$defs/none' }, '#/$defs/none, which is not there'],
    [{ $ref: '#/%zz' }, 'broken reference'],
    [{ $ref: '#' }, 'refers to itself'],
    [{ anyOf: [{ $ref: '#' }, text] }, 'refers to itself'],
    [{ $defs: { a: 3 }, $ref: '#/$defs/a' }, '$defs'],
    [3, 'is 3'],
  ])('refuses the schema %j', (schema, problem) => {
    expect(() => jsonAcceptor(schema as Schema)).toThrow(
      expect.objectContaining({
        code: 'schema_invalid',
        message: expect.stringContaining(problem),
      }),
    )
  })

  it.each<[Schema]>([
    [false],
    [{ enum: [] }],
    [{ type: [] }],
    [{ allOf: [text, integer] }],
    [{ type: 'string', minLength: 3, maxLength: 2 }],
    [{ type: 'integer', minimum: 3.1, maximum: 3.9 }],
    [closed({ a: text }, ['b'])],
    [{ properties: { next: { $ref: '#' } }, required: ['next'] }],
    [{ type: 'string', pattern: '^a', format: 'ipv4' }],
  ])('knows that nothing satisfies %j', (schema) => {
    expect(schemaGrammar(schema, compact)).toBeUndefined()
  })

  it('looks at oneOf that contains itself', () => {
    const holder = (p: Schema): Schema => ({ type: 'object', properties: { p }, required: ['p'] })
    const schema = { oneOf: [holder({ $ref: '#' }), holder(text)] }
    expect(() => jsonAcceptor(schema)).toThrow(
      expect.objectContaining({ code: 'schema_unsupported' }),
    )
  })

  it.each<[string, Schema]>([
    [
      'branches',
      nest(12, (s) => ({ allOf: [{ anyOf: [s, integer] }, { anyOf: [s, { type: 'null' }] }] })),
    ],
    ['long lists', { type: 'array', maxItems: 1_000_000 }],
    ['long strings', { type: 'string', maxLength: 1_000_000 }],
    ['remainders', { type: 'integer', multipleOf: 9_973 }],
    [
      'classes of names',
      { patternProperties: Object.fromEntries([...'abcdefgh'].map((c) => [c, text])) },
    ],
  ])('stops at a limit for too many %s', (_, schema) => {
    expect(() => jsonAcceptor(schema)).toThrow(
      expect.objectContaining({ code: 'constraint_too_large' }),
    )
  })

  it('reads deep schemas and lists of thousands of values', () => {
    const deep = nest(500, (s) => closed({ a: s }, ['a']))
    expect(jsonAcceptor(deep)(`${'{"a":'.repeat(500)}"x"${'}'.repeat(500)}`)).toBe(true)
    const many = Array.from({ length: 3_000 }, (_, i) => `value ${i}`)
    expect(jsonAcceptor({ enum: many })('"value 2999"')).toBe(true)
  })
})

function nest(levels: number, wrap: (schema: Schema) => Schema): Schema {
  let schema: Schema = text
  for (let i = 0; i < levels; i++) schema = wrap(schema)
  return schema
}

/** @file JSON Schema keywords that constraints keep; every other one is refused rather than overlooked. */
import { InferenceError } from '../errors.ts'
import { formatNames } from './formats.ts'

export type SchemaObject = Readonly<Record<string, unknown>>
export type Schema = boolean | SchemaObject
/** A schema and the JSON pointer to it, which is its identity. */
export type Place = { readonly schema: Schema; readonly path: string }

export const typeNames = [
  'null',
  'boolean',
  'integer',
  'number',
  'string',
  'array',
  'object',
] as const
export type TypeName = (typeof typeNames)[number]

const isObject = (value: unknown): value is SchemaObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isSchema = (value: unknown): value is Schema => typeof value === 'boolean' || isObject(value)
const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0
const isNumber = (value: unknown): boolean => Number.isFinite(value)
const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.isWellFormed()
const isListOf = (value: unknown, isOne: (one: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isOne)
const isTypeName = (value: unknown): boolean => typeNames.some((name) => name === value)
const isMapOfSchemas = (value: unknown): boolean =>
  isObject(value) && Object.values(value).every(isSchema) && Object.keys(value).every(isText)

type Check = { expected: string; isValid: (value: unknown) => boolean }
const count: Check = { expected: 'a whole number from 0', isValid: isCount }
const number: Check = { expected: 'a number', isValid: isNumber }
const text: Check = { expected: 'a string', isValid: isText }
const schema: Check = { expected: 'a schema (an object or a boolean)', isValid: isSchema }
const schemas: Check = {
  expected: 'a list of one or more schemas',
  isValid: (value) => isListOf(value, isSchema) && (value as unknown[]).length > 0,
}
const schemasByName: Check = { expected: 'an object of schemas', isValid: isMapOfSchemas }

const checks: Readonly<Record<string, Check>> = {
  type: {
    expected: `one or more of ${typeNames.join(', ')}`,
    isValid: (value) => isTypeName(value) || isListOf(value, isTypeName),
  },
  enum: { expected: 'a list of values', isValid: Array.isArray },
  const: { expected: 'a value', isValid: () => true },
  $ref: { expected: 'a pointer within the schema, such as #/$defs/name', isValid: isText },
  $defs: schemasByName,
  definitions: schemasByName,
  allOf: schemas,
  anyOf: schemas,
  oneOf: schemas,
  minLength: count,
  maxLength: count,
  pattern: text,
  format: text,
  minimum: number,
  maximum: number,
  exclusiveMinimum: number,
  exclusiveMaximum: number,
  multipleOf: {
    expected: 'a number above 0',
    isValid: (value) => isNumber(value) && (value as number) > 0,
  },
  properties: schemasByName,
  patternProperties: schemasByName,
  additionalProperties: schema,
  propertyNames: schema,
  required: { expected: 'a list of names', isValid: (value) => isListOf(value, isText) },
  minProperties: count,
  maxProperties: count,
  prefixItems: { expected: 'a list of schemas', isValid: (value) => isListOf(value, isSchema) },
  items: schema,
  minItems: count,
  maxItems: count,
  // Says nothing when false.
  uniqueItems: { expected: 'false', isValid: (value) => typeof value === 'boolean' },
}

/** Keywords that describe and do not restrict. */
const annotations = new Set([
  ...['$schema', '$comment', 'title', 'description', 'default', 'examples', 'deprecated'],
  ...['readOnly', 'writeOnly', 'contentEncoding', 'contentMediaType', 'contentSchema'],
])

const hints: Readonly<Record<string, string>> = {
  nullable: 'Write type: [..., "null"], which is JSON Schema.',
  items: 'Write a list of items as prefixItems.',
  additionalItems: 'Write prefixItems for the first items and items for the others.',
  format: `Use pattern, or one of ${formatNames.join(', ')}.`,
}

/** @throws InferenceError `schema_unsupported`, `schema_invalid` naming the keyword and its place */
export function checkKeywords({ schema, path }: Place): void {
  if (!isSchema(schema))
    throw invalidSchema(path, `is ${brief(schema)}, not an object or a boolean`)
  for (const [keyword, value] of Object.entries(schema)) {
    if (value === undefined || isAnnotation(keyword, path)) continue
    const check = Object.hasOwn(checks, keyword) ? checks[keyword] : undefined
    if (!check || isBeyondUs(keyword, value)) throw unsupported(keyword, path, value)
    if (!check.isValid(value))
      throw invalidSchema(path, `has ${keyword}: ${brief(value)}, expected ${check.expected}`)
  }
}

/** Unknown keywords are annotations by the standard; we trust only those that say so. */
function isAnnotation(keyword: string, path: string): boolean {
  return annotations.has(keyword) || keyword.startsWith('x-') || (keyword === '$id' && path === '#')
}

function isBeyondUs(keyword: string, value: unknown): boolean {
  if (keyword === 'format') return typeof value === 'string' && !formatNames.includes(value)
  if (keyword === 'items') return Array.isArray(value)
  return keyword === 'uniqueItems' && value === true
}

/** The error for a schema that is not one. */
export function invalidSchema(path: string, problem: string): InferenceError {
  return new InferenceError('schema_invalid', `the schema at ${path} ${problem}`, {
    hint: 'Correct the JSON Schema; constraints follow draft 2020-12.',
  })
}

/** The error for a keyword that decoding cannot keep. */
export function unsupported(
  keyword: string,
  path: string,
  value: unknown,
  hint: string = hints[keyword] ?? 'Remove it and check the finished value for it.',
): InferenceError {
  const message = `the schema at ${path} uses ${keyword}: ${brief(value)}, which cannot steer decoding`
  return new InferenceError('schema_unsupported', message, { hint })
}

function brief(value: unknown): string {
  const written = JSON.stringify(value) ?? String(value)
  return written.length > 80 ? `${written.slice(0, 80)}…` : written
}

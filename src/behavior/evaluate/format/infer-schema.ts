/** @file A JSON Schema from values: types, keys always there or sometimes, and enumerations. */
import { leastSupport, NEARLY_ALL } from './support.ts'

export type JsonSchema = { [key: string]: unknown }

/** Types and keys in fewer values are slips. */
const SLIP_SHARE = 0.02
/** Text is one of a closed set when each of its values comes back that often on average. */
const ROWS_PER_VALUE = 4
const MAX_VALUES = 50
const MAX_VALUE_LENGTH = 60
/** With more distinct keys, keys are data. */
const MAX_KEYS = 100

export function inferSchema(values: readonly unknown[]): JsonSchema {
  const groups = [...Map.groupBy(values, typeOf)]
    .filter(([, own]) => own.length > SLIP_SHARE * values.length)
    .sort(([, a], [, b]) => b.length - a.length)
  const schemas = groups.map(([type, own]) => schemaTable[type](own))
  return schemas.length === 1 ? schemas[0]! : { anyOf: schemas }
}

type JsonType = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object'

function typeOf(value: unknown): JsonType {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : (typeof value as JsonType)
}

const schemaTable: Readonly<Record<JsonType, (values: readonly unknown[]) => JsonSchema>> = {
  null: () => ({ type: 'null' }),
  boolean: () => ({ type: 'boolean' }),
  number: (values) => ({ type: values.every(Number.isSafeInteger) ? 'integer' : 'number' }),
  string: (values) => stringSchema(values as readonly string[]),
  array: (values) => arraySchema(values as readonly unknown[][]),
  object: (values) => objectSchema(values as readonly Record<string, unknown>[]),
}

function stringSchema(values: readonly string[]): JsonSchema {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const repeated = [...counts].filter(([, count]) => count > 1).map(([value]) => value)
  const once = counts.size - repeated.length
  const isClosed =
    repeated.length > 0 &&
    counts.size <= Math.min(MAX_VALUES, values.length / ROWS_PER_VALUE) &&
    repeated.every((value) => value.length <= MAX_VALUE_LENGTH) &&
    once <= SLIP_SHARE * values.length
  if (isClosed) return { type: 'string', enum: repeated.sort() }
  const empty = counts.get('') ?? 0
  return empty > SLIP_SHARE * values.length ? { type: 'string' } : { type: 'string', minLength: 1 }
}

function arraySchema(values: readonly unknown[][]): JsonSchema {
  const items = values.flat()
  const empty = values.filter((value) => value.length === 0).length
  return {
    type: 'array',
    ...(items.length > 0 && { items: inferSchema(items) }),
    ...(empty <= SLIP_SHARE * values.length && { minItems: 1 }),
  }
}

function objectSchema(values: readonly Record<string, unknown>[]): JsonSchema {
  const fields = values.flatMap((value) => Object.entries(value))
  const found = new Map(
    [...Map.groupBy(fields, ([key]) => key)].map(([key, own]) => [key, own.map(([, one]) => one)]),
  )
  if (found.size > MAX_KEYS) {
    return { type: 'object', additionalProperties: inferSchema([...found.values()].flat()) }
  }
  const least = Math.min(leastSupport(values.length), values.length)
  const kept = [...found].filter(([, own]) => own.length >= least)
  return {
    type: 'object',
    properties: Object.fromEntries(kept.map(([key, own]) => [key, inferSchema(own)])),
    required: kept
      .filter(([, own]) => own.length >= NEARLY_ALL * values.length)
      .map(([key]) => key),
    additionalProperties: false,
  }
}

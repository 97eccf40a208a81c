/** @file A schema narrowed to what the evidence gives: references for free strings, its numbers for free numbers. */
import type { JsonSchema } from '../tools/tool.ts'

type Planned = { number: number; text: string }

/** Keywords under which schemas stand: one, several in a list, or several by name. */
const SINGLE = ['items', 'additionalProperties', 'contains', 'not']
const LISTS = ['anyOf', 'oneOf', 'allOf', 'prefixItems']
const MAPS = ['properties', '$defs', 'definitions', 'patternProperties']
/** A string with one of these is no free text. */
const FORMED = ['enum', 'const', 'pattern', 'format', '$ref']
/** The length of a reference is not that of its sentence; the value is checked once it stands there. */
const LENGTHS = ['minLength', 'maxLength']

export function groundedSchema(schema: JsonSchema, planned: readonly Planned[]): JsonSchema {
  const references = planned.map(({ number }) => `[[${number}]]`)
  const numbers = numbersIn(planned.map(({ text }) => text))
  const narrow = (part: unknown): unknown => {
    if (!isRecord(part)) return part
    const inner = withInner(part, narrow)
    if (FORMED.some((keyword) => keyword in inner)) return inner
    if (inner.type === 'string') return { ...without(inner, LENGTHS), enum: references }
    if (inner.type === 'number') return { ...inner, enum: numbers }
    if (inner.type === 'integer') return { ...inner, enum: numbers.filter(Number.isInteger) }
    if (inner.type !== 'array') return inner
    // A small model does not know when a list is complete.
    const most = Number(inner.maxItems ?? references.length)
    const least = Number(inner.minItems ?? 0)
    return { ...inner, maxItems: Math.max(least, Math.min(most, references.length)) }
  }
  return narrow(schema) as JsonSchema
}

function withInner(
  schema: Record<string, unknown>,
  narrow: (part: unknown) => unknown,
): Record<string, unknown> {
  const result: Record<string, unknown> = { ...schema }
  for (const keyword of SINGLE) if (keyword in result) result[keyword] = narrow(result[keyword])
  for (const keyword of LISTS) {
    const list = result[keyword]
    if (Array.isArray(list)) result[keyword] = list.map(narrow)
  }
  for (const keyword of MAPS) {
    const map = result[keyword]
    if (isRecord(map))
      result[keyword] = Object.fromEntries(
        Object.entries(map).map(([name, one]) => [name, narrow(one)]),
      )
  }
  return result
}

/** `1,299.50` and `14`, each once. */
function numbersIn(texts: readonly string[]): number[] {
  const found = texts.flatMap((text) => text.match(/\d[\d,]*(?:\.\d+)?/g) ?? [])
  return [...new Set(found.map((digits) => Number(digits.replaceAll(',', ''))))]
}

function without(
  record: Record<string, unknown>,
  names: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

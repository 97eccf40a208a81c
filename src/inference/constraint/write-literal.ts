/** @file Values of `enum` and `const`. */
import { matches } from './automaton.ts'
import { numberLimits, stringText } from './facts.ts'
import { type Facts, typeOfValue, typesOf } from './schema-alternatives.ts'
import { unsupported } from './schema-keywords.ts'
import type { Separators } from './schema-writer.ts'

/** A value as JSON with the given separators. */
export function jsonText(value: unknown, separators: Separators): string {
  const { comma, colon } = separators
  if (Array.isArray(value))
    return `[${value.map((item) => jsonText(item, separators)).join(comma)}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const properties = Object.entries(value).map(
    ([name, property]) => `${JSON.stringify(name)}${colon}${jsonText(property, separators)}`,
  )
  return `{${properties.join(comma)}}`
}

/**
 * Whether a listed value has what the other keywords ask for.
 * @throws InferenceError `schema_unsupported` for lists and objects beside keywords about their inside
 */
export function satisfies(value: unknown, facts: Facts[]): boolean {
  const types = typesOf(facts)
  const type = typeOfValue(value)
  if (!types.includes(type)) return false
  if (type === 'string')
    return isText(value as string) && matches(stringText(facts), value as string)
  if (type === 'number' || type === 'integer') return isWithinLimits(value as number, facts)
  if (type === 'array' || type === 'object') refuseInnerKeywords(value, facts)
  return true
}

/** Halves of surrogate pairs cannot be written as UTF-8. */
const isText = (value: string): boolean => value.isWellFormed()

function isWithinLimits(value: number, facts: Facts[]): boolean {
  const { min, max, excludesMin, excludesMax, multipleOf } = numberLimits(facts)
  if (value < min || value > max) return false
  if ((excludesMin && value === min) || (excludesMax && value === max)) return false
  if (multipleOf === undefined) return true
  const ratio = value / multipleOf
  // 0.3 / 0.1 is not exactly 3.
  return Math.abs(ratio - Math.round(ratio)) < 1e-9 * Math.max(1, Math.abs(ratio))
}

const innerKeywords = new Set([
  ...['properties', 'patternProperties', 'additionalProperties', 'required', 'propertyNames'],
  ...['minProperties', 'maxProperties', 'prefixItems', 'items', 'minItems', 'maxItems'],
])

function refuseInnerKeywords(value: unknown, facts: Facts[]): void {
  for (const { schema, path } of facts) {
    const keyword = Object.keys(schema).find((keyword) => innerKeywords.has(keyword))
    if (keyword === undefined) continue
    const hint = `List only scalars in enum and const, or drop ${keyword} beside them.`
    throw unsupported('enum', path, value, hint)
  }
}

/** @file JSON objects: named properties in their order, then open ones. */
import { countLimits, valuesOf } from './facts.ts'
import type { Rule } from './grammar.ts'
import { namedProperties, openProperties } from './properties.ts'
import type { Facts } from './schema-alternatives.ts'
import { type Place, unsupported } from './schema-keywords.ts'
import type { SchemaWriter } from './schema-writer.ts'
import { writeString } from './write-text.ts'

/** A property: the rule that writes its name with quotes, and what its value has to satisfy. */
type Property = { name: Rule; places: Place[] }

/** Writes the objects that the facts allow. */
export function writeObject(writer: SchemaWriter, facts: Facts[], { start, end }: Rule): void {
  const { grammar, alternatives } = writer
  const { min, max } = countLimits(facts, 'minProperties', 'maxProperties')
  const open = openProperties(facts, alternatives)
  if (open.length > 0 && min > 1) refuseCounting(facts)
  const counts = propertyCounts(min, max)

  let row = counts.map(() => grammar.addState())
  grammar.addText(start, '{', row[0]!)
  for (const { name, isRequired, places } of namedProperties(facts, alternatives)) {
    const next = counts.map(() => grammar.addState())
    if (!isRequired) for (const [i, state] of row.entries()) grammar.addJump(state, next[i]!)
    const rule = grammar.addRule()
    grammar.addText(rule.start, JSON.stringify(name), rule.end)
    writeProperty(writer, { name: rule, places }, counts, row, next)
    row = next
  }
  for (const { names, places } of open) {
    const rule = grammar.addRule()
    writeString(grammar, names, rule)
    writeProperty(writer, { name: rule, places }, counts, row, row)
  }
  for (const [i, { count }] of counts.entries())
    if (count >= min) grammar.addText(row[i]!, '}', end)
}

/** How many properties there are so far, and the index of the entry for one more; -1 when none may follow. */
type PropertyCount = { count: number; more: number }

/** Counts as far as limits care: the last one stands for itself and all above when there is no maximum. */
function propertyCounts(min: number, max: number): PropertyCount[] {
  const isLimited = max !== Number.POSITIVE_INFINITY
  const last = isLimited ? max : Math.max(min, 1)
  return Array.from({ length: last + 1 }, (_, count) => {
    if (count < last) return { count, more: count + 1 }
    return { count, more: isLimited ? -1 : count }
  })
}

/** Leads from each state of a row over the property to the state of the next row that counts one more. */
function writeProperty(
  { grammar, separators, valueRule }: SchemaWriter,
  { name, places }: Property,
  counts: PropertyCount[],
  row: number[],
  next: number[],
): void {
  const property = grammar.addRule()
  const [named, value] = [grammar.addState(), grammar.addState()]
  grammar.addCall(property.start, name, named)
  grammar.addText(named, separators.colon, value)
  grammar.addCall(value, valueRule(places), property.end)
  for (const [i, { count, more }] of counts.entries()) {
    if (more === -1) continue
    const source = count === 0 ? row[i]! : grammar.addState()
    if (count > 0) grammar.addText(row[i]!, separators.comma, source)
    grammar.addCall(source, property, next[more]!)
  }
}

/** Names may come twice, and count once for who reads the object. */
function refuseCounting(facts: Facts[]): void {
  const fact = facts.find(({ schema }) => schema.minProperties !== undefined)!
  const hint = 'Set additionalProperties to false, or require the properties by name.'
  throw unsupported(
    'minProperties',
    fact.path,
    Math.max(...valuesOf<number>(facts, 'minProperties')),
    hint,
  )
}

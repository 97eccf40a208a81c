/** @file JSON arrays: `prefixItems`, `items`, `minItems`, `maxItems`. */

import { countLimits, valuesOf } from './facts.ts'
import type { Rule } from './grammar.ts'
import { type Facts, placeAt } from './schema-alternatives.ts'
import type { Place, Schema } from './schema-keywords.ts'
import type { SchemaWriter } from './schema-writer.ts'

/** Writes the arrays that the facts allow. */
export function writeArray(writer: SchemaWriter, facts: Facts[], { start, end }: Rule): void {
  const { grammar, separators } = writer
  const { min, max } = countLimits(facts, 'minItems', 'maxItems')
  const prefix = Math.max(
    0,
    ...valuesOf<Schema[]>(facts, 'prefixItems').map(({ length }) => length),
  )
  // From this many items on, one more changes nothing, so that the last state can lead to itself.
  const settled = max === Number.POSITIVE_INFINITY ? Math.max(min, prefix, 1) : max
  let state = grammar.addState()
  grammar.addText(start, '[', state)
  for (let count = 0; count <= settled; count++) {
    if (count >= min) grammar.addText(state, ']', end)
    const isLast = count === settled
    if (isLast && max !== Number.POSITIVE_INFINITY) break
    const next = isLast ? state : grammar.addState()
    let source = state
    if (count > 0) {
      source = grammar.addState()
      grammar.addText(state, separators.comma, source)
    }
    grammar.addCall(source, writer.valueRule(itemPlaces(facts, count)), next)
    state = next
  }
}

/** What the item at an index has to satisfy. */
function itemPlaces(facts: Facts[], index: number): Place[] {
  return facts.flatMap((fact) => {
    const prefix = (fact.schema.prefixItems ?? []) as Schema[]
    if (index < prefix.length) return [placeAt(fact, prefix[index]!, 'prefixItems', index)]
    const { items } = fact.schema as { items?: Schema }
    return items === undefined ? [] : [placeAt(fact, items, 'items')]
  })
}

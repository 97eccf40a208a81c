/** @file What the writers of JSON values share while a schema becomes a grammar. */
import type { GrammarBuilder, Rule } from './grammar.ts'
import type { SchemaReader } from './schema-alternatives.ts'
import type { Place } from './schema-keywords.ts'

/** The text between elements, and between a property's name and its value. */
export type Separators = { readonly comma: string; readonly colon: string }

/** What the writers of arrays and objects need. */
export type SchemaWriter = {
  readonly grammar: GrammarBuilder
  readonly separators: Separators
  /** The rule for values that satisfy all of the places; it is filled later, so that schemas can recur. */
  valueRule(places: readonly Place[]): Rule
  readonly alternatives: SchemaReader['alternatives']
}

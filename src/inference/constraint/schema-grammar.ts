/** @file A JSON Schema as a grammar of the JSON texts that satisfy it. */
import { textAmong } from './automaton.ts'
import { numberLimits, stringText } from './facts.ts'
import { createGrammarBuilder, type Grammar, type Rule } from './grammar.ts'
import { createSchemaReader, type Facts, literalsOf, typesOf } from './schema-alternatives.ts'
import type { Place, Schema, TypeName } from './schema-keywords.ts'
import type { SchemaWriter, Separators } from './schema-writer.ts'
import { writeArray } from './write-array.ts'
import { jsonText, satisfies } from './write-literal.ts'
import { writeNumber } from './write-number.ts'
import { writeObject } from './write-object.ts'
import { writeString } from './write-text.ts'

/**
 * The grammar of a schema's values, or undefined when no value satisfies it. Properties come in the order of
 * the schema; nothing but the separators stands between tokens of JSON; strings and numbers are written as
 * `JSON.stringify` writes them.
 * @throws InferenceError `schema_invalid`, `schema_unsupported`, `pattern_…`, `constraint_too_large`
 */
export function schemaGrammar(root: Schema, separators: Separators): Grammar | undefined {
  const { alternatives } = createSchemaReader(root)
  const grammar = createGrammarBuilder()
  const unfilled: { rule: Rule; places: readonly Place[] }[] = []
  const valueRule = (places: readonly Place[]): Rule => {
    const paths = [...new Set(places.map(({ path }) => path))].sort()
    return grammar.sharedRule(`value ${JSON.stringify(paths)}`, (rule) =>
      unfilled.push({ rule, places }),
    )
  }
  const writer: SchemaWriter = { grammar, separators, valueRule, alternatives }
  const rootRule = valueRule([{ schema: root, path: '#' }])
  for (const { rule, places } of unfilled) {
    for (const facts of alternatives(places)) writeValue(writer, facts, rule)
  }
  return grammar.build(rootRule)
}

type TypeWriter = (writer: SchemaWriter, facts: Facts[], rule: Rule) => void

const writers: Readonly<Record<TypeName, TypeWriter>> = {
  null: ({ grammar }, _, { start, end }) => grammar.addText(start, 'null', end),
  boolean: ({ grammar }, _, { start, end }) => {
    grammar.addText(start, 'true', end)
    grammar.addText(start, 'false', end)
  },
  integer: (writer, facts, rule) => writeNumeric(writer, facts, rule, true),
  number: (writer, facts, rule) => writeNumeric(writer, facts, rule, false),
  string: ({ grammar }, facts, rule) => writeString(grammar, stringText(facts), rule),
  array: writeArray,
  object: writeObject,
}

function writeValue(writer: SchemaWriter, facts: Facts[], rule: Rule): void {
  const literals = literalsOf(facts)
  if (literals) {
    const values = literals.filter((value) => satisfies(value, facts))
    writeLiterals(writer, values, rule)
    return
  }
  const types = new Set(impliedTypes(facts))
  if (types.has('number')) types.delete('integer')
  for (const type of types) writers[type](writer, facts, rule)
}

/** Strings share their beginnings, so that a long list of them stays cheap to read. */
function writeLiterals({ grammar, separators }: SchemaWriter, values: unknown[], rule: Rule): void {
  writeString(grammar, textAmong(values.filter((value) => typeof value === 'string')), rule)
  for (const value of values) {
    if (typeof value === 'string') continue
    grammar.addText(rule.start, jsonText(value, separators), rule.end)
  }
}

function writeNumeric(
  { grammar }: SchemaWriter,
  facts: Facts[],
  { start, end }: Rule,
  isInteger: boolean,
): void {
  writeNumber(grammar, { ...numberLimits(facts), isInteger }, { source: start, target: end })
}

const typeOfKeyword: Readonly<Record<string, TypeName>> = {
  ...keywordsOf('string', ['minLength', 'maxLength', 'pattern', 'format']),
  ...keywordsOf('number', [
    'minimum',
    'maximum',
    'exclusiveMinimum',
    'exclusiveMaximum',
    'multipleOf',
  ]),
  ...keywordsOf('array', ['prefixItems', 'items', 'minItems', 'maxItems']),
  ...keywordsOf('object', ['properties', 'patternProperties', 'additionalProperties', 'required']),
  ...keywordsOf('object', ['propertyNames', 'minProperties', 'maxProperties']),
}

/**
 * Without `type`, a schema with `properties` allows numbers, too. No author means that, so the keywords say
 * which types come up; every value is still one that the schema allows.
 */
function impliedTypes(facts: Facts[]): TypeName[] {
  const types = typesOf(facts)
  if (facts.some(({ schema }) => schema.type !== undefined)) return types
  const keywords = facts.flatMap(({ schema }) => Object.keys(schema))
  const implied = types.filter((type) =>
    keywords.some((keyword) => typeOfKeyword[keyword] === type),
  )
  return implied.length > 0 ? implied : types
}

function keywordsOf(type: TypeName, keywords: string[]): Record<string, TypeName> {
  return Object.fromEntries(keywords.map((keyword) => [keyword, type]))
}

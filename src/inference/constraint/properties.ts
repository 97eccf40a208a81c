/** @file Which properties an object may have: names that the schema gives, and names it leaves open. */
import { type Automaton, allBut, anyText, both, isEmpty, matches, textAmong } from './automaton.ts'
import { stringText, textWithPattern, valuesOf } from './facts.ts'
import { MAX_NAME_CLASSES, tooLarge } from './limits.ts'
import {
  type Facts,
  literalsOf,
  placeAt,
  type SchemaReader,
  typesOf,
} from './schema-alternatives.ts'
import type { Place, Schema } from './schema-keywords.ts'
import { satisfies } from './write-literal.ts'

/** A property whose name the schema gives. */
export type NamedProperty = { name: string; isRequired: boolean; places: Place[] }
/** Properties of all names that an automaton accepts. */
export type OpenProperties = { names: Automaton; places: Place[] }

type Alternatives = SchemaReader['alternatives']
type NamePattern = { fact: Facts; names: Automaton; place: Place }

/** A place that nothing satisfies. */
const nothing: Place = { schema: false, path: 'nothing' }

/** The properties under `properties`, then those that are only required. */
export function namedProperties(facts: Facts[], alternatives: Alternatives): NamedProperty[] {
  const patterns = patternsOf(facts)
  const allowed = allowedNames(facts, alternatives)
  const required = new Set(valuesOf<string[]>(facts, 'required').flat())
  return namesOf(facts).map((name) => {
    const matched = patterns.filter(({ names }) => matches(names, name))
    const places = matches(allowed, name) ? valuePlaces(facts, matched, name) : [nothing]
    return { name, isRequired: required.has(name), places }
  })
}

/**
 * All other names, in classes that match the same patterns. An object that lists properties and says nothing
 * about others gets no others: the standard would allow them, and small models would invent them.
 */
export function openProperties(facts: Facts[], alternatives: Alternatives): OpenProperties[] {
  const others = both(allBut(textAmong(namesOf(facts))), allowedNames(facts, alternatives))
  let classes: { names: Automaton; matched: NamePattern[] }[] = [{ names: others, matched: [] }]
  for (const pattern of patternsOf(facts)) {
    classes = classes.flatMap(({ names, matched }) => [
      { names: both(names, pattern.names), matched: [...matched, pattern] },
      { names: both(names, allBut(pattern.names)), matched },
    ])
    classes = classes.filter(({ names }) => !isEmpty(names))
    if (classes.length > MAX_NAME_CLASSES) throw tooLarge('classes of names', MAX_NAME_CLASSES)
  }
  const isClosed = closesByListing(facts)
  return classes
    .filter(({ matched }) => matched.length > 0 || !isClosed)
    .map(({ names, matched }) => ({ names, places: valuePlaces(facts, matched) }))
    .filter(
      ({ names, places }) => !isEmpty(names) && places.every(({ schema }) => schema !== false),
    )
}

function closesByListing(facts: Facts[]): boolean {
  const keywords = facts.flatMap(({ schema }) => Object.keys(schema))
  const listing = keywords.includes('properties') || keywords.includes('patternProperties')
  return listing && !keywords.includes('additionalProperties')
}

function namesOf(facts: Facts[]): string[] {
  const listed = valuesOf<Record<string, Schema>>(facts, 'properties').flatMap(Object.keys)
  return [...new Set([...listed, ...valuesOf<string[]>(facts, 'required').flat()])]
}

function patternsOf(facts: Facts[]): NamePattern[] {
  return facts.flatMap((fact) => {
    const patterns = (fact.schema.patternProperties ?? {}) as Record<string, Schema>
    return Object.entries(patterns).map(([source, schema]) => ({
      fact,
      names: textWithPattern(source),
      place: placeAt(fact, schema, 'patternProperties', source),
    }))
  })
}

/** What a value has to satisfy: in each schema its own property and patterns, or else `additionalProperties`. */
function valuePlaces(facts: Facts[], matched: NamePattern[], name?: string): Place[] {
  return facts.flatMap((fact) => {
    const places = matched.filter((pattern) => pattern.fact === fact).map(({ place }) => place)
    const properties = (fact.schema.properties ?? {}) as Record<string, Schema>
    if (name !== undefined && Object.hasOwn(properties, name))
      places.push(placeAt(fact, properties[name]!, 'properties', name))
    const { additionalProperties } = fact.schema as { additionalProperties?: Schema }
    if (places.length > 0 || additionalProperties === undefined) return places
    return [placeAt(fact, additionalProperties, 'additionalProperties')]
  })
}

/** What `propertyNames` leaves. */
function allowedNames(facts: Facts[], alternatives: Alternatives): Automaton {
  const places = facts.flatMap((fact) => {
    const { propertyNames } = fact.schema as { propertyNames?: Schema }
    return propertyNames === undefined ? [] : [placeAt(fact, propertyNames, 'propertyNames')]
  })
  if (places.length === 0) return anyText
  return alternatives(places).map(namesAmong).reduce(either, textAmong([]))
}

function namesAmong(facts: Facts[]): Automaton {
  const literals = literalsOf(facts)?.filter((value) => satisfies(value, facts))
  if (literals) return textAmong(literals.filter((value) => typeof value === 'string'))
  return typesOf(facts).includes('string') ? stringText(facts) : textAmong([])
}

const either = (a: Automaton, b: Automaton): Automaton => allBut(both(allBut(a), allBut(b)))

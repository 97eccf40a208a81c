/**
 * @file Takes a JSON Schema apart: what a value must be becomes a list of alternatives, each of them a list of
 * schemas without references and combinations that all hold.
 */
import { isDeepStrictEqual } from 'node:util'
import { MAX_ALTERNATIVES, tooLarge } from './limits.ts'
import {
  checkKeywords,
  invalidSchema,
  type Place,
  type Schema,
  type SchemaObject,
  type TypeName,
  typeNames,
  unsupported,
} from './schema-keywords.ts'

/** One schema object in which only keywords about the value itself count. */
export type Facts = { readonly schema: SchemaObject; readonly path: string }

/** The place of a keyword's schema inside a schema. */
export function placeAt(
  parent: { path: string },
  schema: Schema,
  ...keys: (string | number)[]
): Place {
  const segments = keys.map((key) => `${key}`.replaceAll('~', '~0').replaceAll('/', '~1'))
  return { schema, path: [parent.path, ...segments].join('/') }
}

/** Takes places of one schema document apart. */
export type SchemaReader = {
  /**
   * The alternatives of values that satisfy all of the places; none when nothing does.
   * @throws InferenceError for schemas that are invalid or use what cannot be kept
   */
  alternatives(places: readonly Place[]): Facts[][]
}

/** A schema that still has to be taken apart, and the schemas that led to it without a value between. */
type Pending = { place: Place; through: readonly string[] }
type Branch = { facts: Facts[]; pending: Pending[] }

export function createSchemaReader(root: Schema): SchemaReader {
  /** Places of `oneOf` that have been checked, or are being checked further up. */
  const exclusive = new Set<string>()

  const alternatives = (places: readonly Place[]): Facts[][] => {
    const open: Branch[] = [{ facts: [], pending: places.map((place) => ({ place, through: [] })) }]
    const done: Facts[][] = []
    for (let branch = open.pop(); branch; branch = open.pop()) {
      if (done.length + open.length > MAX_ALTERNATIVES)
        throw tooLarge('alternatives', MAX_ALTERNATIVES)
      const [next, ...rest] = branch.pending
      if (next) open.push(...continued({ facts: branch.facts, pending: rest }, next))
      else done.push(branch.facts)
    }
    return done
  }

  /** The branches that a branch becomes by looking at one of its pending schemas. */
  const continued = ({ facts, pending }: Branch, { place, through }: Pending): Branch[] => {
    checkKeywords(place)
    const { schema, path } = place
    if (schema === true) return [{ facts, pending }]
    if (schema === false) return []
    if (through.includes(path))
      throw invalidSchema(path, 'refers to itself without a value between')
    const inside = [...through, path]
    const nested = (keyword: 'allOf' | 'anyOf' | 'oneOf'): Pending[] =>
      ((schema[keyword] ?? []) as Schema[]).map((one, i) => ({
        place: placeAt(place, one, keyword, i),
        through: inside,
      }))
    const all = nested('allOf')
    if (schema.$ref !== undefined)
      all.push({ place: resolve(root, path, schema.$ref as string), through: inside })
    if (schema.oneOf !== undefined && !exclusive.has(path)) {
      exclusive.add(path)
      checkExclusive({ alternatives }, place)
    }
    const isKnown = facts.some((known) => known.path === path)
    const now = isKnown ? facts : [...facts, { schema, path }]
    return choices(nested('anyOf')).flatMap((any) =>
      choices(nested('oneOf')).map((one) => ({
        facts: now,
        pending: [...all, ...any, ...one, ...pending],
      })),
    )
  }

  return { alternatives }
}

/** The ways of taking one of the options; without options there is nothing to take. */
const choices = (options: Pending[]): Pending[][] =>
  options.length === 0 ? [[]] : options.map((option) => [option])

/** @throws InferenceError `schema_unsupported` for references to elsewhere, `schema_invalid` to nowhere */
function resolve(root: Schema, path: string, reference: string): Place {
  if (reference !== '#' && !reference.startsWith('#/'))
    throw unsupported(
      '$ref',
      path,
      reference,
      'Copy the definition into $defs and refer to it there.',
    )
  let place: Place = { schema: root, path: '#' }
  for (const segment of decodePointer(path, reference)) {
    const parent = place.schema as Record<string, Schema>
    const isThere = typeof parent === 'object' && parent !== null && Object.hasOwn(parent, segment)
    if (!isThere) throw invalidSchema(path, `refers to ${reference}, which is not there`)
    place = placeAt(place, parent[segment]!, segment)
  }
  return place
}

function decodePointer(path: string, reference: string): string[] {
  try {
    const segments = reference.split('/').slice(1).map(decodeURIComponent)
    return segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
  } catch (cause) {
    if (cause instanceof URIError)
      throw invalidSchema(path, `has the broken reference ${reference}`)
    throw cause
  }
}

/**
 * `oneOf` forbids values that two branches allow; that needs no watching where no value can satisfy two.
 * @throws InferenceError `schema_unsupported` when that cannot be seen
 */
function checkExclusive(reader: SchemaReader, place: Place): void {
  const { oneOf } = place.schema as { oneOf: Schema[] }
  const branches = oneOf.map((schema, i) =>
    reader.alternatives([placeAt(place, schema, 'oneOf', i)]),
  )
  for (const [i, branch] of branches.entries()) {
    for (const [j, other] of branches.entries()) {
      if (j <= i || branch.every((a) => other.every((b) => areDisjoint(reader, a, b)))) continue
      const hint =
        'Write anyOf, or tell the branches apart by type or by a required property that differs.'
      throw unsupported('oneOf', place.path, `branches ${i} and ${j} may both hold`, hint)
    }
  }
}

function areDisjoint(reader: SchemaReader, a: Facts[], b: Facts[]): boolean {
  if (haveNoCommon(literalsOf(a), literalsOf(b))) return true
  const types = possibleTypes(b)
  const shared = possibleTypes(a).filter((type) => types.includes(type))
  if (shared.some((type) => type !== 'object')) return false
  const isTold = (name: string): boolean =>
    forbids(a, name) ||
    forbids(b, name) ||
    haveNoCommon(propertyLiterals(reader, a, name), propertyLiterals(reader, b, name))
  return shared.length === 0 || [...requiredNames(a), ...requiredNames(b)].some(isTold)
}

const requiredNames = (facts: Facts[]): string[] =>
  facts.flatMap(({ schema }) => (schema.required ?? []) as string[])

function forbids(facts: Facts[], name: string): boolean {
  return facts.some(({ schema: { additionalProperties, patternProperties, properties = {} } }) => {
    if (additionalProperties !== false || patternProperties !== undefined) return false
    return !Object.hasOwn(properties as object, name)
  })
}

/** The types that are left with regard to `enum` and `const`. */
function possibleTypes(facts: Facts[]): TypeName[] {
  const literals = literalsOf(facts)?.map(typeOfValue)
  return typesOf(facts).filter((type) => literals?.includes(type) ?? true)
}

/** The types that all facts allow; with `number` comes `integer`. */
export function typesOf(facts: readonly Facts[]): TypeName[] {
  const lists = facts.flatMap(({ schema }) =>
    schema.type === undefined ? [] : [[schema.type].flat()],
  )
  return typeNames.filter((type) =>
    lists.every((list) => list.includes(type) || (type === 'integer' && list.includes('number'))),
  )
}

/** The type of a value; of whole numbers it is `integer`. */
export function typeOfValue(value: unknown): TypeName {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value as TypeName
}

/** The values that `enum` and `const` leave, or undefined when neither is there. */
export function literalsOf(facts: readonly Facts[]): unknown[] | undefined {
  const lists = facts.flatMap(({ schema }) => [
    ...(schema.enum === undefined ? [] : [schema.enum as unknown[]]),
    ...(schema.const === undefined ? [] : [[schema.const]]),
  ])
  return lists.reduce<unknown[] | undefined>(
    (common, list) =>
      common?.filter((value) => list.some((other) => isDeepStrictEqual(value, other))) ?? list,
    undefined,
  )
}

function propertyLiterals(
  reader: SchemaReader,
  facts: Facts[],
  name: string,
): unknown[] | undefined {
  const places = facts.flatMap((fact) => {
    const properties = (fact.schema.properties ?? {}) as Record<string, Schema>
    return Object.hasOwn(properties, name)
      ? [placeAt(fact, properties[name]!, 'properties', name)]
      : []
  })
  const lists = reader.alternatives(places).map(literalsOf)
  return lists.includes(undefined) ? undefined : lists.flat()
}

function haveNoCommon(a: unknown[] | undefined, b: unknown[] | undefined): boolean {
  if (!a || !b) return false
  return !a.some((value) => b.some((other) => isDeepStrictEqual(value, other)))
}

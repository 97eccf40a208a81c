/** @file Whether the arguments of a call are the user's own: said in a turn, chosen from a list, or a default. */
import type { JsonSchema } from './tool.ts'

/**
 * JSON pointers of the values that no turn of the user says. Values of an enumeration, booleans, null and
 * defaults are never among them: the schema of the house has them. Names of open objects count as values.
 */
export function unfoundedArguments(
  input: unknown,
  schema: JsonSchema,
  userTurns: readonly string[],
): string[] {
  const said = createSaid(userTurns)
  const root = schema
  const found: string[] = []
  const walk = (value: unknown, place: unknown, pointer: string): void => {
    const options = alternatives(place, root)
    if (options.some((option) => isOfTheHouse(value, option))) return
    if (Array.isArray(value)) {
      const items = options.flatMap((option) => option.items ?? [])
      for (const [index, item] of value.entries())
        walk(item, { anyOf: items }, `${pointer}/${index}`)
    } else if (isRecord(value)) {
      for (const [name, member] of Object.entries(value)) {
        const declared = options.flatMap(({ properties }) =>
          isRecord(properties) && Object.hasOwn(properties, name) ? [properties[name]] : [],
        )
        const at = `${pointer}/${escapePointer(name)}`
        if (declared.length === 0 && !said(name)) found.push(at)
        else walk(member, { anyOf: declared }, at)
      }
    } else if (!isFree(value) && !said(String(value))) found.push(pointer || '/')
  }
  walk(input, schema, '')
  return found
}

/** There is nothing to smuggle in these. */
function isFree(value: unknown): boolean {
  return typeof value === 'boolean' || value === null || value === undefined || value === ''
}

function isOfTheHouse(
  value: unknown,
  { enum: list, const: only, default: usual }: JsonSchema,
): boolean {
  const same = (one: unknown): boolean => JSON.stringify(one) === JSON.stringify(value)
  return (
    (Array.isArray(list) && list.some(same)) ||
    (only !== undefined && same(only)) ||
    (usual !== undefined && same(usual))
  )
}

/** The schema with its alternatives and what it refers to. */
function alternatives(place: unknown, root: JsonSchema, depth = 0): JsonSchema[] {
  if (!isRecord(place) || depth > 8) return []
  const referred = typeof place.$ref === 'string' ? [resolve(place.$ref, root)] : []
  const inner = [place.anyOf, place.oneOf, place.allOf].flatMap((list) =>
    Array.isArray(list) ? list : [],
  )
  return [place, ...[...referred, ...inner].flatMap((one) => alternatives(one, root, depth + 1))]
}

function resolve(reference: string, root: JsonSchema): unknown {
  if (!reference.startsWith('#')) return undefined
  return reference
    .slice(1)
    .split('/')
    .filter(Boolean)
    .reduce<unknown>(
      (at, name) =>
        isRecord(at) ? at[name.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined,
      root,
    )
}

/** Whole words, whatever their case and the white space between them. */
function createSaid(turns: readonly string[]): (text: string) => boolean {
  const heard = turns.map((turn) => ` ${plain(turn)} `)
  return (text) => {
    const words = plain(text)
    return words !== '' && heard.some((turn) => holdsWhole(turn, words))
  }
}

function holdsWhole(turn: string, words: string): boolean {
  for (let at = turn.indexOf(words); at !== -1; at = turn.indexOf(words, at + 1)) {
    const before = turn[at - 1]!
    const after = turn[at + words.length]!
    if (!(isWordCharacter(before) && isWordCharacter(words[0]!)))
      if (!(isWordCharacter(after) && isWordCharacter(words.at(-1)!))) return true
  }
  return false
}

function isWordCharacter(character: string): boolean {
  return /[\p{L}\p{N}]/u.test(character)
}

function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/^[\s.,;:!?"'()]+|[\s.,;:!?"'()]+$/g, '')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

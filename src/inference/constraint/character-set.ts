/** @file Sets of Unicode characters as sorted ranges. */

/** Inclusive ranges [from, to, from, to, …], ascending and apart from each other. */
export type CharacterSet = readonly number[]

/** Every character that text can hold; halves of surrogate pairs are none. */
export const anyCharacter: CharacterSet = [0, 0xd7ff, 0xe000, 0x10ffff]

const digits: CharacterSet = [0x30, 0x39]
const wordCharacters: CharacterSet = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a]
// ECMAScript's WhiteSpace and LineTerminator.
const spaces = union(
  [0x09, 0x0d, 0x20, 0x20, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029],
  [0x202f, 0x202f, 0x205f, 0x205f, 0x3000, 0x3000, 0xfeff, 0xfeff],
)

/** What `\d`, `\w`, `\s` and their opposites stand for. */
export const escapedClasses: Readonly<Record<string, CharacterSet>> = {
  d: digits,
  D: negate(digits),
  w: wordCharacters,
  W: negate(wordCharacters),
  s: spaces,
  S: negate(spaces),
}

/** What `.` stands for: everything but line ends. */
export const anyButLineEnds: CharacterSet = negate([0x0a, 0x0a, 0x0d, 0x0d, 0x2028, 0x2029])

/** Characters that are in one of the sets. */
export function union(...sets: CharacterSet[]): CharacterSet {
  const ranges = sets.flatMap(toRanges).sort((a, b) => a[0] - b[0])
  const merged: number[] = []
  for (const [from, to] of ranges) {
    const last = merged.length - 1
    if (merged.length > 0 && from <= merged[last]! + 1) merged[last] = Math.max(merged[last]!, to)
    else merged.push(from, to)
  }
  return merged
}

/** Characters that are not in the set. */
export function negate(set: CharacterSet): CharacterSet {
  const outside: number[] = []
  let next = 0
  for (const [from, to] of [...toRanges(set), [0x110000, 0x110000] as const]) {
    if (from > next) outside.push(next, from - 1)
    next = to + 1
  }
  return intersect(outside, anyCharacter)
}

/** Characters that are in both sets. */
export function intersect(a: CharacterSet, b: CharacterSet): CharacterSet {
  const common: number[] = []
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const from = Math.max(a[i]!, b[j]!)
    const to = Math.min(a[i + 1]!, b[j + 1]!)
    if (from <= to) common.push(from, to)
    if (a[i + 1]! < b[j + 1]!) i += 2
    else j += 2
  }
  return common
}

/** The ranges one by one. */
export function toRanges(set: CharacterSet): (readonly [from: number, to: number])[] {
  return Array.from({ length: set.length / 2 }, (_, i) => [set[2 * i]!, set[2 * i + 1]!] as const)
}

const propertySets = new Map<string, CharacterSet>()

/** Characters with a Unicode property, such as `L` or `Script=Greek`; undefined when there is no such. */
export function propertySet(property: string): CharacterSet | undefined {
  const known = propertySets.get(property)
  if (known || !/^[\w=]+$/.test(property)) return known
  const pattern = propertyPattern(property)
  if (!pattern) return undefined
  const set: number[] = []
  for (const [from, to] of toRanges(anyCharacter)) {
    for (let code = from; code <= to; code++) {
      if (!pattern.test(String.fromCodePoint(code))) continue
      if (set.at(-1) === code - 1) set[set.length - 1] = code
      else set.push(code, code)
    }
  }
  propertySets.set(property, set)
  return set
}

function propertyPattern(property: string): RegExp | undefined {
  try {
    return new RegExp(`^\\p{${property}}$`, 'u')
  } catch {
    return undefined
  }
}

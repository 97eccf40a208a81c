/** @file Equality of JSON texts, whatever their spacing and the order of their keys. */
import { isDeepStrictEqual } from 'node:util'

export function sameJson(a: string, b: string): boolean {
  const [first, second] = [parse(a), parse(b)]
  return first !== undefined && isDeepStrictEqual(first, second)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** @file Random streams by name: what one stream gives does not depend on the others, nor on the order of use. */
import { mulberry32 } from '../util/random.ts'

/** The seed of a stream, from whatever tells it from the others. */
export function streamSeed(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5
  for (const char of parts.join('\0')) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193)
  return avalanche(hash)
}

/** Floats in [0, 1). */
export function randomStream(...parts: readonly (string | number)[]): () => number {
  return mulberry32(streamSeed(...parts))
}

/** Draws from the normal distribution: Box and Muller's transform. */
export function normal(random: () => number): () => number {
  let spare: number | undefined
  return () => {
    if (spare !== undefined) {
      const value = spare
      spare = undefined
      return value
    }
    const radius = Math.sqrt(-2 * Math.log(1 - random()))
    const angle = 2 * Math.PI * random()
    spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
}

/** Spreads a change of one bit over all of them: the finaliser of MurmurHash3 (public domain). */
function avalanche(value: number): number {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** @file The weight of a message: whether it is trained. */

const spellings = new Map<unknown, 0 | 1>([
  [true, 1],
  [false, 0],
  ['1', 1],
  ['0', 0],
  ['true', 1],
  ['false', 0],
])

/** 0 or 1 where the value plainly means one of them. */
export function canonicalWeight(value: unknown): 0 | 1 | undefined {
  return value === 0 || value === 1 ? value : spellings.get(value)
}

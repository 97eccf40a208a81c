/** @file Splits examples into training and validation, keeping together what is nearly the same. */
import { mulberry32, shuffled } from '../../util/random.ts'
import { BehaviorError } from '../errors.ts'
import type { Example } from './example.ts'
import { findNeighbours } from './neighbours.ts'

export type SplitOptions = {
  /** Share of the examples to hold out, in (0, 1). */
  validation: number
  seed: number
  /** Examples with the same group stay together as well, such as all about one page. */
  groupOf?: (example: Example) => string | undefined
  /** Overlap from which prompts are nearly the same. Default 0.8. */
  similarity?: number
}

export type ExampleSplit = { readonly train: Example[]; readonly validation: Example[] }

/**
 * Splits by cluster of nearly equal prompts, never by row, so that no held-out question was trained. The
 * same examples, options and seed give the same split. The validation part may be smaller than asked for
 * when clusters are large; one cluster always remains to train.
 * @throws BehaviorError `invalid_option`
 */
export function splitExamples(
  examples: readonly Example[],
  { validation: share, seed, groupOf, similarity }: SplitOptions,
): ExampleSplit {
  if (!(share > 0 && share < 1))
    throw new BehaviorError('invalid_option', `the validation share is ${share}`, {
      hint: 'Use a share between 0 and 1, such as 0.1.',
    })
  const clusters = shuffled(clusterExamples(examples, groupOf, similarity), mulberry32(seed))
  const wanted = Math.max(1, Math.round(examples.length * share))
  const heldOut = new Set<number>()
  for (const cluster of clusters.slice(1))
    if (heldOut.size + cluster.length <= wanted) for (const at of cluster) heldOut.add(at)
  return {
    train: examples.filter((_, at) => !heldOut.has(at)),
    validation: examples.filter((_, at) => heldOut.has(at)),
  }
}

/** Positions of examples that belong together, in the order of their first. */
function clusterExamples(
  examples: readonly Example[],
  groupOf: SplitOptions['groupOf'],
  similarity: number | undefined,
): number[][] {
  const parent = examples.map((_, at) => at)
  const root = (at: number): number => {
    let top = at
    while (parent[top] !== top) top = parent[top]!
    // Later walks are short.
    for (let here = at; here !== top; ) [here, parent[here]] = [parent[here]!, top]
    return top
  }
  const join = (a: number, b: number): void => {
    const [first, second] = [root(a), root(b)]
    parent[Math.max(first, second)] = Math.min(first, second)
  }
  for (const [at, near] of findNeighbours(examples, similarity).entries())
    for (const { at: other } of near) join(at, other)
  const groups = new Map<string, number>()
  for (const [at, example] of examples.entries()) {
    const group = groupOf?.(example)
    if (group === undefined) continue
    if (groups.has(group)) join(at, groups.get(group)!)
    else groups.set(group, at)
  }
  return [...Map.groupBy(examples.keys(), root).values()]
}

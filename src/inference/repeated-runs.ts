/** @file Which tokens would repeat a run of the output. */

export type Runs = {
  add(token: number): void
  /** Tokens that, coming next, end a run of the given length that the output has already had. */
  repeated(): Iterable<number>
}

/** Runs of `length` tokens; 0 keeps none. */
export function createRuns(length: number): Runs {
  /** What has followed each run of one token less. */
  const followers = new Map<string, Set<number>>()
  let last: number[] = []
  return {
    add(token) {
      if (length === 0) return
      if (last.length === length - 1) {
        const key = last.join(' ')
        const known = followers.get(key)
        if (known) known.add(token)
        else followers.set(key, new Set([token]))
      }
      last = [...last, token].slice(Math.max(0, last.length + 2 - length))
    },
    repeated: () => (length === 0 ? [] : (followers.get(last.join(' ')) ?? [])),
  }
}

/** @file Which lines two texts share, by Myers' greedy algorithm (An O(ND) Difference Algorithm, 1986). */

/** @typedef {{ change: 'same' | 'removed' | 'added', text: string }} DiffLine */

// Beyond so many differing lines the texts have little in common, and the search would take long.
const maxEdits = 1_000

/**
 * @param {string} before
 * @param {string} after
 * @returns {DiffLine[]}
 */
export function diffLines(before, after) {
  const old = before.split('\n')
  const now = after.split('\n')
  let start = 0
  while (start < old.length && start < now.length && old[start] === now[start]) start++
  let end = 0
  const room = Math.min(old.length, now.length) - start
  while (end < room && old.at(-1 - end) === now.at(-1 - end)) end++
  const middle = diffMiddle(old.slice(start, old.length - end), now.slice(start, now.length - end))
  return [
    ...mark('same', old.slice(0, start)),
    ...middle,
    ...mark('same', old.slice(old.length - end)),
  ]
}

/**
 * @param {string[]} old
 * @param {string[]} now
 * @returns {DiffLine[]}
 */
function diffMiddle(old, now) {
  const trail = old.length > 0 && now.length > 0 ? shortestTrail(old, now) : undefined
  if (!trail) return [...mark('removed', old), ...mark('added', now)]
  return walkBack(trail, old, now)
}

/**
 * For each number of edits, how far into the old text each diagonal (old minus new position) gets;
 * undefined when the texts differ too much.
 *
 * @param {string[]} old
 * @param {string[]} now
 * @returns {Map<number, number>[] | undefined}
 */
function shortestTrail(old, now) {
  /** @type {Map<number, number>[]} */
  const trail = []
  let reach = new Map([[1, 0]])
  for (let edits = 0; edits <= maxEdits; edits++) {
    trail.push(reach)
    /** @type {Map<number, number>} */
    const next = new Map()
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = stepsDown(reach, diagonal, edits)
        ? (reach.get(diagonal + 1) ?? 0)
        : (reach.get(diagonal - 1) ?? 0) + 1
      while (x < old.length && x - diagonal < now.length && old[x] === now[x - diagonal]) x++
      next.set(diagonal, x)
      if (x >= old.length && x - diagonal >= now.length) return trail
    }
    reach = next
  }
  return undefined
}

/**
 * Whether the best way onto a diagonal is an added line, not a removed one.
 *
 * @param {Map<number, number>} reach
 * @param {number} diagonal
 * @param {number} edits
 */
function stepsDown(reach, diagonal, edits) {
  const [below, above] = [reach.get(diagonal - 1) ?? -1, reach.get(diagonal + 1) ?? -1]
  return diagonal === -edits || (diagonal !== edits && below < above)
}

/**
 * @param {Map<number, number>[]} trail
 * @param {string[]} old
 * @param {string[]} now
 */
function walkBack(trail, old, now) {
  /** @type {DiffLine[]} */
  const lines = []
  let [x, y] = [old.length, now.length]
  for (let edits = trail.length - 1; edits >= 0; edits--) {
    const reach = trail[edits] ?? new Map()
    const diagonal = x - y
    const down = stepsDown(reach, diagonal, edits)
    const fromX = reach.get(down ? diagonal + 1 : diagonal - 1) ?? 0
    const fromY = fromX - (down ? diagonal + 1 : diagonal - 1)
    while (x > fromX && y > fromY) {
      lines.push({ change: 'same', text: old[--x] ?? '' })
      y--
    }
    if (edits === 0) break
    if (down) lines.push({ change: 'added', text: now[--y] ?? '' })
    else lines.push({ change: 'removed', text: old[--x] ?? '' })
  }
  return lines.reverse()
}

/**
 * @param {DiffLine['change']} change
 * @param {string[]} lines
 * @returns {DiffLine[]}
 */
function mark(change, lines) {
  return lines.map((text) => ({ change, text }))
}

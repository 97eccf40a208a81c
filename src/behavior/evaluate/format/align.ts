/**
 * @file Lays a reply along a form with the fewest edits (Viterbi over lines and elements), so that what is
 * missing, out of place or different can be named.
 */
import { similarity } from '../../examples/similarity/shingles.ts'
import type { FormatElement, FormatVariant } from './format-spec.ts'
import { fixedText, matchesPattern } from './line-patterns.ts'
import type { ReplyLine } from './reply-lines.ts'
import { spansBlanks } from './shapes.ts'

export type Edit =
  | {
      readonly edit: 'fits' | 'continues' | 'differs'
      readonly line: ReplyLine
      readonly element: FormatElement
      readonly at: number
    }
  | { readonly edit: 'missing'; readonly element: FormatElement; readonly before: number }
  | { readonly edit: 'unexpected'; readonly line: ReplyLine }

export type Alignment = { readonly cost: number; readonly edits: readonly Edit[] }

/** A step of the best way to a state: where it came from, and what it did to line and element. */
type Step = { cost: number; from?: Step; edit?: Edit }

export function align(
  lines: readonly ReplyLine[],
  variant: FormatVariant,
  isFixed: (line: ReplyLine) => boolean,
): Alignment {
  const { elements, skips } = flatten(variant)
  const count = elements.length
  // done[i]: the elements before i are behind us; inside[i]: element i has begun and may go on.
  let done: (Step | undefined)[] = [{ cost: 0 }]
  let inside: (Step | undefined)[] = []
  for (let row = 0; ; row++) {
    relax(done, inside, { elements, skips, before: row + 1 })
    const line = lines[row]
    if (!line) break
    const nextDone: (Step | undefined)[] = []
    const nextInside: (Step | undefined)[] = []
    for (let i = 0; i <= count; i++) {
      const element = elements[i]
      const unexpected: Edit = { edit: 'unexpected', line }
      offer(nextDone, i, done[i], 1, unexpected)
      offer(nextInside, i, inside[i], 1, unexpected)
      if (!element) continue
      const price = priceOf(element, line, isFixed)
      const enter: Edit = { edit: price === 0 ? 'fits' : 'differs', line, element, at: i }
      if (repeats(element)) offer(nextInside, i, done[i], price, enter)
      else offer(nextDone, i + 1, done[i], price, enter)
      if (goesOn(element, line, isFixed))
        offer(nextInside, i, inside[i], 0, { edit: 'continues', line, element, at: i })
    }
    done = nextDone
    inside = nextInside
  }
  return { cost: done[count]!.cost, edits: trace(done[count]!) }
}

type Flat = { elements: readonly FormatElement[]; skips: ReadonlyMap<number, number> }

/** All elements in a row; optional parts can be skipped from their first to behind their last. */
function flatten({ parts }: FormatVariant): Flat {
  const elements: FormatElement[] = []
  const skips = new Map<number, number>()
  for (const part of parts) {
    if (part.share < 1) skips.set(elements.length, elements.length + part.elements.length)
    elements.push(...part.elements)
  }
  return { elements, skips }
}

/** Moves that take no line: a block ends, an optional part is left out, an element is missing. */
function relax(
  done: (Step | undefined)[],
  inside: readonly (Step | undefined)[],
  { elements, skips, before }: Flat & { before: number },
): void {
  for (const [i, element] of elements.entries()) {
    const skip = skips.get(i)
    if (skip !== undefined) offer(done, skip, done[i], 0)
    if (element.is === 'anything') offer(done, i + 1, done[i], 0)
    else offer(done, i + 1, done[i], 1, { edit: 'missing', element, before })
    offer(done, i + 1, inside[i], 0)
  }
}

function offer(
  steps: (Step | undefined)[],
  at: number,
  from: Step | undefined,
  price: number,
  edit?: Edit,
): void {
  if (!from) return
  const cost = from.cost + price
  if (steps[at] && steps[at].cost <= cost) return
  steps[at] = edit ? { cost, from, edit } : { cost, from }
}

function trace(last: Step): Edit[] {
  const edits: Edit[] = []
  for (let step: Step | undefined = last; step; step = step.from)
    if (step.edit) edits.push(step.edit)
  return edits.reverse()
}

function repeats({ is }: FormatElement): boolean {
  return is === 'text' || is === 'block' || is === 'anything'
}

function goesOn(
  element: FormatElement,
  line: ReplyLine,
  isFixed: (line: ReplyLine) => boolean,
): boolean {
  if (element.is === 'anything') return true
  const kind = element.is === 'block' ? element.of : 'text'
  if (!repeats(element) || kind === 'heading') return false
  return (line.kind === 'blank' && spansBlanks(kind)) || (line.kind === kind && !isFixed(line))
}

/** 0 where the line fits; below 2, which is the price of taking it out and putting another in. */
function priceOf(
  element: FormatElement,
  line: ReplyLine,
  isFixed: (line: ReplyLine) => boolean,
): number {
  if (element.is === 'anything') return 0
  if ((element.is === 'blank') !== (line.kind === 'blank')) return 1.9
  if (element.is === 'blank') return 0
  if (element.is === 'line') {
    if (element.lines.some((pattern) => matchesPattern(pattern, line.text))) return 0
    return (
      1.5 - Math.max(...element.lines.map((pattern) => similarity(fixedText(pattern), line.text)))
    )
  }
  const kind = element.is === 'block' ? element.of : 'text'
  if (line.kind !== kind) return isFixed(line) ? 1.5 : 0.9
  return isFixed(line) ? 1 : 0
}

/** @file Whether the adapter's answers sound more like the house than the base's do. */

import type { EvaluationItem } from '../dataset/item.ts'
import { measureStyle, type StyleRange, type StyleText } from '../evaluate/index.ts'
import type { GateCheck, Share } from './gate.ts'
import type { Outcome } from './outcome.ts'

type Arms = {
  readonly plain: readonly Outcome[]
  readonly before: readonly Outcome[]
  readonly after: readonly Outcome[]
}

const NAME = 'voice, from 0 (the base) to 1 (the house)'
const MIN_GROUPS = 4

/**
 * Two instruments between two anchors: the base's own answers, and what the house wrote to the same held-out
 * questions. A verdict takes both; without one the check does not stop an adapter.
 */
export function compareVoices(items: readonly EvaluationItem[], arms: Arms): GateCheck {
  const none = (reason: string): GateCheck => ({
    name: NAME,
    result: 'not_applicable',
    items: items.length,
    reason,
  })
  if (items.length < MIN_GROUPS) return none('too few held-out examples')
  const texts = (outcomes: readonly Outcome[]): StyleText[] =>
    outcomes.map(({ line, text }) => ({ group: String(line), text }))
  const report = measureStyle({
    house: items.map(({ line, reference }) => ({ group: String(line), text: reference })),
    neutral: texts(arms.plain),
    arms: { before: texts(arms.before), after: texts(arms.after) },
  })
  const { verdict, reason } = report.differences[0]!
  if (verdict === 'none' || verdict === 'not_shown') return none(reason)
  const { before, after } = report.arms
  return {
    name: NAME,
    result: verdict === 'closer' ? 'passed' : 'failed',
    items: items.length,
    ...shareOf('before', before?.closeness.characters),
    ...shareOf('after', after?.closeness.characters),
    reason,
  }
}

function shareOf(key: 'before' | 'after', range: StyleRange | undefined): Record<string, Share> {
  return range ? { [key]: { share: range.estimate, low: range.low, high: range.high } } : {}
}

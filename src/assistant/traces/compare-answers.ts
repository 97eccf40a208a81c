/** @file Two answers to one question beside each other: what was dropped, added, or judged otherwise. */
import type { Span } from '../../knowledge/index.ts'
import { answerUnits } from '../answer-units.ts'
import type { Support, Verdict } from '../events.ts'

export type JudgedAnswer = { answer: string; verdicts: readonly Verdict[] }

/** A sentence, list item or code block of either answer; null where there is no verdict on it. */
export type AnswerChange = {
  change: 'same' | 'removed' | 'added'
  text: string
  before: Support | null
  after: Support | null
}

type Unit = { text: string; support: Support | null }

/** The units of both answers in one list, by the longest common subsequence. */
export function compareAnswers(before: JudgedAnswer, after: JudgedAnswer): AnswerChange[] {
  const old = unitsOf(before)
  const now = unitsOf(after)
  const common = commonLengths(old, now)
  const changes: AnswerChange[] = []
  let i = 0
  let j = 0
  while (i < old.length || j < now.length) {
    const [a, b] = [old[i], now[j]]
    if (a && b && a.text === b.text) {
      changes.push({ change: 'same', text: a.text, before: a.support, after: b.support })
      i++
      j++
    } else if (a && (!b || common[i + 1]![j]! >= common[i]![j + 1]!)) {
      changes.push({ change: 'removed', text: a.text, before: a.support, after: null })
      i++
    } else {
      changes.push({ change: 'added', text: b!.text, before: null, after: b!.support })
      j++
    }
  }
  return changes
}

/** `lengths[i][j]`: units that the two have in common from i and j on. */
function commonLengths(old: readonly Unit[], now: readonly Unit[]): number[][] {
  const lengths = Array.from({ length: old.length + 1 }, () =>
    new Array<number>(now.length + 1).fill(0),
  )
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = now.length - 1; j >= 0; j--)
      lengths[i]![j] =
        old[i]!.text === now[j]!.text
          ? lengths[i + 1]![j + 1]! + 1
          : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!)
  return lengths
}

function unitsOf({ answer, verdicts }: JudgedAnswer): Unit[] {
  return withMarkers(answerUnits(answer), answer).map(({ start, end }) => {
    const verdict = verdicts.find((one) => one.start < end && one.end > start)
    return { text: answer.slice(start, end), support: verdict?.support ?? null }
  })
}

/** Markers that stand behind a full stop belong to the sentence before. */
function withMarkers(spans: readonly Span[], answer: string): Span[] {
  const merged: Span[] = []
  for (const { start, end } of spans) {
    const last = merged.at(-1)
    const markers = last && /^(?:\[\d+\])+/.exec(answer.slice(start, end))?.[0]
    const rest = markers ? start + markers.length : start
    if (last && rest > start) last.end = rest
    const blank = /^\s*/.exec(answer.slice(rest, end))![0].length
    if (rest + blank < end) merged.push({ start: rest + blank, end })
  }
  return merged
}

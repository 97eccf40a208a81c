/** @file Rows that occur twice, to the letter or nearly. */
import { sha256 } from '../../../util/hash.ts'
import type { Check } from '../check-context.ts'
import type { Entry, Example } from '../example.ts'
import { similarity } from '../similarity/shingles.ts'
import { answerOf, promptOf, settingOf } from '../texts.ts'
import { findContradiction } from './contradictions.ts'

export const checkDuplicates: Check = ({ sound, similarity: threshold, ...context }) => {
  const { neighbours, report } = context
  const first = new Map<string, Entry>()
  for (const [at, entry] of sound.entries()) {
    const key = contentKey(entry.example)
    const original = first.get(key)
    if (original) {
      report('exact_duplicate', entry, {
        otherLine: original.line,
        message: `the same as line ${original.line}`,
        isFixable: true,
      })
      continue
    }
    first.set(key, entry)
    const twin = neighbours()[at]!.find((each) => isTwin(entry, sound[each.at]!, threshold))
    if (twin)
      report('near_duplicate', entry, {
        otherLine: sound[twin.at]!.line,
        message: `asks ${howMuch(twin.similarity)} the same as line ${sound[twin.at]!.line}, with nearly the same answer`,
      })
  }
}

/** What two rows have in common that teach the same: blanks at the ends and other fields aside. */
export function contentKey({ messages, tools, split }: Example): string {
  const trimmed = messages.map(({ content, ...message }) => [message, (content ?? '').trim()])
  return sha256(JSON.stringify([trimmed, tools, split]))
}

function isTwin({ example }: Entry, { example: other }: Entry, threshold: number): boolean {
  return (
    example.split === other.split &&
    settingOf(example) === settingOf(other) &&
    findContradiction(example, other) === undefined &&
    similarity(answerOf(example), answerOf(other)) >= threshold &&
    promptOf(example) !== ''
  )
}

function howMuch(similarity: number): string {
  return similarity === 1 ? 'just' : `${Math.floor(similarity * 100)} %`
}

/** @file The form of answers: what nearly all have in common, and the rows that differ. */
import type { Check, CheckContext } from '../check-context.ts'
import type { Entry } from '../example.ts'
import { shown } from '../finding.ts'
import { answerOf } from '../texts.ts'
import { traits } from './traits.ts'

export type FormShare = {
  readonly trait: string
  /** What the most frequent form is. */
  readonly value: string
  readonly share: number
}

/** From this share on, a form is meant. */
const MEANT = 0.8
/** A form that fewer have is no habit worth telling. */
const NOTEWORTHY = 0.5
const MIN_ROWS = 10

type Form = FormShare & { outliers: { entry: Entry; value: string | undefined }[] }

export const checkFormatConsistency: Check = (context) => {
  const { report, sound } = context
  for (const { trait, value, share, outliers } of findForms(context)) {
    if (share < MEANT) continue
    for (const { entry, value: own } of outliers)
      report('format_outlier', entry, {
        path: entry.places.at(-1)!.content,
        message: `${trait} is ${own === undefined ? 'missing' : shown(own)}; in ${Math.round(share * 100)} % of ${sound.length} answers it is ${shown(value)}`,
      })
  }
}

/** The forms that at least half of the answers share. */
export function formShares(context: CheckContext): FormShare[] {
  return findForms(context).map(({ trait, value, share }) => ({ trait, value, share }))
}

function findForms({ sound, labels }: CheckContext): Form[] {
  if (sound.length < MIN_ROWS || labels()) return []
  const answered = sound.map((entry) => ({ entry, answer: answerOf(entry.example) }))
  const forms: Form[] = []
  for (const { trait, read } of traits) {
    const valued = answered.map(({ entry, answer }) => ({ entry, value: read(answer) }))
    const [value, count] = mostFrequent(valued.map((one) => one.value))
    if (value === undefined || count < valued.length * NOTEWORTHY) continue
    const outliers = valued.filter((one) => one.value !== value)
    forms.push({ trait, value, share: count / valued.length, outliers })
    // A list of keys or headings says all that first and last words would say again.
    if (count >= valued.length * MEANT && trait === 'the list of JSON keys') break
  }
  return forms
}

function mostFrequent(values: readonly (string | undefined)[]): [string | undefined, number] {
  const counts = new Map<string, number>()
  for (const value of values)
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1)
  let best: [string | undefined, number] = [undefined, 0]
  for (const entry of counts) if (entry[1] > best[1]) best = entry
  return best
}

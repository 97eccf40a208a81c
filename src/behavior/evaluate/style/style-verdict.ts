/** @file Whether one arm is closer to the house than another: only where both instruments say so. */
import { type InstrumentName, instrumentNames } from './instrument.ts'

/** A value with its 95 % range. */
export type StyleRange = { readonly estimate: number; readonly low: number; readonly high: number }

export type StyleVerdict = {
  /** `not_shown` where a range holds 0; `none` where the instruments cannot say. */
  readonly verdict: 'closer' | 'further' | 'not_shown' | 'none'
  readonly reason: string
}

type Differences = Readonly<Record<InstrumentName, StyleRange | undefined>>

/** An obstacle rules a verdict out beforehand. */
export function decide(differences: Differences, obstacle: string | undefined): StyleVerdict {
  const found = instrumentNames.flatMap((name) => differences[name] ?? [])
  if (obstacle !== undefined || found.length < instrumentNames.length)
    return { verdict: 'none', reason: obstacle ?? 'an instrument could not be read' }
  const ups = found.filter(({ estimate }) => estimate > 0).length
  if (ups > 0 && ups < found.length)
    return { verdict: 'none', reason: 'the two instruments point in opposite directions' }
  if (found.every(({ low }) => low > 0))
    return { verdict: 'closer', reason: 'both instruments place it closer to the house' }
  if (found.every(({ high }) => high < 0))
    return { verdict: 'further', reason: 'both instruments place it further from the house' }
  return {
    verdict: 'not_shown',
    reason: 'the range of at least one instrument holds no difference',
  }
}

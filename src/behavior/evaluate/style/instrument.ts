/** @file What both instruments offer. */
import type { Profile } from './profile.ts'

export type Instrument = {
  /** The closer to the house, the higher. */
  score(bundle: readonly Profile[]): number
}

export const instrumentNames = ['characters', 'words'] as const

/** A: runs of characters and logistic regression. B: function words, surface features and Delta. */
export type InstrumentName = (typeof instrumentNames)[number]

export function mapInstruments<Value>(
  read: (name: InstrumentName) => Value,
): Readonly<Record<InstrumentName, Value>> {
  return { characters: read('characters'), words: read('words') }
}

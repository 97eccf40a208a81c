/**
 * @file Instrument B: Burrows's Delta over function words and surface features (Burrows, "Delta: a measure of
 * stylistic difference and a guide to likely authorship", 2002).
 */
import { mulberry32 } from '../../../util/random.ts'
import type { Instrument } from './instrument.ts'
import type { Profile } from './profile.ts'
import { surfaceRates } from './surface-features.ts'

/** Bundles drawn from each side, from which the spread of each feature is read. */
const DRAWN_BUNDLES = 20
/** Function words that a bundle has less often on average are there by chance. */
const LEAST_OCCURRENCES = 1

export type DeltaInstrument = Instrument & {
  /** Mean difference of the standardised features of two bundles. */
  distance(one: readonly Profile[], other: readonly Profile[]): number
}

type DeltaOptions = {
  bundleWords: number
  /** How many of the counts are of function words. */
  functionWords: number
  seed: number
}

/** Scores are the negated distance from the middle of the house. */
export function fitDeltaInstrument(
  house: readonly Profile[],
  neutral: readonly Profile[],
  { bundleWords, functionWords, seed }: DeltaOptions,
): DeltaInstrument {
  const random = mulberry32(seed)
  const rates = (bundle: readonly Profile[]): number[] => ratesOf(bundle, functionWords)
  const draw = (texts: readonly Profile[]): number[][] =>
    Array.from({ length: DRAWN_BUNDLES }, () => rates(drawBundle(texts, bundleWords, random)))
  const fromHouse = draw(house)
  const rows = [...fromHouse, ...draw(neutral)]
  const isFrequent = (rate: number, at: number): boolean =>
    at >= functionWords || rate * bundleWords >= LEAST_OCCURRENCES
  const standardise = createStandardiser(rows, isFrequent)
  const centre = means(fromHouse.map(standardise))
  const placeOf = (bundle: readonly Profile[]): number[] => standardise(rates(bundle))
  return {
    score: (bundle) => -meanDifference(placeOf(bundle), centre),
    distance: (one, other) => meanDifference(placeOf(one), placeOf(other)),
  }
}

function drawBundle(
  texts: readonly Profile[],
  bundleWords: number,
  random: () => number,
): Profile[] {
  const bundle: Profile[] = []
  // Texts without words cannot fill a bundle: as many draws as words are enough.
  for (let words = 0, draws = 0; words < bundleWords && draws < bundleWords; draws++) {
    const drawn = texts[Math.floor(random() * texts.length)]!
    bundle.push(drawn)
    words += drawn.words
  }
  return bundle
}

/** Function words per word, then the surface features. */
function ratesOf(bundle: readonly Profile[], functionWords: number): number[] {
  const counts = new Float64Array(bundle[0]!.counts.length)
  let words = 0
  for (const profile of bundle) {
    words += profile.words
    for (let at = 0; at < counts.length; at++) counts[at]! += profile.counts[at]!
  }
  const rates = Array.from(counts.subarray(0, functionWords), (count) => count / Math.max(1, words))
  return [...rates, ...surfaceRates(counts.subarray(functionWords))]
}

/** Leaves out what is rare, and what never varies and so says nothing. */
function createStandardiser(
  rows: readonly number[][],
  isFrequent: (rate: number, at: number) => boolean,
): (rates: readonly number[]) => number[] {
  const centres = means(rows)
  const spreads = centres.map((centre, at) =>
    Math.sqrt(rows.reduce((sum, row) => sum + (row[at]! - centre) ** 2, 0) / (rows.length - 1)),
  )
  const kept = [...spreads.keys()].filter(
    (at) => spreads[at]! > 1e-9 && isFrequent(centres[at]!, at),
  )
  return (rates) => kept.map((at) => (rates[at]! - centres[at]!) / spreads[at]!)
}

function means(rows: readonly number[][]): number[] {
  return rows[0]!.map((_, at) => rows.reduce((sum, row) => sum + row[at]!, 0) / rows.length)
}

function meanDifference(one: readonly number[], other: readonly number[]): number {
  return (
    one.reduce((sum, value, at) => sum + Math.abs(value - other[at]!), 0) / Math.max(1, one.length)
  )
}

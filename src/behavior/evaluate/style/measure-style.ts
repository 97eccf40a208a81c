/**
 * @file Measures how close the voice of each arm is to the house, between two anchors: 0 is the neutral texts,
 * 1 is what the house itself wrote about other questions.
 */
import { mulberry32 } from '../../../util/random.ts'
import { BehaviorError } from '../../errors.ts'
import { fitDeltaInstrument } from './delta-instrument.ts'
import { type FitOptions, type Fold, fitFolds, redraw, type Sides, scoreSides } from './folds.ts'
import { functionWords as english } from './function-words.ts'
import { type InstrumentName, instrumentNames, mapInstruments } from './instrument.ts'
import { bundle, createProfiler, type Profile, type StyleText } from './profile.ts'
import { decide, type StyleRange, type StyleVerdict } from './style-verdict.ts'

export type StyleInput = {
  /** What the house wrote and no model was trained on: the ceiling. */
  readonly house: readonly StyleText[]
  /** What an untuned model wrote, best about the same questions: the floor. */
  readonly neutral: readonly StyleText[]
  readonly arms: Readonly<Record<string, readonly StyleText[]>>
}

export type StyleOptions = {
  /** Texts are scored in bundles of so many words, since short ones say little; 500 by default. */
  bundleWords?: number
  /** Resamples of the groups for the ranges; 500 by default. */
  rounds?: number
  seed?: number
  /** Product and company names to hide. */
  names?: readonly string[]
  /** Takes out what a check of the format already scores, before masking. */
  prepare?: (text: string) => string
  /** Function words of the language; English by default. */
  functionWords?: readonly string[]
}

export type StyleAnchors = {
  readonly floor: number
  readonly ceiling: number
  /** Ceiling minus floor: where the range reaches 0, the instrument cannot tell house from neutral. */
  readonly distance: StyleRange
}

export type ArmStyle = {
  /** 0 as neutral, 1 as the house; undefined where the instrument cannot tell the two. */
  readonly closeness: Readonly<Record<InstrumentName, StyleRange | undefined>>
  /** Mean Delta between the arm's own bundles, the lower the steadier; undefined for a single bundle. */
  readonly consistency: number | undefined
  /** Words after masking. */
  readonly words: number
  /** Log-odds of single texts by instrument A, for pairing only. */
  readonly items: readonly { readonly group: string; readonly score: number }[]
}

export type StyleDifference = StyleVerdict & {
  readonly first: string
  readonly second: string
  /** Closeness of the second arm minus that of the first. */
  readonly difference: Readonly<Record<InstrumentName, StyleRange | undefined>>
}

export type StyleReport = {
  readonly folds: number
  readonly bundleWords: number
  readonly anchors: Readonly<Record<InstrumentName, StyleAnchors>>
  readonly arms: Readonly<Record<string, ArmStyle>>
  /** Every pair of arms, in their order. */
  readonly differences: readonly StyleDifference[]
}

const BUNDLE_WORDS = 500
const ROUNDS = 500
const MIN_FOLDS = 2
const MAX_FOLDS = 5
/** About half of the words of English text are function words. */
const FUNCTION_WORD_SHARE = 0.2

/**
 * Both instruments are fitted on the house and neutral texts of some groups and score the texts of the
 * others, so that nothing is scored by what it was fitted on. Ranges are 95 % percentiles over resampled
 * groups.
 *
 * @throws {BehaviorError} `invalid_option` when house or neutral texts are of fewer than two groups.
 */
export function measureStyle(input: StyleInput, options: StyleOptions = {}): StyleReport {
  const { bundleWords = BUNDLE_WORDS, rounds = ROUNDS, seed = 1 } = options
  const { functionWords = english } = options
  requireGroups(input)
  const profile = createProfiler({ ...options, functionWords })
  const arms = Object.keys(input.arms)
  const sides = [input.house, input.neutral, ...Object.values(input.arms)].map((texts) =>
    texts.map(profile),
  )
  const fit = { bundleWords, functionWords: functionWords.length, seed }
  const folds = fitFolds(sides, foldCount(sides, bundleWords), fit)
  const readings = readFolds(folds, { bundleWords, rounds, seed })
  const anchors = mapInstruments((name) => anchorsOf(readings, name))
  const blind = instrumentNames.filter((name) => !(anchors[name].distance.low > 0))
  const readable = (
    name: InstrumentName,
    value: (reading: Reading) => number,
  ): StyleRange | undefined => (blind.includes(name) ? undefined : rangeOf(readings, value))
  const distance = fitDeltaInstrument(sides[0]!, sides[1]!, fit).distance
  return {
    folds: folds.length,
    bundleWords,
    anchors,
    arms: Object.fromEntries(
      arms.map((arm, at) => [
        arm,
        {
          closeness: mapInstruments((name) => readable(name, closenessOf(name, at))),
          consistency: meanOfPairs(bundle(sides[at + 2]!, bundleWords), distance),
          words: wordCount(sides[at + 2]!),
          items: scoreItems(folds, at + 2),
        },
      ]),
    ),
    differences: pairsOf(arms.length).map(([one, other]) => {
      const difference = mapInstruments((name) => {
        const [first, second] = [closenessOf(name, one), closenessOf(name, other)]
        return readable(name, (reading) => second(reading) - first(reading))
      })
      const named = [one, other].map((at): [string, readonly Profile[]] => [
        arms[at]!,
        sides[at + 2]!,
      ])
      const obstacle = obstacleOf(sides, named, { bundleWords, blind })
      return {
        first: arms[one]!,
        second: arms[other]!,
        difference,
        ...decide(difference, obstacle),
      }
    }),
  }
}

function requireGroups({ house, neutral }: StyleInput): void {
  for (const [name, texts] of Object.entries({ house, neutral })) {
    const groups = new Set(texts.map(({ group }) => group)).size
    if (groups >= MIN_FOLDS) continue
    throw new BehaviorError('invalid_option', `the ${name} texts are of ${groups} groups`, {
      hint: 'Give texts about at least two questions, each with its own group, so that some can be held out.',
    })
  }
}

/** As many folds as leave a bundle of each side in each. */
function foldCount(sides: Sides, bundleWords: number): number {
  const bundles = Math.min(...sides.map((side) => Math.floor(wordCount(side) / bundleWords)))
  return Math.max(MIN_FOLDS, Math.min(MAX_FOLDS, bundles))
}

/** What the instruments read, as the texts are and in each resample. */
type Reading = ReturnType<typeof scoreSides>
type Readings = { readonly observed: Reading; readonly resampled: readonly Reading[] }

type ReadOptions = Omit<FitOptions, 'functionWords'> & { rounds: number }

function readFolds(folds: readonly Fold[], { bundleWords, rounds, seed }: ReadOptions): Readings {
  const random = mulberry32(seed)
  return {
    observed: scoreSides(folds, bundleWords),
    resampled: Array.from({ length: rounds }, () =>
      scoreSides(
        folds.map((fold) => redraw(fold, random)),
        bundleWords,
      ),
    ),
  }
}

function anchorsOf(readings: Readings, name: InstrumentName): StyleAnchors {
  const [ceiling, floor] = readings.observed[name]
  const distance = rangeOf(readings, ({ [name]: [high, low] }) => high! - low!)
  return { floor: floor!, ceiling: ceiling!, distance }
}

function closenessOf(name: InstrumentName, arm: number): (reading: Reading) => number {
  return ({ [name]: [ceiling, floor, ...arms] }) => (arms[arm]! - floor!) / (ceiling! - floor!)
}

/** The percentile bootstrap; resamples in which a side had no texts are left out. */
function rangeOf(
  { observed, resampled }: Readings,
  value: (reading: Reading) => number,
): StyleRange {
  const sorted = resampled
    .map(value)
    .filter(Number.isFinite)
    .sort((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN
  return { estimate: value(observed), low: at(0.025), high: at(0.975) }
}

function scoreItems(folds: readonly Fold[], side: number): ArmStyle['items'] {
  return folds.flatMap(({ sides, instruments }) =>
    sides[side]!.map((text) => ({
      group: text.group,
      score: instruments.characters.score([text]),
    })),
  )
}

type ObstacleOptions = { bundleWords: number; blind: readonly InstrumentName[] }

/** Why no verdict can be had, whatever the numbers are. */
function obstacleOf(
  [house, neutral]: Sides,
  arms: readonly (readonly [string, readonly Profile[]])[],
  { bundleWords, blind }: ObstacleOptions,
): string | undefined {
  const needed = MIN_FOLDS * bundleWords
  const sides = [['the house', house!], ['the neutral side', neutral!], ...arms] as const
  const short = sides.find(([, texts]) => wordCount(texts) < needed)
  if (short) return `${short[0]} has ${wordCount(short[1])} words, where ${needed} are needed`
  const share = house!.reduce((sum, text) => sum + text.functionWords, 0) / wordCount(house!)
  if (share < FUNCTION_WORD_SHARE)
    return `${Math.round(share * 100)} % of the words of the house are function words: give those of its language`
  return blind.length > 0
    ? `the instrument of ${blind[0]} cannot tell the house from the neutral texts`
    : undefined
}

function meanOfPairs<Item>(
  items: readonly Item[],
  distance: (one: Item, other: Item) => number,
): number | undefined {
  const pairs = pairsOf(items.length)
  const total = pairs.reduce((sum, [one, other]) => sum + distance(items[one]!, items[other]!), 0)
  return pairs.length === 0 ? undefined : total / pairs.length
}

function pairsOf(count: number): [number, number][] {
  return Array.from({ length: count }, (_, one) => one).flatMap((one) =>
    Array.from({ length: count - one - 1 }, (_, back): [number, number] => [one, one + 1 + back]),
  )
}

function wordCount(texts: readonly Profile[]): number {
  return texts.reduce((sum, { words }) => sum + words, 0)
}

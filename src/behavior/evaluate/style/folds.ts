/** @file Cross-fitting: each fold is scored by instruments that were fitted on the groups of the others. */
import { mulberry32 } from '../../../util/random.ts'
import { fitCharacterInstrument } from './character-instrument.ts'
import { fitDeltaInstrument } from './delta-instrument.ts'
import { type Instrument, type InstrumentName, mapInstruments } from './instrument.ts'
import { bundle, type Profile } from './profile.ts'

/** The texts of the house, then those of the neutral side, then those of each arm. */
export type Sides = readonly (readonly Profile[])[]

export type Fold = {
  readonly sides: Sides
  readonly instruments: Readonly<Record<InstrumentName, Instrument>>
}

/** The mean score of each side; NaN for a side without texts. */
export type SideScores = Readonly<Record<InstrumentName, readonly number[]>>

export type FitOptions = {
  readonly bundleWords: number
  /** How many of the counts of a profile are of function words. */
  readonly functionWords: number
  readonly seed: number
}

export function fitFolds(sides: Sides, count: number, options: FitOptions): Fold[] {
  const foldOf = assignGroups(sides, count, options.seed)
  return Array.from({ length: count }, (_, fold) => {
    const isHeld = ({ group }: Profile): boolean => foldOf.get(group) === fold
    const [house, neutral] = sides.map((side) => side.filter((text) => !isHeld(text)))
    return {
      sides: sides.map((side) => side.filter(isHeld)),
      instruments: {
        characters: fitCharacterInstrument(house!, neutral!, options.seed),
        words: fitDeltaInstrument(house!, neutral!, options),
      },
    }
  })
}

/** Means over the bundles of all folds, weighted by their words. */
export function scoreSides(folds: readonly Fold[], bundleWords: number): SideScores {
  return mapInstruments((name) =>
    folds[0]!.sides.map((_, at) => {
      let [total, words] = [0, 0]
      for (const { sides, instruments } of folds)
        for (const texts of bundle(sides[at]!, bundleWords)) {
          const size = texts.reduce((sum, text) => sum + text.words, 0)
          total += size * instruments[name].score(texts)
          words += size
        }
      return total / words
    }),
  )
}

/** A fold with as many of its groups, drawn with replacement; the sides of a group stay together. */
export function redraw({ sides, instruments }: Fold, random: () => number): Fold {
  const byGroup = sides.map((side) => Map.groupBy(side, ({ group }) => group))
  const groups = [...new Set(sides.flatMap((side) => side.map(({ group }) => group)))]
  const drawn = groups.map(() => groups[Math.floor(random() * groups.length)]!)
  return {
    sides: byGroup.map((texts) => drawn.flatMap((group) => texts.get(group) ?? [])),
    instruments,
  }
}

/** Deals out the groups of the house, then other neutral ones, then the rest, so that each fold has some of all. */
function assignGroups(sides: Sides, count: number, seed: number): Map<string, number> {
  const random = mulberry32(seed)
  const foldOf = new Map<string, number>()
  for (const side of sides) {
    const groups = [...new Set(side.map(({ group }) => group))].filter(
      (group) => !foldOf.has(group),
    )
    for (const group of shuffled(groups, random)) foldOf.set(group, foldOf.size % count)
  }
  return foldOf
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item)
}

/** @file Rows of the result: how often an interval covered, or a test raised an alarm, and whether that holds. */
import type { UniformSource } from '../../src/statistics/variates.ts'
import { mulberry32 } from '../../src/util/random.ts'
import { covers, type Range } from './worlds.ts'

/** What a method did in a setting; `basis` is "exact", or the number of simulated studies. */
export type Row = { setting: string; method: string; share: number; basis: string; verdict: string }

type Study = { random: UniformSource; seed: number }

/** A method, or one that the guide advises against in this setting and that is shown for contrast. */
type Method<T> = ((data: T, seed: number) => Range) | ForContrast<T>
type ForContrast<T> = [method: (data: T, seed: number) => Range, forContrast: boolean]

/** Draws studies from a world with a known truth, and counts how often each method's interval holds it. */
type Comparison<T> = {
  setting: string
  draw: (random: UniformSource) => T
  truth: number
  methods: Record<string, Method<T>>
}

/** Resamples a study: enough for ends that are compared with a truth thousands of times. */
export const RESAMPLES = 800

const NOMINAL_COVERAGE = 0.95
const NOMINAL_ALARMS = 0.05
/** What the project promises: within two points of the nominal value, or on the safe side of it. */
const TOLERANCE = 0.02

export function compare<T>(
  studies: number,
  { setting, draw, truth, methods }: Comparison<T>,
): Row[] {
  return Object.entries(methods).map(([name, entry]) => {
    const [method, contrast] = Array.isArray(entry) ? entry : [entry, false]
    // The same seeds for each method: they see the same studies.
    const coverage = simulate(studies, ({ random, seed }) =>
      covers(method(draw(random), seed), truth),
    )
    return judged(setting, name, coverage, { basis: `${studies}`, contrast })
  })
}

/** The share of studies in which something happens. */
export function simulate(studies: number, happens: (study: Study) => boolean): number {
  let count = 0
  for (let seed = 1; seed <= studies; seed++) {
    // Neighbouring seeds of mulberry32 share most of their state; the factor sets them apart.
    if (happens({ random: mulberry32(Math.imul(seed, 0x9e3779b1)), seed })) count++
  }
  return count / studies
}

/** A coverage: too low fails. */
export function judged(
  setting: string,
  method: string,
  share: number,
  { basis = 'exact', contrast = false }: { basis?: Row['basis']; contrast?: boolean } = {},
): Row {
  const holds = share >= NOMINAL_COVERAGE - TOLERANCE
  const verdict = contrast ? 'for contrast' : verdictOf(holds)
  return { setting, method, share, basis, verdict }
}

/** A rate of false alarms: too high fails. */
export function judgedRate(setting: string, method: string, share: number, basis = 'exact'): Row {
  return { setting, method, share, basis, verdict: verdictOf(share <= NOMINAL_ALARMS + TOLERANCE) }
}

function verdictOf(holds: boolean): string {
  return holds ? 'holds' : 'fails'
}

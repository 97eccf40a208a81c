/** @file What an interval is, and the options that all of them share. */

/** An estimate with a range that, over many studies, holds the true value in a share `level` of them. */
export type Interval = { estimate: number; low: number; high: number; level: number }

/** An interval that has no width where no value differs from another. */
export type MeanInterval = Interval & {
  /** Nothing varied, so the data do not tell how far off the estimate can be. The width is 0, not small. */
  degenerate: boolean
}

/** `level` is two-sided and .95 unless told. */
export type IntervalOptions = { level?: number }

export type ResamplingOptions = IntervalOptions & {
  /** How many resamples are drawn; 10,000 unless told: more would hardly move the ends. */
  rounds?: number
  /** The same seed gives the same numbers; 1 unless told. */
  seed?: number
}

export const DEFAULT_LEVEL = 0.95
export const DEFAULT_ROUNDS = 10_000
/** With fewer, the 2.5 % ends rest on a handful of resamples. */
export const LEAST_ROUNDS = 200

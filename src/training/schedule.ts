/** @file The learning rate of each step: a warm-up, then a curve down. */

export type Curve = 'constant' | 'linear' | 'cosine'

export type Schedule = {
  readonly curve: Curve
  /** The rate at the end of the warm-up. */
  readonly peak: number
  readonly steps: number
  /** Steps in which the rate rises from 0. */
  readonly warmupSteps: number
  /** The share of `peak` that the curve ends at. */
  readonly minimumShare: number
}

/** From 1 to 0 while progress goes from 0 to 1. */
const curves: Record<Curve, (progress: number) => number> = {
  constant: () => 1,
  linear: (progress) => 1 - progress,
  cosine: (progress) => (1 + Math.cos(Math.PI * progress)) / 2,
}

export const curveNames: readonly string[] = Object.keys(curves)

/** The rate of step `step`, counted from 0; the same values as transformers' schedules. */
export function learningRate(schedule: Schedule, step: number): number {
  const { curve, peak, steps, warmupSteps, minimumShare } = schedule
  if (step < warmupSteps) return (peak * step) / warmupSteps
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, steps - warmupSteps))
  return peak * (minimumShare + (1 - minimumShare) * curves[curve](progress))
}

/** Steps of warm-up: a number from 1 up is meant as it is, one below 1 as a share of all steps. */
export function warmupSteps(warmup: number, steps: number): number {
  return Math.min(steps, warmup < 1 ? Math.ceil(warmup * steps) : Math.round(warmup))
}

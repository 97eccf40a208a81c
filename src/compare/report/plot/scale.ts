/** @file From values to places: scales with round ticks. */

export type Scale = {
  readonly low: number
  readonly high: number
  readonly ticks: readonly number[]
  /** Where a value stands; values beyond the ends stand at the ends. */
  at(value: number): number
}

type Places = { readonly from: number; readonly to: number }

/** Even steps; the ends are moved outwards to ticks. */
export function linearScale(
  values: readonly number[],
  { from, to }: Places,
  { count = 5 }: { count?: number } = {},
): Scale {
  const ticks = roundTicks(Math.min(...values), Math.max(...values), count)
  const [low, high] = [ticks[0]!, ticks.at(-1)!]
  return { low, high, ticks, at: (value) => place((value - low) / (high - low), { from, to }) }
}

/** Even ratios, from one of 1, 2, 5 times a power of ten to another; for values above zero. */
export function logScale(values: readonly number[], { from, to }: Places): Scale {
  const ticks = ratioTicks(Math.min(...values), Math.max(...values))
  const [low, high] = [ticks[0]!, ticks.at(-1)!]
  const at = (value: number): number =>
    place(Math.log(Math.max(value, low) / low) / Math.log(high / low), { from, to })
  return { low, high, ticks, at }
}

/** Multiples of 1, 2 or 5 times a power of ten that enclose both ends, about `count` of them. */
export function roundTicks(low: number, high: number, count: number): number[] {
  const span = high > low ? high - low : Math.abs(high) || 1
  const step = roundStep(span / count)
  const first = Math.floor(low / step + ROUNDING)
  const last = Math.max(first + 1, Math.ceil(high / step - ROUNDING))
  // Division by a whole number keeps .3 from becoming .30000000000000004.
  const perOne = Math.round(1 / step)
  return Array.from({ length: last - first + 1 }, (_, at) =>
    step < 1 ? (first + at) / perOne : (first + at) * step,
  )
}

/** A tick that rounding put a hair beside an end is that end. */
const ROUNDING = 1e-9
const STEPS = [1, 2, 5, 10]

function roundStep(least: number): number {
  const power = Math.floor(Math.log10(least))
  const step = STEPS.find((one) => one * 10 ** power >= least * (1 - ROUNDING))!
  return power < 0 ? step / 10 ** -power : step * 10 ** power
}

/** Powers of ten alone where the digits between would stand too close. */
function ratioTicks(low: number, high: number): number[] {
  const from = Math.floor(Math.log10(low) + ROUNDING)
  const powers = Math.ceil(Math.log10(high) - ROUNDING) - from + 1
  const digits = powers > MOST_POWERS ? [1] : [1, 2, 5]
  const all = Array.from({ length: powers }, (_, at) => from + at).flatMap((power) =>
    digits.map((digit) => (power < 0 ? digit / 10 ** -power : digit * 10 ** power)),
  )
  const first = Math.max(
    0,
    all.findLastIndex((tick) => tick <= low),
  )
  const last = all.findIndex((tick) => tick >= high)
  return all.slice(first, Math.max(first + 1, last) + 1)
}

const MOST_POWERS = 3

function place(share: number, { from, to }: Places): number {
  return from + Math.min(1, Math.max(0, share)) * (to - from)
}

/** @file Means, spreads and quantiles of plain lists. */

export function sum(values: readonly number[]): number {
  let total = 0
  for (const value of values) total += value
  return total
}

export function mean(values: readonly number[]): number {
  return sum(values) / values.length
}

/** With n - 1 below: unbiased. */
export function variance(values: readonly number[]): number {
  const centre = mean(values)
  return sum(values.map((value) => (value - centre) ** 2)) / (values.length - 1)
}

export function allEqual(values: readonly number[]): boolean {
  return values.every((value) => value === values[0])
}

/** Zero up to rounding, for values of this size. */
export function isNegligible(spread: number, values: readonly number[]): boolean {
  const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return spread <= 1e-12 * scale
}

/** Linear between neighbours (Hyndman and Fan 1996, type 7; the default of R and NumPy). */
export function quantileOfSorted(sorted: readonly number[] | Float64Array, share: number): number {
  const position = share * (sorted.length - 1)
  const below = sorted[Math.floor(position)]!
  const above = sorted[Math.ceil(position)]!
  return below + (position - Math.floor(position)) * (above - below)
}

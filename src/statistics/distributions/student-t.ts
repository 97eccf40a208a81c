/** @file Student's t distribution, through the beta distribution (DLMF 8.17). */
import { checkOpenShare, checkPositive } from '../check.ts'
import { betaCdf, betaQuantile } from './beta.ts'

/**
 * P(T <= t) with `df` degrees of freedom, which need not be whole.
 *
 * @throws StatisticsError invalid_argument, unless df > 0
 */
export function studentTCdf(t: number, df: number): number {
  checkPositive('df', df)
  const square = t * t
  // The smaller of the two beta variables keeps its digits; its complement would lose them.
  const tail =
    square < df
      ? 0.5 - 0.5 * betaCdf(square / (df + square), 0.5, df / 2)
      : 0.5 * betaCdf(df / (df + square), df / 2, 0.5)
  return t < 0 ? tail : 1 - tail
}

/**
 * The t with P(T <= t) = p.
 *
 * @throws StatisticsError invalid_argument, unless 0 < p < 1 and df > 0
 */
export function studentTQuantile(p: number, df: number): number {
  checkOpenShare('p', p)
  checkPositive('df', df)
  const bothTails = 2 * Math.min(p, 1 - p)
  const size = bothTails < 0.5 ? fromTails(bothTails, df) : fromCentre(1 - bothTails, df)
  return p < 0.5 ? -size : size
}

/** The t of a two-sided interval: 2.78 at a level of .95 with 4 degrees of freedom. */
export function criticalT(level: number, df: number): number {
  checkOpenShare('level', level)
  return -studentTQuantile((1 - level) / 2, df)
}

function fromTails(bothTails: number, df: number): number {
  const x = betaQuantile(bothTails, df / 2, 0.5)
  return Math.sqrt((df * (1 - x)) / x)
}

function fromCentre(centre: number, df: number): number {
  const x = betaQuantile(centre, 0.5, df / 2)
  return Math.sqrt((df * x) / (1 - x))
}

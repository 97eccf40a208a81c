/** @file The binomial distribution. */
import { checkCount, checkShare } from '../check.ts'
import { betaCdf, logBeta } from './beta.ts'

/**
 * P(X = k) in n trials with success rate p; 0 for a k outside 0..n.
 *
 * @throws StatisticsError invalid_argument
 */
export function binomialPmf(k: number, n: number, p: number): number {
  checkCount('n', n)
  checkShare('p', p)
  if (!Number.isInteger(k) || k < 0 || k > n) return 0
  if (p === 0 || p === 1) return Number(k === n * p)
  const logChoose = -Math.log(n + 1) - logBeta(k + 1, n - k + 1)
  return Math.exp(logChoose + k * Math.log(p) + (n - k) * Math.log1p(-p))
}

/**
 * P(X <= k) in n trials with success rate p.
 *
 * @throws StatisticsError invalid_argument
 */
export function binomialCdf(k: number, n: number, p: number): number {
  checkCount('n', n)
  checkShare('p', p)
  if (k < 0) return 0
  const whole = Math.floor(k)
  return whole >= n ? 1 : betaCdf(1 - p, n - whole, whole + 1)
}

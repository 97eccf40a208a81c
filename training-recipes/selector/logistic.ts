/** @file Logistic regression, for turning scores into probabilities. */
import type { Linear } from '../../src/knowledge/retrieve/selector.ts'

export type Example = { values: number[]; holds: boolean; weight: number }

const STEPS = 30

/** Weighted logistic regression by Newton's method, with a little ridge on all but the bias. */
export function fitLogistic(
  examples: readonly Example[],
  inputs: readonly string[],
  ridge = 1e-3,
): Linear {
  const rows = examples.map((example) => ({ ...example, values: [1, ...example.values] }))
  const total = rows.reduce((sum, { weight }) => sum + weight, 0)
  let w = new Array<number>(inputs.length + 1).fill(0)
  for (let step = 0; step < STEPS; step++) {
    const gradient = w.map((value, i) => (i === 0 ? 0 : ridge * value))
    const hessian = gradient.map((_, i) => gradient.map((__, j) => (i === j ? ridge : 0)))
    for (const { values, holds, weight } of rows) {
      const p = 1 / (1 + Math.exp(-values.reduce((sum, value, i) => sum + value * w[i]!, 0)))
      const share = weight / total
      for (let i = 0; i < w.length; i++) {
        gradient[i]! += share * (p - Number(holds)) * values[i]!
        for (let j = 0; j < w.length; j++)
          hessian[i]![j]! += share * p * (1 - p) * values[i]! * values[j]!
      }
    }
    const delta = solve(hessian, gradient)
    w = w.map((value, i) => value - delta[i]!)
  }
  return { inputs, weights: w.slice(1), bias: w[0]! }
}

/** Gaussian elimination with partial pivoting. */
function solve(matrix: number[][], right: number[]): number[] {
  const a = matrix.map((row, i) => [...row, right[i]!])
  const n = right.length
  for (let i = 0; i < n; i++) {
    const pivot = a
      .slice(i)
      .reduce((best, row, k) => (Math.abs(row[i]!) > Math.abs(a[best]![i]!) ? i + k : best), i)
    ;[a[i], a[pivot]] = [a[pivot]!, a[i]!]
    for (let k = i + 1; k < n; k++) {
      const factor = a[k]![i]! / a[i]![i]!
      for (let j = i; j <= n; j++) a[k]![j]! -= factor * a[i]![j]!
    }
  }
  const x = new Array<number>(n).fill(0)
  for (let i = n - 1; i >= 0; i--) {
    const rest = a[i]!.slice(i + 1, n).reduce((sum, value, j) => sum + value * x[i + 1 + j]!, 0)
    x[i] = (a[i]![n]! - rest) / a[i]![i]!
  }
  return x
}

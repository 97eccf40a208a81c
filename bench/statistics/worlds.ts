/** @file Worlds whose truth is known: outcomes to enumerate, and values to draw. */
import {
  binomialCdf,
  binomialPmf,
  mcnemarTest,
  type PairedCounts,
} from '../../src/statistics/index.ts'
import { drawDirichlet, drawNormal, type UniformSource } from '../../src/statistics/variates.ts'

export type Range = { low: number | null; high: number | null }

/** Chances of the cells of a paired table: both right, only the first, only the second, neither. */
export type Cells = readonly [number, number, number, number]

const Z = 1.959964

export function covers({ low, high }: Range, truth: number): boolean {
  // A hair of room: an end that is the truth but for rounding holds it.
  return (low === null || low <= truth + 1e-12) && (high === null || high >= truth - 1e-12)
}

/** Σ term(k) for k from 0 to n. */
export function total(n: number, term: (k: number) => number): number {
  let sum = 0
  for (let k = 0; k <= n; k++) sum += term(k)
  return sum
}

/** The expected `value` over all paired tables of n items. */
export function overTables(
  n: number,
  cells: Cells,
  value: (counts: PairedCounts) => number,
): number {
  const [p, f, g] = cells
  return total(n, (firstOnly) => {
    const chance = binomialPmf(firstOnly, n, f)
    const left = n - firstOnly
    return total(left, (secondOnly) => {
      const joint = chance * binomialPmf(secondOnly, left, g / (1 - f))
      if (joint < 1e-9) return 0
      const rest = left - secondOnly
      return total(rest, (both) => {
        const weight = joint * binomialPmf(both, rest, p / (1 - f - g))
        if (weight < 1e-10) return 0
        return weight * value({ both, firstOnly, secondOnly, neither: rest - both })
      })
    })
  })
}

/** The chance that McNemar's test rejects at .05; it looks at discordant pairs only. */
export function mcnemarRejects(
  n: number,
  [first, second]: readonly [number, number],
  variant: 'mid-p' | 'exact',
): number {
  const share = first + second
  return total(n, (discordant) => {
    const chance = binomialPmf(discordant, n, share)
    if (chance < 1e-10) return 0
    return total(discordant, (firstOnly) => {
      const counts = { both: 1, firstOnly, secondOnly: discordant - firstOnly, neither: 0 }
      const rejected = mcnemarTest(counts, { variant }).p <= 0.05
      return rejected ? chance * binomialPmf(firstOnly, discordant, first / share) : 0
    })
  })
}

/** The interval that textbooks begin with. */
export function aroundMean(mean: number, variance: number, n: number): Range {
  const half = Z * Math.sqrt(variance / n)
  return { low: mean - half, high: mean + half }
}

export function wald({ both, firstOnly, secondOnly, neither }: PairedCounts): Range {
  const n = both + firstOnly + secondOnly + neither
  const difference = (firstOnly - secondOnly) / n
  return aroundMean(difference, (firstOnly + secondOnly) / n - difference ** 2, n)
}

/** What the percentile bootstrap of a share tends to: the quantiles of Binomial(n, share) over n. */
export function binomialQuantiles(n: number, share: number): Range {
  const quantile = (p: number): number => {
    let k = 0
    while (binomialCdf(k, n, share) < p) k++
    return k / n
  }
  return { low: quantile(0.025), high: quantile(0.975) }
}

/** Normal values of mean 0 and variance 1 whose clusters share a part `correlation` of it. */
export function normalClusters(
  count: number,
  size: number,
  correlation: number,
  random: UniformSource,
): number[] {
  return Array.from({ length: count }, () => Math.sqrt(correlation) * drawNormal(random)).flatMap(
    (own) =>
      Array.from({ length: size }, () => own + Math.sqrt(1 - correlation) * drawNormal(random)),
  )
}

export function clusterLabels(count: number, size: number): string[] {
  return Array.from({ length: count * size }, (_, i) => `cluster ${Math.floor(i / size)}`)
}

/** The cells of one cluster, so that two of its items correlate as told. */
export function dirichletCells(cells: Cells, correlation: number, random: UniformSource): Cells {
  const concentration = (1 - correlation) / correlation
  const [both, first, second, neither] = drawDirichlet(
    random,
    cells.map((cell) => cell * concentration),
  )
  return [both!, first!, second!, neither!]
}

/** Which cell an item falls into, 0 to 3. */
export function drawCell(cells: Cells, random: UniformSource): number {
  let left = random()
  for (const cell of [0, 1, 2]) {
    left -= cells[cell]!
    if (left < 0) return cell
  }
  return 3
}

/** First minus second, for an item in this cell. */
export function differenceOf(cell: number): number {
  return [0, 1, -1, 0][cell]!
}

export function countsOf(items: readonly number[]): PairedCounts {
  const count = (cell: number): number => items.filter((item) => item === cell).length
  return { both: count(0), firstOnly: count(1), secondOnly: count(2), neither: count(3) }
}

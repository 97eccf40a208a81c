/** @file Yes or no: every outcome can be listed, so the probabilities are added up exactly. */
import {
  betaBinomial,
  binomialPmf,
  clopperPearsonInterval,
  clusterBootstrap,
  newcombeInterval,
  nonInferiorityOfProportions,
  type PairedCounts,
  wilsonInterval,
} from '../../src/statistics/index.ts'
import { judged, judgedRate, RESAMPLES, type Row, simulate } from './rows.ts'
import {
  aroundMean,
  binomialQuantiles,
  type Cells,
  covers,
  differenceOf,
  drawCell,
  mcnemarRejects,
  overTables,
  type Range,
  total,
  wald,
} from './worlds.ts'

export function oneProportion(): Row[] {
  const settings = [
    [20, 0.97],
    [50, 0.97],
    [20, 0.5],
    [50, 0.8],
    [100, 0.9],
    [300, 0.99],
  ] as const
  return settings.flatMap(([n, p]) =>
    proportionMethods.map(({ method, interval, contrast }) =>
      judged(`n ${n}, p ${p}`, method, coverageAt(n, p, interval), { contrast }),
    ),
  )
}

/** Coverage swings with p, since counts are whole: the mean over p, and the unluckiest p. */
export function allProportions(): Row[] {
  const shares = Array.from({ length: 199 }, (_, i) => (i + 1) / 200)
  return [20, 100].flatMap((n) =>
    proportionMethods.slice(0, 2).flatMap(({ method, interval }) => {
      const coverages = shares.map((p) => coverageAt(n, p, interval))
      const mean = coverages.reduce((sum, coverage) => sum + coverage, 0) / shares.length
      const lowest = judged(`n ${n}, unluckiest p`, method, Math.min(...coverages))
      // Wilson promises its level on average, Clopper-Pearson at every p.
      const verdict = method === 'Wilson' ? '' : lowest.verdict
      return [judged(`n ${n}, mean over p`, method, mean), { ...lowest, verdict }]
    }),
  )
}

const proportionMethods: {
  method: string
  interval: (k: number, n: number) => Range
  contrast: boolean
}[] = [
  { method: 'Wilson', interval: wilsonInterval, contrast: false },
  { method: 'Clopper-Pearson', interval: clopperPearsonInterval, contrast: false },
  {
    method: 'p ± 1.96 se',
    interval: (k, n) => aroundMean(k / n, (k / n) * (1 - k / n), n),
    contrast: true,
  },
  {
    method: 'percentile bootstrap',
    interval: (k, n) => binomialQuantiles(n, k / n),
    contrast: true,
  },
]

function coverageAt(n: number, p: number, interval: (k: number, n: number) => Range): number {
  return total(n, (k) => binomialPmf(k, n, p) * Number(covers(interval(k, n), p)))
}

export function pairedProportions(studies: number): Row[] {
  const settings: [number, Cells][] = [
    [30, [0.93, 0.04, 0.01, 0.02]],
    [100, [0.93, 0.04, 0.01, 0.02]],
    [60, [0.55, 0.2, 0.1, 0.15]],
    [100, [0.3, 0.15, 0.15, 0.4]],
  ]
  return settings.flatMap(([n, cells]) => {
    const truth = cells[1] - cells[2]
    const setting = `n ${n}, cells ${cells.join(' ')}`
    const exactly = (interval: (counts: PairedCounts) => Range): number =>
      overTables(n, cells, (counts) => Number(covers(interval(counts), truth)))
    const resampled = simulate(studies, ({ random, seed }) => {
      const differences = Array.from({ length: n }, () => differenceOf(drawCell(cells, random)))
      const labels = differences.map((_, i) => String(i))
      return covers(clusterBootstrap(differences, labels, { rounds: RESAMPLES, seed }), truth)
    })
    return [
      judged(
        setting,
        'Newcombe',
        exactly((counts) => newcombeInterval(counts)),
      ),
      judged(setting, 'd ± 1.96 se', exactly(wald), { contrast: true }),
      judged(setting, 'percentile bootstrap', resampled, { basis: `${studies}`, contrast: true }),
    ]
  })
}

export function falseAlarms(): Row[] {
  return [30, 60, 100, 200].flatMap((n) =>
    [0.1, 0.3].flatMap((discordant) => {
      const half = discordant / 2
      return (['mid-p', 'exact'] as const).map((variant) => {
        const share = mcnemarRejects(n, [half, half], variant)
        return judgedRate(`n ${n}, discordant ${discordant}`, variant, share)
      })
    }),
  )
}

export function power(): Row[] {
  return [60, 100, 150, 200].flatMap((n) =>
    (['mid-p', 'exact'] as const).map((variant): Row => {
      const share = mcnemarRejects(n, [0.15, 0.05], variant)
      return { setting: `n ${n}`, method: variant, share, basis: 'exact', verdict: '' }
    }),
  )
}

export function margins(): Row[] {
  const settings = [
    [60, 0.1, 0.1],
    [100, 0.1, 0.2],
    [100, 0.05, 0.1],
    [150, 0.08, 0.2],
  ] as const
  return settings.map(([n, margin, discordant]) => {
    const wins = (discordant - margin) / 2
    const cells: Cells = [0.7, wins, wins + margin, 0.3 - discordant]
    const share = overTables(n, cells, (counts) =>
      Number(nonInferiorityOfProportions(counts, { margin }).holds),
    )
    return judgedRate(`n ${n}, margin ${margin}, discordant ${discordant}`, 'Newcombe bound', share)
  })
}

export function fewItems(): Row[] {
  const settings = [
    [15, 0.9, 0.7],
    [20, 0.97, 0.9],
    [20, 0.6, 0.5],
  ] as const
  return settings.map(([n, p, q]) => {
    const share = total(n, (k) =>
      total(n, (m) => {
        const weight = binomialPmf(k, n, p) * binomialPmf(m, n, q)
        // What is too rare to move the third digit is not worth its interval.
        if (weight < 1e-6) return 0
        const interval = betaBinomial({ successes: k, n }, { successes: m, n })
        return weight * Number(covers(interval, p - q))
      }),
    )
    return judged(`n ${n} each, p ${p} and ${q}`, 'Beta-Binomial, Jeffreys prior', share)
  })
}

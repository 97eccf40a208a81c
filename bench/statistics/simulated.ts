/** @file Values, clusters, seeds: too many outcomes to list, so studies are drawn. */
import {
  bestArm,
  bootstrapInterval,
  clusterBootstrap,
  cohenKappa,
  designEffect,
  hierarchicalBootstrap,
  meanInterval,
  newcombeInterval,
  percentileInterval,
  seedsInterval,
  signFlipTest,
} from '../../src/statistics/index.ts'
import { drawNormal, type UniformSource } from '../../src/statistics/variates.ts'
import { compare, judged, judgedRate, RESAMPLES, type Row, simulate } from './rows.ts'
import {
  aroundMean,
  type Cells,
  clusterLabels,
  countsOf,
  covers,
  differenceOf,
  dirichletCells,
  drawCell,
  normalClusters,
} from './worlds.ts'

export function clusteredMeans(studies: number): Row[] {
  return [10, 20, 40, 100].flatMap((count) => {
    const labels = clusterLabels(count, 6)
    const draw = (random: UniformSource): number[] => normalClusters(count, 6, 0.3, random)
    return compare(studies, {
      setting: `${count} clusters`,
      draw,
      truth: 0,
      methods: {
        'cluster-robust t': (values) => meanInterval(values, { clusters: labels }),
        'cluster bootstrap': [
          (values, seed) => clusterBootstrap(values, labels, { rounds: RESAMPLES, seed }),
          count < 40,
        ],
        't, clusters ignored': [(values) => meanInterval(values), true],
      },
    })
  })
}

export function clusteredPairs(studies: number): Row[] {
  const cells: Cells = [0.6, 0.16, 0.08, 0.16]
  return [15, 30, 60].flatMap((count) => {
    const labels = clusterLabels(count, 4)
    const draw = (random: UniformSource): number[] =>
      Array.from({ length: count }, () => dirichletCells(cells, 0.3, random)).flatMap((own) =>
        Array.from({ length: 4 }, () => drawCell(own, random)),
      )
    const truth = cells[1] - cells[2]
    const differences = (items: number[]): number[] => items.map(differenceOf)
    return compare(studies, {
      setting: `${count} clusters`,
      draw,
      truth,
      methods: {
        'Newcombe with design effect': (items) =>
          newcombeInterval(countsOf(items), {
            designEffect: designEffect(differences(items), labels),
          }),
        'cluster-robust t': (items) => meanInterval(differences(items), { clusters: labels }),
        'Newcombe, clusters ignored': [(items) => newcombeInterval(countsOf(items)), true],
      },
    })
  })
}

export function seeds(studies: number): Row[] {
  const labels = clusterLabels(50, 2)
  const spreads = [
    [0, 'no'],
    [0.1, 'some'],
    [0.3, 'large'],
  ] as const
  return [3, 5].flatMap((count) =>
    spreads.flatMap(([spread, word]) => {
      const draw = (random: UniformSource): number[][] => {
        const items = normalClusters(50, 2, 0.3, random)
        return Array.from({ length: count }, () => {
          const shift = spread * drawNormal(random)
          return items.map((value) => value + shift + 0.3 * drawNormal(random))
        })
      }
      const setting = `${count} seeds, ${word} spread between them`
      return compare(studies, {
        setting,
        draw,
        truth: 0,
        methods: {
          'seeds and clusters, t': (runs) => seedsInterval(runs, { clusters: labels }),
          'hierarchical bootstrap': [
            (runs, seed) =>
              hierarchicalBootstrap(runs, { clusters: labels, rounds: RESAMPLES, seed }),
            count < 5,
          ],
          'one seed only': [(runs) => meanInterval(runs[0]!, { clusters: labels }), true],
        },
      })
    }),
  )
}

export function skewedMeans(studies: number): Row[] {
  // 70 % unchanged, 20 % better by up to 1, 10 % worse by up to .6.
  const draw = (random: UniformSource): number => {
    const kind = random()
    return kind < 0.7 ? 0 : kind < 0.9 ? random() : -0.6 * random()
  }
  return [50, 100, 200].flatMap((n) => [
    ...compare(studies, {
      setting: `n ${n}`,
      draw: (random) => Array.from({ length: n }, () => draw(random)),
      // .2 · 1/2 - .1 · .6/2
      truth: 0.07,
      methods: {
        'bootstrap BCa': (values, seed) => bootstrapInterval(values, { rounds: RESAMPLES, seed }),
        t: (values) => meanInterval(values),
      },
    }),
    judgedRate(
      `n ${n}, no difference`,
      'sign-flip test, false alarms',
      simulate(studies, ({ random, seed }) => {
        const values = Array.from({ length: n }, () => draw(random) * (random() < 0.5 ? 1 : -1))
        return signFlipTest(values, { rounds: RESAMPLES, seed }).p <= 0.05
      }),
      `${studies}`,
    ),
  ])
}

export function percentiles(studies: number): Row[] {
  const settings = [
    [40, 0.5],
    [100, 0.9],
    [100, 0.95],
    [400, 0.99],
  ] as const
  return settings.map(([n, share]) => {
    // Only ranks matter: uniform values, whose percentile is the share itself, stand for any latency.
    const coverage = simulate(studies, ({ random }) =>
      covers(percentileInterval(Array.from({ length: n }, random), share), share),
    )
    return judged(`n ${n}, p${100 * share}`, 'order statistics', coverage, { basis: `${studies}` })
  })
}

export function agreement(studies: number): Row[] {
  const label = (random: UniformSource): string => (random() < 0.6 ? 'right' : 'wrong')
  const settings = [
    [50, 0.6],
    [100, 0.45],
    [100, 0.6],
    [100, 0.8],
    [100, 0.92],
  ] as const
  return settings.flatMap(([n, kappa]) =>
    compare(studies, {
      setting: `${n} items, kappa ${kappa}, labels 60 to 40`,
      // The second rater repeats the first in a share kappa of cases, and guesses alike otherwise.
      draw: (random) => {
        const first = Array.from({ length: n }, () => label(random))
        return { first, second: first.map((own) => (random() < kappa ? own : label(random))) }
      },
      truth: kappa,
      methods: {
        'Wilson on the agreement': ({ first, second }) => cohenKappa(first, second),
        'kappa ± 1.96 se': [
          ({ first, second }) => {
            const { estimate, standardError } = cohenKappa(first, second)
            return aroundMean(estimate, standardError ** 2, 1)
          },
          true,
        ],
      },
    }),
  )
}

export function tiedSet(studies: number): Row[] {
  const shares = [0.8, 0.78, 0.74]
  const repeats = Math.ceil(studies / 4)
  return [60, 200].map((n) => {
    const units = Array.from({ length: n }, (_, i) => `item ${i}`)
    const coverage = simulate(repeats, ({ random, seed }) => {
      const difficulty = units.map(() => random())
      const arms = shares.map((share, a) => {
        // Half of each outcome is the item's own difficulty, so that the arms are paired.
        const draw = (i: number): number => (random() < 0.5 ? difficulty[i]! : random())
        return { name: `arm ${a}`, runs: [{ right: units.map((_, i) => Number(draw(i) < share)) }] }
      })
      const criteria = [{ name: 'right', weight: 1, units }]
      return bestArm(criteria, arms, { rounds: 400, seed }).tied.includes('arm 0')
    })
    return judged(`n ${n}`, 'joint bootstrap', coverage, { basis: `${repeats}` })
  })
}

/**
 * @file Do the intervals hold what they promise? Coverage, false alarms and power of each method under
 * known truths: exactly by enumeration where the outcomes can be listed, by simulated studies otherwise.
 */
import { positiveInteger, readOptions } from './options.ts'
import { type ResultTable, rounded, writeReport } from './report.ts'
import {
  allProportions,
  falseAlarms,
  fewItems,
  margins,
  oneProportion,
  pairedProportions,
  power,
} from './statistics/proportions.ts'
import { RESAMPLES, type Row } from './statistics/rows.ts'
import {
  agreement,
  clusteredMeans,
  clusteredPairs,
  percentiles,
  seeds,
  skewedMeans,
  tiedSet,
} from './statistics/simulated.ts'

type Group = { title: string; column: string; rows: (studies: number) => Row[] }

const groups: Group[] = [
  { title: 'One proportion', column: 'coverage', rows: oneProportion },
  { title: 'One proportion, any', column: 'coverage', rows: allProportions },
  { title: 'Difference of two paired proportions', column: 'coverage', rows: pairedProportions },
  { title: 'McNemar: no difference', column: 'false alarms', rows: falseAlarms },
  { title: 'McNemar: a difference of 10 points, churn .10', column: 'power', rows: power },
  {
    title: 'Non-inferiority: the loss equals the margin',
    column: 'false claims',
    rows: margins,
  },
  {
    title: 'Mean of clustered values: correlation .3, 6 in a cluster',
    column: 'coverage',
    rows: clusteredMeans,
  },
  {
    title: 'Paired proportions in clusters: correlation .3, 4 in a cluster',
    column: 'coverage',
    rows: clusteredPairs,
  },
  { title: 'Mean over seeds and 50 clusters of 2', column: 'coverage', rows: seeds },
  {
    title: 'Mean of differences that are mostly 0 and skewed',
    column: 'coverage or false alarms',
    rows: skewedMeans,
  },
  { title: 'Two independent proportions, few items', column: 'coverage', rows: fewItems },
  { title: 'Percentiles', column: 'coverage', rows: percentiles },
  { title: "Cohen's kappa", column: 'coverage', rows: agreement },
  {
    title: 'Tied set of three arms, .80, .78 and .74 right',
    column: 'holds the best',
    rows: tiedSet,
  },
]

export async function run(options: string[]): Promise<void> {
  const { quick, studies: wanted } = readOptions(options, {
    quick: { type: 'boolean' },
    // 4,000 put a coverage of .95 within .7 points.
    studies: { type: 'string', default: '4000' },
  })
  const studies = quick ? 200 : positiveInteger('studies', String(wanted))
  const measured = groups.map((group) => ({ ...group, rows: group.rows(studies) }))
  const failed = measured.flatMap(({ rows }) => rows).filter(({ verdict }) => verdict === 'fails')
  writeReport({
    name: 'statistics',
    title: 'Statistics: do the intervals hold what they promise?',
    options,
    seeds: { 'first study': 1 },
    tables: measured.map(table),
    notes: [
      `Rows that fail: ${failed.length}. Nominal coverage is .95, nominal error rates .05; a row "holds" within two points of it or on the safe side. A method "for contrast" is one that the guide advises against in that setting.`,
      'Basis "exact": the probabilities of all outcomes were added up; a number: that many simulated studies, each with its own seed.',
      `Resampling methods draw ${RESAMPLES} resamples a study, the tied set 400.`,
    ],
    measurements: measured,
    quick: quick === true,
  })
}

function table({
  title,
  column,
  rows,
}: {
  title: string
  column: string
  rows: Row[]
}): ResultTable {
  return {
    title,
    columns: ['setting', 'method', column, 'basis', 'verdict'],
    rows: rows.map(({ setting, method, share, basis, verdict }) => [
      setting,
      method,
      rounded(share),
      basis,
      verdict,
    ]),
  }
}

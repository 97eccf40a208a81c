/**
 * @file How well support verdicts agree with people: BEGIN (dialogue replies with human attribution
 * labels) and HaluEval (right and invented answers). Run: `npm run bench -- support-verdicts`.
 *
 * Both sets are cut in halves by a hash of their source text, so that no source is in both. The
 * threshold is chosen on the development halves; the other halves are only scored.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path, { join } from 'node:path'
import { COVERAGE_THRESHOLD, judgeSupport, measureSupport } from '../src/assistant/support.ts'
import { dataFile } from './quality/data.ts'

type Item = { source: string; claim: string; attributable: boolean }
type Scored = { score: number; attributable: boolean }
type Agreement = { sensitivity: number; specificity: number }

const THRESHOLDS = Array.from({ length: 13 }, (_, index) => (40 + index * 5) / 100)
/** About two of the pooled items on either side: differences below it are noise. */
const TOLERANCE = 0.005

export async function run(): Promise<void> {
  const data = path.dirname(dataFile('begin'))
  const sets = { begin: await readBegin(data), halueval: await readHaluEval(data) }
  const pooled = Object.values(sets).flat()
  report('development', { ...sets, pooled }, 'dev')
  console.log(`threshold chosen on pooled development: ${chooseThreshold(half(pooled, 'dev'))}`)
  console.log(`threshold in use: ${COVERAGE_THRESHOLD}\n`)
  report('test', { ...sets, pooled }, 'test')
}

function report(title: string, sets: Record<string, Item[]>, part: 'dev' | 'test'): void {
  const rows = Object.entries(sets).map(([set, all]) => {
    const items = half(all, part)
    const scored = items.map(scoreOf)
    const agreement = agreementAt(scored, COVERAGE_THRESHOLD)
    return {
      set,
      items: items.length,
      attributable: items.filter(({ attributable }) => attributable).length,
      auc: round(areaUnderCurve(scored)),
      sensitivity: round(agreement.sensitivity),
      specificity: round(agreement.specificity),
      balanced: round(balanced(agreement)),
      verdicts: round(balanced(agreementOfVerdicts(items))),
    }
  })
  console.log(title)
  console.table(rows)
  if (part === 'dev') printCurve(half(sets.pooled!, part).map(scoreOf))
}

function printCurve(scored: Scored[]): void {
  const points = THRESHOLDS.map((t) => `${t}: ${round(balanced(agreementAt(scored, t)))}`)
  console.log(`balanced accuracy by threshold, pooled: ${points.join('  ')}`)
}

/** The lowest threshold that is as good as the best one, give or take TOLERANCE: it keeps out fewer good sentences. */
function chooseThreshold(items: Item[]): number {
  const scored = items.map(scoreOf)
  const values = THRESHOLDS.map((threshold) => balanced(agreementAt(scored, threshold)))
  const best = Math.max(...values)
  return THRESHOLDS[values.findIndex((value) => value >= best - TOLERANCE)]!
}

/** Coverage; below every threshold where a number, a name or a denial speaks against the claim. */
function scoreOf({ source, claim, attributable }: Item): Scored {
  const detail = measureSupport(claim, [citedText(source)])
  const contradicted =
    detail.missingNumbers.length > 0 || detail.missingNames.length > 0 || detail.negationDiffers
  return { score: contradicted ? -1 : detail.coverage, attributable }
}

function agreementAt(scored: Scored[], threshold: number): Agreement {
  return agreementOf(scored.map(({ score, attributable }) => [score >= threshold, attributable]))
}

/** The whole verdict, in which sentences without a claim count as unsupported. */
function agreementOfVerdicts(items: Item[]): Agreement {
  const judged = items.map(({ source, claim, attributable }): [boolean, boolean] => {
    const support = judgeSupport({ text: claim, quoted: false, cited: [citedText(source)] })
    return [support === 'supported', attributable]
  })
  return agreementOf(judged)
}

function agreementOf(pairs: [said: boolean, truth: boolean][]): Agreement {
  const rate = (truth: boolean): number => {
    const of = pairs.filter(([, actual]) => actual === truth)
    return of.filter(([said]) => said === truth).length / of.length
  }
  return { sensitivity: rate(true), specificity: rate(false) }
}

function balanced({ sensitivity, specificity }: Agreement): number {
  return (sensitivity + specificity) / 2
}

function areaUnderCurve(scored: Scored[]): number {
  const positive = scored.filter(({ attributable }) => attributable)
  const negative = scored.filter(({ attributable }) => !attributable)
  const wins = positive.flatMap((p) =>
    negative.map((n) => (p.score === n.score ? 0.5 : Number(p.score > n.score))),
  )
  return wins.reduce((sum, win) => sum + win, 0) / wins.length
}

function half(items: Item[], part: 'dev' | 'test'): Item[] {
  const isTest = (text: string): boolean => createHash('sha256').update(text).digest()[0]! % 2 === 1
  return items.filter(({ source }) => isTest(source) === (part === 'test'))
}

function citedText(text: string): { text: string; title: string; headingPath: string[] } {
  return { text, title: '', headingPath: [] }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}

async function readBegin(data: string): Promise<Item[]> {
  const table = await readFile(join(data, 'begin/wow/begin_dev_wow.tsv'), 'utf8')
  const rows = table.trim().split('\n').slice(1)
  return rows.map((row) => {
    const [, , source = '', , claim = '', label = ''] = row.split('\t')
    return { source, claim, attributable: label.trim() === 'Fully attributable' }
  })
}

type HaluEvalRow = { knowledge: string; right_answer: string; hallucinated_answer: string }

async function readHaluEval(data: string): Promise<Item[]> {
  const lines = await readFile(join(data, 'halueval/qa_one-turn_data.json'), 'utf8')
  return lines
    .trim()
    .split('\n')
    .flatMap((line) => {
      const row = JSON.parse(line) as HaluEvalRow
      return [
        { source: row.knowledge, claim: row.right_answer, attributable: true },
        { source: row.knowledge, claim: row.hallucinated_answer, attributable: false },
      ]
    })
}

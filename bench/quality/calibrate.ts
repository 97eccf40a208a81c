/** @file Fits the abstention bar (src/knowledge/retrieve/answerability.ts) on development questions. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Evidence } from '../../src/knowledge/index.ts'
import { knowledgeOf, type TemporaryKnowledge } from './corpus.ts'
import { dataFile, docQuestions, isTestArticle, squadRows } from './data.ts'

type Example = { features: number[]; answerable: boolean; weight: number }
const names = ['bias', 'coverage', 'inChunk', 'phrase', 'topic', 'terms', 'size']
const setNames = ['cloud.gov', 'one page of it', 'SQuAD']

/** `npm run bench -- calibrate`: prints the coefficients and what they decide at one half. */
export async function run(): Promise<void> {
  const sets = [await documentation(), await singlePages(), await squadHalf()]
  const examples = sets.flatMap((set) => balance(set))
  const coefficients = logistic(examples)
  console.log(
    Object.fromEntries(names.map((name, i) => [name, Number(coefficients[i]!.toFixed(2))])),
  )
  for (const [i, set] of sets.entries()) {
    console.log(setNames[i], `n = ${set.length}`)
    console.table([0.3, 0.35, 0.4, 0.45, 0.5, 0.55].map((bar) => decisions(set, coefficients, bar)))
  }
}

/** Shares of answerable and of other questions that are answered at a bar. */
function decisions(set: Example[], coefficients: number[], bar: number): Record<string, number> {
  const answered = (answerable: boolean): number => {
    const among = set.filter((example) => example.answerable === answerable)
    return (
      among.filter(({ features }) => probability(coefficients, features) >= bar).length /
      among.length
    )
  }
  return { bar, answeredRightly: answered(true), answeredWrongly: answered(false) }
}

async function documentation(): Promise<Example[]> {
  const knowledge = await knowledgeOf(dataFile('docs_cloudgov', 'pages'))
  const examples = await evidenceOf(
    knowledge,
    docQuestions('cloudgov').map(({ question, kind }) => [question, kind === 'answerable']),
  )
  await knowledge.close()
  return examples
}

/** Tiny corpora, as on the first try: every question against its own page alone, and against a foreign one. */
async function singlePages(): Promise<Example[]> {
  const questions = docQuestions('cloudgov').filter(
    ({ kind }, i) => kind === 'answerable' && i % 2 === 0,
  )
  const examples: Example[] = []
  for (const [i, { page }] of questions.entries()) {
    const knowledge = await knowledgeOf(dataFile('docs_cloudgov', 'pages', page!))
    const foreign = questions[(i + 7) % questions.length]!
    const asked: [string, boolean][] = [[questions[i]!.question, true]]
    if (foreign.page !== page) asked.push([foreign.question, false])
    examples.push(...(await evidenceOf(knowledge, asked)))
    await knowledge.close()
  }
  return examples
}

/** Training articles without their odd paragraphs: questions on those have only near misses left. */
async function squadHalf(): Promise<Example[]> {
  const { paragraphs, questions } = await squadRows()
  const folder = mkdtempSync(path.join(os.tmpdir(), 'graft-squad-'))
  for (const [article, rows] of Map.groupBy(paragraphs, ({ article }) => article)) {
    const kept = rows.filter(({ id }) => id % 2 === 0).map(({ sentences }) => sentences.join(' '))
    if (kept.length > 0)
      writeFileSync(
        path.join(folder, `${article.replace(/\W/g, '_')}.md`),
        `# ${article.replaceAll('_', ' ')}\n\n${kept.join('\n\n')}\n`,
      )
  }
  const knowledge = await knowledgeOf(folder)
  const sample = questions.filter(({ article }, i) => !isTestArticle(article) && i % 6 === 0)
  const examples = await evidenceOf(
    knowledge,
    sample.map(({ question, paragraph }) => [question, paragraph % 2 === 0]),
  )
  await knowledge.close()
  rmSync(folder, { recursive: true, force: true })
  return examples
}

async function evidenceOf(
  knowledge: TemporaryKnowledge,
  questions: [string, boolean][],
): Promise<Example[]> {
  const examples: Example[] = []
  for (const [question, answerable] of questions) {
    const { signals }: Evidence = await knowledge.evidence(question)
    examples.push({
      features: [1, ...names.slice(1).map((name) => signals[name as keyof Evidence['signals']])],
      answerable,
      weight: 1,
    })
  }
  return examples
}

/** Each set weighs the same, and within it the answerable as much as the others. */
function balance(examples: Example[]): Example[] {
  return examples.map((example) => ({
    ...example,
    weight: 0.25 / examples.filter(({ answerable }) => answerable === example.answerable).length,
  }))
}

/** Weighted logistic regression by Newton's method, with a little ridge on all but the bias. */
function logistic(examples: Example[]): number[] {
  const size = names.length
  let w = new Array<number>(size).fill(0)
  for (let step = 0; step < 30; step++) {
    const gradient = w.map((value, i) => (i === 0 ? 0 : 1e-3 * value))
    const hessian = gradient.map((_, i) => gradient.map((__, j) => (i === j ? 1e-3 : 0)))
    for (const { features, answerable, weight } of examples) {
      const p = probability(w, features)
      for (let i = 0; i < size; i++) {
        gradient[i]! += weight * (p - Number(answerable)) * features[i]!
        for (let j = 0; j < size; j++)
          hessian[i]![j]! += weight * p * (1 - p) * features[i]! * features[j]!
      }
    }
    const delta = solve(hessian, gradient)
    w = w.map((value, i) => value - delta[i]!)
  }
  return w
}

function probability(w: number[], features: number[]): number {
  return 1 / (1 + Math.exp(-features.reduce((sum, value, i) => sum + value * w[i]!, 0)))
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
  for (let i = n - 1; i >= 0; i--)
    x[i] =
      (a[i]![n]! -
        a[i]!.slice(i + 1, n).reduce((sum, value, j) => sum + value * x[i + 1 + j]!, 0)) /
      a[i]![i]!
  return x
}

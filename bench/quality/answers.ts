/** @file Answer quality on product documentation: right page, right sentence, and knowing when to abstain. */
import type { Answer } from '../../src/assistant/index.ts'
import { ask, createAnswerer } from '../../src/assistant/index.ts'
import { interval, writeReport } from '../report.ts'
import { knowledgeOf, type TemporaryKnowledge } from './corpus.ts'
import { type DocQuestion, dataFile, docQuestions } from './data.ts'
import { isGold } from './gold.ts'
import { wilson } from './metrics.ts'

const corpora = { plausible: 'docs_plausible', cloudgov: 'docs_cloudgov' } as const

type Outcome = {
  question: DocQuestion
  pageAt5: boolean
  first: boolean
  shown: boolean
  quotes: number
  goldQuotes: number
  abstained: boolean
  answer: string
}

/** `npm run bench -- answers [plausible|cloudgov]`: cloudgov is the development set. */
export async function run(options: string[]): Promise<void> {
  const names = (Object.keys(corpora) as (keyof typeof corpora)[]).filter(
    (set) => options.length === 0 || options.includes(set),
  )
  const measured = await Promise.all(
    names.map(async (set) => ({ set, outcomes: await measure(set) })),
  )
  writeReport({
    name: 'answers',
    title: 'Answers on product documentation',
    options,
    seeds: {},
    quick: options.length > 0,
    tables: measured.map(({ set, outcomes }) => ({
      title: `${set} (${set === 'cloudgov' ? 'development questions' : 'test questions'})`,
      columns: ['measure', 'of', 'share (95 % interval)'],
      rows: summarise(outcomes).map((row) => [row.measure, row.of, interval(row)]),
    })),
    notes: [
      'The quoting answerer, without a model or an embedder. The questions were written before any tuning, in the words of customers: a quarter of their longer words stand in the gold sentence.',
      'A quote counts as gold when it is the gold sentence, or one of the alternatives noted with the question; a right answer from an unlisted sentence counts as a miss.',
      'The selector, its ranking of passages and the abstention bar were fitted on the cloudgov questions, on SQuAD training articles and on training claims of SciFact only (docs/models/selector.md): the numbers of cloudgov are of questions it has seen.',
    ],
    measurements: measured.map(({ set, outcomes }) => ({
      set,
      outcomes: outcomes.map(({ question, answer, ...outcome }) => ({
        id: question.id,
        kind: question.kind,
        ...outcome,
        answer: answer.slice(0, 400),
      })),
    })),
  })
}

export async function measure(set: keyof typeof corpora): Promise<Outcome[]> {
  const knowledge = await knowledgeOf(dataFile(corpora[set], 'pages'))
  const { answerer } = await createAnswerer({})
  const outcomes: Outcome[] = []
  for (const question of docQuestions(set)) {
    const chunks = await knowledge.search(question.question, { limit: 5 })
    const pages = [question.page, ...(question.alternatives ?? []).map(({ page }) => page)]
    const answer = await finalAnswer(question.question, knowledge, answerer)
    outcomes.push({
      question,
      pageAt5: chunks.some(({ uri }) => pages.includes(uri)),
      first: answer.citations[0] !== undefined && isGold(answer.citations[0].quote, question),
      shown: answer.citations.some(({ quote }) => isGold(quote, question)),
      quotes: answer.citations.length,
      goldQuotes: answer.citations.filter(({ quote }) => isGold(quote, question)).length,
      abstained: answer.abstained,
      answer: answer.answer,
    })
  }
  await knowledge.close()
  return outcomes
}

async function finalAnswer(
  question: string,
  knowledge: TemporaryKnowledge,
  answerer: Awaited<ReturnType<typeof createAnswerer>>['answerer'],
): Promise<Answer> {
  for await (const event of ask(question, { knowledge, answerer }))
    if (event.type === 'finish') return event.answer
  throw new Error('internal: the stream ended without an answer')
}

export type SummaryRow = { measure: string; of: number; rate: number; low: number; high: number }

export function summarise(outcomes: Outcome[]): SummaryRow[] {
  const answerable = outcomes.filter(({ question }) => question.kind === 'answerable')
  const answered = answerable.filter(({ abstained }) => !abstained)
  const abstained = outcomes.filter((outcome) => outcome.abstained)
  const unanswerable = outcomes.filter(({ question }) => question.kind !== 'answerable')
  const row = (
    measure: string,
    among: Outcome[],
    holds: (outcome: Outcome) => boolean,
  ): SummaryRow => share(measure, among.filter(holds).length, among.length)
  return [
    row('gold page among the first 5 passages', answerable, ({ pageAt5 }) => pageAt5),
    row('first quote is a gold sentence', answerable, ({ first }) => first),
    row('some quote is a gold sentence, of those answered', answered, ({ shown }) => shown),
    share(
      'citation precision (quotes to answerable questions that are gold)',
      total(answered, ({ goldQuotes }) => goldQuotes),
      total(answered, ({ quotes }) => quotes),
    ),
    row(
      'citation recall (answerable questions with a gold quote)',
      answerable,
      ({ shown }) => shown,
    ),
    row(
      'abstention recall (unanswerable that it abstains from)',
      unanswerable,
      (outcome) => outcome.abstained,
    ),
    row(
      '  near misses',
      unanswerable.filter(({ question }) => question.kind === 'near_miss'),
      (outcome) => outcome.abstained,
    ),
    row(
      '  off topic',
      unanswerable.filter(({ question }) => question.kind === 'off_topic'),
      (outcome) => outcome.abstained,
    ),
    row(
      'abstention precision (abstentions that are right)',
      abstained,
      ({ question }) => question.kind !== 'answerable',
    ),
    row('answered although answerable', answerable, (outcome) => !outcome.abstained),
  ]
}

function share(measure: string, successes: number, of: number): SummaryRow {
  return { measure, of, ...wilson(successes, of) }
}

function total(outcomes: Outcome[], count: (outcome: Outcome) => number): number {
  return outcomes.reduce((sum, outcome) => sum + count(outcome), 0)
}

/** @file Answer quality on product documentation: right page, right sentence, and knowing when to abstain. */
import type { Answer } from '../../src/assistant/index.ts'
import { ask, createAnswerer } from '../../src/assistant/index.ts'
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
  abstained: boolean
  answer: string
}

/** `npm run bench -- answers [plausible|cloudgov]`: cloudgov is the development set. */
export async function run(options: string[]): Promise<void> {
  for (const set of Object.keys(corpora) as (keyof typeof corpora)[]) {
    if (options.length > 0 && !options.includes(set)) continue
    const outcomes = await measure(set)
    console.log(set)
    console.table(summarise(outcomes))
  }
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
  ): SummaryRow => {
    const { rate, low, high } = wilson(among.filter(holds).length, among.length)
    return { measure, of: among.length, rate, low, high }
  }
  return [
    row('gold page among the first 5 passages', answerable, ({ pageAt5 }) => pageAt5),
    row('first quote is a gold sentence', answerable, ({ first }) => first),
    row('some quote is a gold sentence', answerable, ({ shown }) => shown),
    row('some quote is a gold sentence, of those answered', answered, ({ shown }) => shown),
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

/** @file Judged collections and question sets, read from the shared data folder into one shape. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { GraftError } from '../../src/errors.ts'
import { readJsonLinesFile } from '../json-lines.ts'

export type Passage = { id: string; title: string; text: string }
export type JudgedQuery = { id: string; query: string; relevant: Map<string, number> }
export type Judged = { name: string; passages: Passage[]; queries: JudgedQuery[] }

const root = path.resolve(
  process.env.GRAFT_BENCH_DATA ?? path.join(import.meta.dirname, '../../../shared/data'),
)

export function dataFile(...parts: string[]): string {
  const file = path.join(root, ...parts)
  if (existsSync(file)) return file
  throw new GraftError('data_missing', `the data file ${parts.join('/')} is not in ${root}`, {
    hint: 'Set GRAFT_BENCH_DATA to the folder that holds the public data sets.',
  })
}

export async function readJsonLines<T>(...parts: string[]): Promise<T[]> {
  return readJsonLinesFile<T>(dataFile(...parts))
}

/** SciFact as BEIR judges it: claims -> abstracts. */
export async function scifact(split: 'train' | 'test'): Promise<Judged> {
  const corpus = await readJsonLines<{ _id: string; title: string; text: string }>(
    'scifact',
    'corpus.jsonl',
  )
  const claims = await readJsonLines<{ _id: string; text: string }>('scifact', 'queries.jsonl')
  const judgements = new Map<string, Map<string, number>>()
  for (const line of readFileSync(dataFile('scifact', 'qrels', `${split}.tsv`), 'utf8')
    .trim()
    .split('\n')
    .slice(1)) {
    const [query, document, score] = line.split('\t') as [string, string, string]
    judgements.set(query, (judgements.get(query) ?? new Map()).set(document, Number(score)))
  }
  return {
    name: `SciFact ${split}`,
    passages: corpus.map(({ _id, title, text }) => ({ id: _id, title, text })),
    queries: claims.flatMap(({ _id, text }) => {
      const relevant = judgements.get(_id)
      return relevant ? [{ id: _id, query: text, relevant }] : []
    }),
  }
}

export type SquadParagraph = { id: number; article: string; sentences: string[] }
export type SquadQuestion = {
  article: string
  paragraph: number
  sentence: number
  question: string
  answer: string
}

/** One article in five is for testing; the split is by article, so no paragraph is seen from two sides. */
export function isTestArticle(article: string): boolean {
  let hash = 2166136261
  for (const byte of Buffer.from(article)) hash = Math.imul(hash ^ byte, 16777619)
  return (hash >>> 0) % 5 === 0
}

/** SQuAD questions -> paragraphs; the questions of test articles over the paragraphs of all articles. */
export async function squad(split: 'train' | 'test'): Promise<Judged> {
  const { paragraphs, questions } = await squadRows()
  return {
    name: `SQuAD ${split} articles`,
    passages: paragraphs.map(({ id, article, sentences }) => ({
      id: String(id),
      title: article.replaceAll('_', ' '),
      text: sentences.join(' '),
    })),
    queries: questions
      .filter(({ article }) => isTestArticle(article) === (split === 'test'))
      .map(({ question, paragraph }, i) => ({
        id: String(i),
        query: question,
        relevant: new Map([[String(paragraph), 1]]),
      })),
  }
}

export async function squadRows(): Promise<{
  paragraphs: SquadParagraph[]
  questions: SquadQuestion[]
}> {
  return {
    paragraphs: await readJsonLines<SquadParagraph>('squad_sentences', 'paragraphs.jsonl'),
    questions: await readJsonLines<SquadQuestion>('squad_sentences', 'questions.jsonl'),
  }
}

type ClapRow = { id: string; input: string; passages: { title: string; text: string }[] }

/** CLAP NQ questions -> the gold passage, among the passages of answerable and unanswerable questions. */
export async function clapnq(): Promise<Judged> {
  const answerable = await readJsonLines<ClapRow>('clapnq', 'shared_answerable_200.jsonl')
  const unanswerable = await readJsonLines<ClapRow>('clapnq', 'shared_unanswerable_200.jsonl')
  return {
    name: 'CLAP NQ',
    passages: [...answerable, ...unanswerable].map(({ id, passages: [passage] }) => ({
      id,
      title: passage!.title,
      text: passage!.text,
    })),
    queries: answerable.map(({ id, input }) => ({
      id,
      query: input,
      relevant: new Map([[id, 1]]),
    })),
  }
}

type PubmedRow = { QUESTION: string; CONTEXTS: string[]; LABELS: string[] }

/** PubMedQA questions -> the abstract without its conclusion. */
export async function pubmedqa(): Promise<Judged> {
  const rows = JSON.parse(
    readFileSync(dataFile('pubmedqa', 'split', 'pqal_train_dev_500.json'), 'utf8'),
  ) as Record<string, PubmedRow>
  return {
    name: 'PubMedQA',
    passages: Object.entries(rows).map(([id, { CONTEXTS }]) => ({
      id,
      title: '',
      text: CONTEXTS.join('\n\n'),
    })),
    queries: Object.entries(rows).map(([id, { QUESTION }]) => ({
      id,
      query: QUESTION,
      relevant: new Map([[id, 1]]),
    })),
  }
}

export type DocQuestion = {
  id: string
  question: string
  kind: 'answerable' | 'near_miss' | 'off_topic'
  page?: string
  sentence?: string
  answer?: string
  alternatives?: { page: string; sentence: string }[]
}

/** Questions about product documentation, written before any tuning (bench/questions). */
export function docQuestions(set: 'plausible' | 'cloudgov'): DocQuestion[] {
  const file = path.join(import.meta.dirname, '..', 'questions', `${set}.jsonl`)
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as DocQuestion)
}

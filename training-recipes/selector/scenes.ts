/** @file What retrieval finds for the questions of the training sets: the material of all that is fitted here. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import {
  knowledgeOf,
  knowledgeOfPassages,
  type TemporaryKnowledge,
} from '../../bench/quality/corpus.ts'
import {
  dataFile,
  docQuestions,
  isTestArticle,
  type SquadParagraph,
  type SquadQuestion,
  scifact,
  squadRows,
} from '../../bench/quality/data.ts'
import { isGold } from '../../bench/quality/gold.ts'
import type { RetrievedChunk } from '../../src/knowledge/index.ts'
import { wordWeights } from '../../src/knowledge/retrieve/queries.ts'
import type { Question } from '../../src/knowledge/retrieve/question.ts'
import { RERANKED } from '../../src/knowledge/retrieve/rerank.ts'
import { weighQuestion } from '../../src/knowledge/retrieve/term-weights.ts'
import { words } from '../../src/knowledge/retrieve/words.ts'
import { sha256 } from '../../src/util/hash.ts'

export const FOLDS = 3

/** A question and what it is to find. */
type Asked = {
  question: string
  /** Article, page or claim: what never stands on both sides of a split. */
  source: string
  isAnswerable: boolean
  /** Names of documents that answer, without their ending. */
  relevant: ReadonlySet<string>
  isGold: (sentence: string, document: string) => boolean
}

export type Scene = Omit<Asked, 'question'> & {
  fold: number
  question: Question
  /** As found, before the selector ranks them. */
  chunks: RetrievedChunk[]
}

/** SQuAD questions over all paragraphs, each a document: of training articles, or of those kept for the test. */
export async function squadScenes(split: 'train' | 'test'): Promise<Scene[]> {
  const { paragraphs, questions } = await squadRows()
  const passages = paragraphs.map(({ id, article, sentences }) => ({
    id: String(id),
    title: article.replaceAll('_', ' '),
    text: sentences.join(' '),
  }))
  const byId = new Map(paragraphs.map((paragraph) => [paragraph.id, paragraph]))
  const asked = questions
    .filter(({ article }) => isTestArticle(article) === (split === 'test'))
    .map((row) => squadQuestion(row, byId.get(row.paragraph)!))
  const knowledge = await knowledgeOfPassages(passages)
  const scenes = await scenesOf(knowledge, asked)
  await knowledge.close()
  return scenes
}

function squadQuestion(
  { question, article, paragraph, sentence, answer }: SquadQuestion,
  { sentences }: SquadParagraph,
): Asked {
  const gold = sentences[sentence]!
  return {
    question,
    source: article,
    isAnswerable: true,
    relevant: new Set([String(paragraph)]),
    // Graft's own sentences may be longer or shorter than SQuAD's.
    isGold: (text, document) =>
      document === String(paragraph) &&
      (text.includes(gold) || (gold.includes(text) && text.includes(answer))),
  }
}

/** Every other paragraph is missing, so that half of the questions have near misses only. */
export async function squadHalfScenes(): Promise<Scene[]> {
  const { paragraphs, questions } = await squadRows()
  const folder = mkdtempSync(path.join(os.tmpdir(), 'graft-squad-'))
  for (const [article, rows] of Map.groupBy(paragraphs, ({ article }) => article)) {
    const kept = rows.filter(({ id }) => id % 2 === 0).map(({ sentences }) => sentences.join(' '))
    const text = `# ${article.replaceAll('_', ' ')}\n\n${kept.join('\n\n')}\n`
    if (kept.length > 0) writeFileSync(path.join(folder, `${article.replace(/\W/g, '_')}.md`), text)
  }
  const knowledge = await knowledgeOf(folder)
  const sample = questions.filter(({ article }, i) => !isTestArticle(article) && i % 6 === 0)
  const asked = sample.map(({ question, article, paragraph }) => ({
    ...unanswerable(question, article),
    isAnswerable: paragraph % 2 === 0,
  }))
  const scenes = await scenesOf(knowledge, asked)
  await knowledge.close()
  rmSync(folder, { recursive: true, force: true })
  return scenes
}

export async function scifactScenes(): Promise<Scene[]> {
  const { passages, queries } = await scifact('train')
  const knowledge = await knowledgeOfPassages(passages)
  const scenes = await scenesOf(
    knowledge,
    queries.map(({ id, query, relevant }) => ({
      ...unanswerable(query, id),
      isAnswerable: true,
      relevant: new Set(relevant.keys()),
    })),
  )
  await knowledge.close()
  return scenes
}

/** The development questions over the whole documentation of cloud.gov. */
export async function documentationScenes(): Promise<Scene[]> {
  const knowledge = await knowledgeOf(dataFile('docs_cloudgov', 'pages'))
  const asked = docQuestions('cloudgov').map((row): Asked => {
    const pages = [row.page ?? '', ...(row.alternatives ?? []).map(({ page }) => page)]
    const isAnswerable = row.kind === 'answerable'
    return {
      question: row.question,
      source: row.page ?? row.id,
      isAnswerable,
      relevant: new Set(isAnswerable ? pages.map(withoutEnding) : []),
      isGold: (text) => isAnswerable && isGold(text, row),
    }
  })
  const scenes = await scenesOf(knowledge, asked)
  await knowledge.close()
  return scenes
}

/** Tiny corpora, as on the first try: every other question against its own page alone, and against a foreign one. */
export async function singlePageScenes(): Promise<Scene[]> {
  const questions = docQuestions('cloudgov').filter(
    ({ kind }, i) => kind === 'answerable' && i % 2 === 0,
  )
  const scenes: Scene[] = []
  for (const [i, { question, page }] of questions.entries()) {
    const knowledge = await knowledgeOf(dataFile('docs_cloudgov', 'pages', page!))
    const foreign = questions[(i + 7) % questions.length]!
    const asked: Asked[] = [{ ...unanswerable(question, page!), isAnswerable: true }]
    if (foreign.page !== page) asked.push(unanswerable(foreign.question, foreign.page!))
    scenes.push(...(await scenesOf(knowledge, asked)))
    await knowledge.close()
  }
  return scenes
}

function unanswerable(question: string, source: string): Asked {
  return {
    question,
    source,
    isAnswerable: false,
    relevant: new Set(),
    isGold: () => false,
  }
}

/** Without the selector: it is what is fitted. */
async function scenesOf(knowledge: TemporaryKnowledge, asked: Asked[]): Promise<Scene[]> {
  const scenes: Scene[] = []
  const seen = new Map<string, RetrievedChunk>()
  for (const { question, ...rest } of asked) {
    const found = await knowledge.search(question, { limit: RERANKED, reranking: false })
    const weights = await wordWeights(knowledge.db, [...new Set(words(question))])
    scenes.push({
      ...rest,
      fold: Number.parseInt(sha256(rest.source).slice(0, 8), 16) % FOLDS,
      question: weighQuestion(question, weights),
      chunks: found.map((chunk) => shared(chunk, seen)),
    })
  }
  return scenes
}

/** One copy of each chunk's text, however often it is found. */
function shared(chunk: RetrievedChunk, seen: Map<string, RetrievedChunk>): RetrievedChunk {
  const known = seen.get(chunk.chunkId) ?? chunk
  seen.set(chunk.chunkId, known)
  const { text, sentences, headingPath } = known
  return { ...chunk, text, sentences, headingPath }
}

export function withoutEnding(uri: string): string {
  return uri.replace(/\.md$/, '')
}

/** @file The public texts that the base learns from. Test articles, and documentation kept for testing, are left out. */
import { readFileSync } from 'node:fs'
import { dataFile, isTestArticle, readJsonLines, squadRows } from '../../bench/quality/data.ts'
import { chunkDocument } from '../../src/knowledge/chunk/index.ts'
import { parseDocument } from '../../src/knowledge/parse/index.ts'

/** A passage as retrieval would find it. */
export type Passage = { title: string; section: string; sentences: readonly string[] }
/** A question and where it is answered: `passage` indexes the passages of the same pool. */
export type Asked = { question: string; passage: number; sentence: number }
/** Passages of related subjects side by side, so that neighbours make hard distractors. */
export type Pool = { passages: readonly Passage[]; asked: readonly Asked[] }

export type Labelled = { text: string; label: string }
export type Slot = { text: string; entity?: string }
export type Command = { intent: string; slots: readonly Slot[] }

const documentation = [
  'docs_cloudgov',
  'docs_vercel_ai',
  'docs_plainlanguage',
  'docs_18f_content_guide',
]

/** Articles of SQuAD: questions of people, each with the sentence that answers it. */
export async function squadPool(split: 'train' | 'test'): Promise<Pool> {
  const { paragraphs, questions } = await squadRows()
  const kept = paragraphs.filter(({ article }) => isTestArticle(article) === (split === 'test'))
  const index = new Map(kept.map(({ id }, at) => [id, at]))
  return {
    passages: kept.map(({ article, sentences }) => ({
      title: article.replaceAll('_', ' '),
      section: '',
      sentences,
    })),
    asked: questions.flatMap(({ question, paragraph, sentence }) => {
      const passage = index.get(paragraph)
      return passage === undefined ? [] : [{ question: question.trim(), passage, sentence }]
    }),
  }
}

/** Sections of product documentation; their headings are turned into questions by `headingQuestion`. */
export async function documentationPool(): Promise<Pool> {
  const passages: Passage[] = []
  for (const folder of documentation) {
    const rows = await readJsonLines<{ _id: string; title: string; text: string }>(
      folder,
      'corpus.jsonl',
    )
    for (const { title, text } of rows) passages.push(...(await sectionsOf(title, text)))
  }
  const asked = passages.flatMap(({ section, sentences }, passage) =>
    isTelling(section) ? [{ question: section, passage, sentence: firstProse(sentences) }] : [],
  )
  return { passages, asked }
}

async function sectionsOf(title: string, text: string): Promise<Passage[]> {
  const document = await parseDocument({ bytes: Buffer.from(text), name: 'page.md' }).catch(
    () => undefined,
  )
  if (!document) return []
  return chunkDocument(document)
    .map(({ headingPath, sentences }) => ({
      title: title || document.title,
      section: headingPath.at(-1) ?? '',
      sentences: sentences
        .map(({ start, end }) => document.text.slice(start, end))
        .filter((sentence) => sentence.length > 12),
    }))
    .filter(({ sentences }) => sentences.length > 0)
}

/** A heading that a question can be made of: some words, no code. */
function isTelling(heading: string): boolean {
  const words = heading.split(/\s+/)
  return words.length >= 2 && words.length <= 9 && /^[\w\s'’,/()&:?!-]+$/.test(heading)
}

function firstProse(sentences: readonly string[]): number {
  const found = sentences.findIndex((sentence) => /^[A-Z].*[.:]$/s.test(sentence))
  return Math.max(0, found)
}

/** Running text: what the base's English is made of. */
export async function proseTexts(): Promise<string[]> {
  const squad = await squadPool('train')
  const articles = squad.passages.map(({ title, sentences }) => `${title}\n${sentences.join(' ')}`)
  const docs = await Promise.all(
    documentation.map((folder) => readJsonLines<{ text: string }>(folder, 'corpus.jsonl')),
  )
  const pages = docs.flat().flatMap(({ text }) => piecesOf(text, 1600))
  const replies = await halueval()
  return [...articles, ...pages, ...replies.map(({ user, reply }) => `${user}\n\n${reply}`)]
}

export type Exchange = { user: string; reply: string }

/** Real questions to a large model with its replies, those that people found no fault with. */
export async function halueval(): Promise<Exchange[]> {
  const rows = await readJsonLines<{
    user_query: string
    chatgpt_response: string
    hallucination?: string
  }>('halueval', 'general_data.json')
  return rows
    .filter(({ hallucination }) => hallucination !== 'yes')
    .map(({ user_query, chatgpt_response }) => ({
      user: user_query.trim(),
      reply: chatgpt_response.trim(),
    }))
}

/** CLINC150's training questions, intent by intent. */
export function intents(): Labelled[] {
  const data = readJson<{ train: [string, string][] }>('clinc150', 'data_full.json')
  return data.train.map(([text, label]) => ({ text, label: label.replaceAll('_', ' ') }))
}

/** Snips' training commands with their marked parts. */
export function commands(): Command[] {
  return snipsIntents.flatMap((intent) => {
    const file = readFileSync(dataFile('snips', `train_${intent}_full.json`), 'latin1')
    const rows = (JSON.parse(file) as Record<string, { data: Slot[] }[]>)[intent]!
    return rows.map(({ data }) => ({ intent, slots: data }))
  })
}

const snipsIntents = [
  'AddToPlaylist',
  'BookRestaurant',
  'GetWeather',
  'PlayMusic',
  'RateBook',
  'SearchCreativeWork',
  'SearchScreeningEvent',
]

/** Cut at blank lines, so that a piece starts where a thought does. */
function piecesOf(text: string, most: number): string[] {
  const pieces: string[] = []
  let piece = ''
  for (const block of text.split(/\n{2,}/)) {
    if (piece !== '' && piece.length + block.length > most) {
      pieces.push(piece)
      piece = ''
    }
    piece = piece === '' ? block.slice(0, most) : `${piece}\n\n${block}`
  }
  return [...pieces, piece].filter((part) => part.length > 40)
}

function readJson<T>(...parts: string[]): T {
  return JSON.parse(readFileSync(dataFile(...parts), 'utf8')) as T
}

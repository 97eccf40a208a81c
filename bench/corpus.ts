/**
 * @file A folder of real documentation and abstracts with a wanted number of chunks. Where the real text is
 * not enough, pages are repeated with a share of their words exchanged.
 */
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createParsePool } from '../src/knowledge/parse/index.ts'
import { mulberry32 } from '../src/util/random.ts'
import { readJsonLinesFile } from './json-lines.ts'
import { dataFile } from './quality/data.ts'

/** A passage as Graft cuts it; peers index exactly these. */
export type CorpusChunk = {
  id: string
  /** Path below the folder of files. */
  document: string
  collection: string
  title: string
  headings: string
  text: string
  /** The longest quotable sentence, from which queries are made. */
  sentence: string
}

export type Corpus = {
  /** Folder with `files/` and `chunks.jsonl`. */
  folder: string
  files: string
  chunkFile: string
  documents: number
  bytes: number
  chunks: CorpusChunk[]
}

export const CORPUS_SEED = 11

const SOURCES = ['docs_vercel_ai', 'docs_cloudgov', 'docs_plausible', 'scifact'] as const
/** Share of the longer words that a repeat exchanges: enough that no two pages have the same chunks. */
const EXCHANGED = 0.15

type Page = { collection: string; name: string; title: string; text: string }

/** Writes pages until they make `wanted` chunks. The last page may go a little beyond. */
export async function buildCorpus(folder: string, wanted: number): Promise<Corpus> {
  const files = path.join(folder, 'files')
  const chunkFile = path.join(folder, 'chunks.jsonl')
  const corpus: Corpus = { folder, files, chunkFile, documents: 0, bytes: 0, chunks: [] }
  mkdirSync(files, { recursive: true })
  const lines = createWriteStream(chunkFile)
  const parser = createParsePool()
  for (const page of pageStream(readPages())) {
    if (corpus.chunks.length >= wanted) break
    const bytes = Buffer.from(pageText(page))
    const document = `${page.collection}/${page.name}.md`
    const chunks = await chunkPage(document, page, Buffer.from(bytes), parser)
    if (chunks.length === 0) continue
    const file = path.join(files, document)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, bytes)
    for (const chunk of chunks) lines.write(`${JSON.stringify(chunk)}\n`)
    corpus.chunks.push(...chunks)
    corpus.documents++
    corpus.bytes += bytes.length
  }
  await parser.close()
  await new Promise<void>((resolve) => lines.end(resolve))
  return corpus
}

type PageRow = { _id: string; title: string; text: string }

function readPages(): Page[] {
  const pages: Page[] = []
  for (const collection of SOURCES) {
    const rows = readJsonLinesFile<PageRow>(dataFile(collection, 'corpus.jsonl'))
    for (const { _id, title, text } of rows) {
      pages.push({ collection, name: fileName(_id), title, text })
    }
  }
  return shuffle(pages, mulberry32(CORPUS_SEED))
}

/** Dots and leading underscores mean something to folder walks; a page's name is only its name here. */
function fileName(id: string): string {
  return id
    .split('/')
    .map((part) => part.replace(/\.(mdx?|html?|erb|njk)$/i, '').replace(/^[._]+/, '') || 'page')
    .join('/')
}

/** All pages once, then repeats of them without end, each repeat with words of its own. */
function* pageStream(pages: Page[]): Generator<Page> {
  yield* pages
  const vocabulary = longWords(pages)
  for (let round = 2; ; round++) {
    const random = mulberry32(CORPUS_SEED + round)
    for (const page of pages) {
      const text = exchangeWords(page.text, vocabulary, random)
      yield { ...page, name: `${page.name}-${round}`, title: `${page.title} ${round}`, text }
    }
  }
}

/** Running words with their frequencies, so that exchanged words are as common as those they replace. */
function longWords(pages: Page[]): string[] {
  return pages.flatMap(({ text }, index) =>
    index % 5 === 0 ? (text.match(/\b\p{Ll}{4,}\b/gu) ?? []) : [],
  )
}

function exchangeWords(text: string, vocabulary: string[], random: () => number): string {
  return text.replace(/\b\p{Ll}{4,}\b/gu, (word) =>
    random() < EXCHANGED ? vocabulary[Math.floor(random() * vocabulary.length)]! : word,
  )
}

/** JSON strings are YAML strings, so any title is safe. */
function pageText({ title, text }: Page): string {
  return `---\ntitle: ${JSON.stringify(title)}\n---\n\n${text}\n`
}

async function chunkPage(
  document: string,
  { collection, title }: Page,
  bytes: Buffer,
  parser: ReturnType<typeof createParsePool>,
): Promise<CorpusChunk[]> {
  const parsed = await parser.parse({ bytes, name: document })
  const { text } = parsed.document
  return parsed.chunks.map(({ ordinal, start, end, headingPath, sentences }) => {
    const quotes = sentences.map((span) => text.slice(span.start, span.end))
    const sentence = quotes.reduce((best, quote) => (quote.length > best.length ? quote : best), '')
    const headings = headingPath.join(' > ')
    const id = `${document}#${ordinal}`
    return { id, document, collection, title, headings, text: text.slice(start, end), sentence }
  })
}

/** Fisher-Yates; the input stays as it is. */
export function shuffle<T>(items: readonly T[], random: () => number): T[] {
  const shuffled = [...items]
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!]
  }
  return shuffled
}

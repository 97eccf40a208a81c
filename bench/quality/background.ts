/**
 * @file Makes assets/background-words.json: how rare words are in English help texts and questions at
 * large. Retrieval falls back on it while a user's own corpus is too small to tell.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { chunkDocument } from '../../src/knowledge/chunk/index.ts'
import { parseDocument } from '../../src/knowledge/parse/index.ts'
import { stems } from '../../src/knowledge/retrieve/words.ts'
import { dataFile, isTestArticle, readJsonLines, squadRows } from './data.ts'

/** Rarer stems all count as the rarest. */
const LEAST_UNITS = 8
const FOLDERS = ['docs_cloudgov', 'docs_vercel_ai', 'docs_18f_content_guide', 'docs_plainlanguage']

/** `npm run bench -- background` */
export async function run(): Promise<void> {
  const counts = new Map<string, number>()
  let units = 0
  for await (const text of texts()) {
    units++
    for (const stem of stems(text)) counts.set(stem, (counts.get(stem) ?? 0) + 1)
  }
  const common = [...counts]
    .filter(([stem, count]) => count >= LEAST_UNITS && !/\d/.test(stem))
    .sort((a, b) => b[1] - a[1])
  const idf = Object.fromEntries(
    common.map(([stem, count]) => [
      stem,
      Number(Math.log(1 + (units - count + 0.5) / (count + 0.5)).toFixed(1)),
    ]),
  )
  const file = path.join(import.meta.dirname, '../../assets/background-words.json')
  writeFileSync(file, `${JSON.stringify({ units, idf })}\n`)
  console.log(`${common.length} stems over ${units} texts`)
}

async function* texts(): AsyncGenerator<string> {
  for (const folder of FOLDERS) {
    for (const name of readdirSync(dataFile(folder), { recursive: true }) as string[]) {
      if (!/\.mdx?$/.test(name) || name.startsWith('LICENSE')) continue
      // A page may hold nothing but its front matter.
      const document = await parseDocument({
        bytes: readFileSync(dataFile(folder, name)),
        name,
      }).catch(() => undefined)
      if (!document) continue
      for (const { searchText } of chunkDocument(document)) yield searchText
    }
  }
  const { paragraphs } = await squadRows()
  for (const { article, sentences } of paragraphs)
    if (!isTestArticle(article)) yield sentences.join(' ')
  for (const { instruction, verbose } of await readJsonLines<{
    instruction: string
    verbose: string
  }>('bitext', 'paired_styles.train.jsonl'))
    yield `${instruction} ${verbose}`
}

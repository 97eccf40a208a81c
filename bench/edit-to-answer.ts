/** @file Edit to answer: how long after a watched file is saved, renamed or deleted this can be seen. */
import { appendFileSync, copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { IngestReport, RetrievedChunk } from '../src/knowledge/index.ts'
import { mulberry32 } from '../src/util/random.ts'
import { openWorkspace, type Workspace } from '../src/workspace.ts'
import { buildCorpus, CORPUS_SEED, shuffle } from './corpus.ts'
import { positiveInteger, readOptions } from './options.ts'
import { type Cell, type ResultTable, rounded, writeReport } from './report.ts'
import { summariseLatency } from './timing.ts'

const EDIT_SEED = 31

/** A change that is not seen by then counts as missed. */
const GIVE_UP_MS = 30_000
/** Each poll is a real search, which the store has to serve as well: a short rest leaves it room. */
const POLL_PAUSE_MS = 2

type Settings = { chunks: number; edits: number; lexical: boolean }

/** Milliseconds per change; undefined where it was never seen. */
type Times = (number | undefined)[]
type Measured = { found: Times; answered: Times; renamed: Times; deleted: Times }

/** A file with its own words: a sentence with a token that no other document has. */
type Marked = { file: string; uri: string; name: string; token: string }

/** `npm run bench -- edit-to-answer [--chunks 10000] [--edits 100] [--lexical] [--quick]` */
export async function run(options: string[]): Promise<void> {
  const { quick, settings } = readSettings(options)
  const folder = mkdtempSync(path.join(os.tmpdir(), 'graft-edit-'))
  try {
    const { measured, chunks, documents } = await measure(folder, settings)
    writeReport({
      name: 'edit-to-answer',
      title: 'Edit to answer',
      options,
      seeds: { corpus: CORPUS_SEED, edits: EDIT_SEED },
      tables: [
        timesTable(`${chunks} chunks in ${documents} watched files, milliseconds`, measured),
      ],
      notes: notesFor(settings),
      measurements: { settings, chunks, documents, ...measured },
      quick,
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readSettings(options: string[]): { quick: boolean; settings: Settings } {
  const values = readOptions(options, {
    chunks: { type: 'string' },
    edits: { type: 'string' },
    lexical: { type: 'boolean' },
    quick: { type: 'boolean' },
  })
  const quick = values.quick === true
  const settings = {
    chunks: positiveInteger('chunks', String(values.chunks ?? (quick ? 1500 : 10_000))),
    edits: positiveInteger('edits', String(values.edits ?? (quick ? 12 : 100))),
    lexical: values.lexical === true,
  }
  return { quick, settings }
}

async function measure(
  folder: string,
  { chunks, edits, lexical }: Settings,
): Promise<{ measured: Measured; chunks: number; documents: number }> {
  const corpus = await buildCorpus(folder, chunks)
  const random = mulberry32(EDIT_SEED)
  const uris = [...new Set(corpus.chunks.map(({ document }) => document))]
  const marks = shuffle(uris, random)
    .slice(0, edits)
    .map((uri, index) => mark(path.join(corpus.files, uri), uri, index, random))
  const workspace = await openWorkspace(
    path.join(folder, 'workspace'),
    lexical ? { embedder: false } : {},
  )
  const watcher = await workspace.knowledge.watch(corpus.files, { onReport: throwOnFailure })
  const measured: Measured = { found: [], answered: [], renamed: [], deleted: [] }
  try {
    for (const [index, marked] of marks.entries()) {
      await rest(random)
      await measureEdit(marked, index, workspace, measured)
    }
    // Half of the edited files are renamed, the other half deleted.
    const half = Math.ceil(marks.length / 2)
    for (const marked of marks.slice(0, half)) {
      await rest(random)
      measured.renamed.push(await measureRename(marked, workspace))
    }
    for (const marked of marks.slice(half)) {
      await rest(random)
      measured.deleted.push(await measureDelete(marked, workspace))
    }
  } finally {
    await watcher.close()
    await workspace.close()
  }
  return { measured, chunks: corpus.chunks.length, documents: corpus.documents }
}

function throwOnFailure({ failed: [failure] }: IngestReport): void {
  if (failure) throw new Error(`internal: ${failure.uri} failed: ${failure.message}`)
}

function mark(file: string, uri: string, index: number, random: () => number): Marked {
  const letters = Array.from({ length: 9 }, () => 'bcdfghjklmnpqrtvwxz'[Math.floor(random() * 19)])
  return { file, uri, name: `station ${index + 1}`, token: `z${letters.join('')}` }
}

/** People do not save in step with the watcher's own clock. */
function rest(random: () => number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50 + random() * 150))
}

async function measureEdit(
  marked: Marked,
  index: number,
  workspace: Workspace,
  { found, answered }: Measured,
): Promise<void> {
  const { name, token, file } = marked
  const sentence = `\n\nThe maintenance password of ${name} is ${token}.\n`
  if (index % 2 === 0) appendFileSync(file, sentence)
  else saveBeside(file, sentence)
  const saved = performance.now()
  found.push(await seen(token, workspace, saved, (chunks) => chunks.some(holds(token))))
  const answer = await answerText(`What is the maintenance password of ${name}?`, workspace)
  answered.push(answer.includes(token) ? performance.now() - saved : undefined)
}

/** The way many editors save: a new file is written beside the old one and takes its place. */
function saveBeside(file: string, addition: string): void {
  const beside = path.join(path.dirname(file), `.${path.basename(file)}.saving`)
  copyFileSync(file, beside)
  appendFileSync(beside, addition)
  renameSync(beside, file)
}

function measureRename(
  { file, uri, token }: Marked,
  workspace: Workspace,
): Promise<number | undefined> {
  const renamed = uri.replace(/\.md$/, '-renamed.md')
  renameSync(file, file.replace(/\.md$/, '-renamed.md'))
  return seen(token, workspace, performance.now(), (chunks) => {
    const uris = chunks.filter(holds(token)).map((chunk) => chunk.uri)
    return uris.includes(renamed) && !uris.includes(uri)
  })
}

function measureDelete({ file, token }: Marked, workspace: Workspace): Promise<number | undefined> {
  rmSync(file)
  return seen(token, workspace, performance.now(), (chunks) => !chunks.some(holds(token)))
}

function holds(token: string): (chunk: RetrievedChunk) => boolean {
  return ({ text }) => text.includes(token)
}

/** Searches for the token until the result is as wanted; returns the time since `from`. */
async function seen(
  token: string,
  { knowledge }: Workspace,
  from: number,
  isWanted: (chunks: RetrievedChunk[]) => boolean,
): Promise<number | undefined> {
  for (;;) {
    const wanted = isWanted(await knowledge.search(token, { limit: 5 }))
    const elapsed = performance.now() - from
    if (wanted) return elapsed
    if (elapsed > GIVE_UP_MS) return undefined
    await new Promise((resolve) => setTimeout(resolve, POLL_PAUSE_MS))
  }
}

async function answerText(question: string, workspace: Workspace): Promise<string> {
  for await (const event of workspace.ask(question)) {
    if (event.type === 'finish') return event.answer.answer
  }
  throw new Error('internal: the stream ended without an answer')
}

function timesTable(title: string, measured: Measured): ResultTable {
  const row = (what: string, times: Times): Cell[] => {
    const seenTimes = times.filter((time) => time !== undefined)
    const { p50, p95, max } = summariseLatency(seenTimes)
    const missed = times.length - seenTimes.length
    return [what, times.length, ...[p50, p95, max].map(rounded), missed]
  }
  return {
    title,
    columns: ['from -> to', 'changes', 'p50', 'p95', 'max', 'missed'],
    rows: [
      row('saved -> search finds the new words', measured.found),
      row('saved -> the answer holds the new words', measured.answered),
      row('renamed -> search names the new place only', measured.renamed),
      row('deleted -> search finds it no more', measured.deleted),
    ],
  }
}

function notesFor({ lexical }: Settings): string[] {
  return [
    `Search: ${lexical ? 'words alone' : 'the default, words and LSA fitted to the corpus'}. The embedded quoting answerer answers.`,
    'The clock starts when the file is written. Every second edit appends in place, the others write a new file beside and rename it, as editors do.',
    'The times hold the 60 ms in which the watcher waits for a file to come to rest, and the searches that poll for the change, which share the store with the update.',
    'The answer is asked for once, when search has found the new words: missed means that the sentence was found and another one quoted. A change that is not seen within 30 s is missed as well.',
  ]
}

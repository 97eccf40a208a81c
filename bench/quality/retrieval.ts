/** @file Retrieval quality on judged collections: what each part of the default pipeline adds to BM25. */
import path from 'node:path'
import { type Cell, type ResultTable, writeReport } from '../report.ts'
import { type Collection, collections } from './collections.ts'
import type { TemporaryKnowledge } from './corpus.ts'
import type { JudgedQuery } from './data.ts'
import { bootstrap, mean, ndcg, recall } from './metrics.ts'

/** Each arm is a way to search one and the same workspace. */
const arms = {
  BM25: { rescoring: false, dense: false, reranking: false },
  '+ rescoring': { rescoring: true, dense: false, reranking: false },
  '+ LSA': { rescoring: false, dense: true, reranking: false },
  'both, no selector': { reranking: false },
  all: {},
} as const

type Arm = keyof typeof arms
const armNames = Object.keys(arms) as Arm[]

type QueryScore = { ndcg10: number; recall5: number; recall100: number }

type SetResult = {
  set: string
  passages: number
  /** Embeddings are fitted from some size on; below it, the arms with them equal those without. */
  isFitted: boolean
  scores: Record<Arm, QueryScore[]>
}

/** BM25 as published for SciFact (Anserini, flat). */
const PUBLISHED_SCIFACT = 0.679

/**
 * `npm run bench -- retrieval [set ...] [--encoder FOLDER]`: without names, all sets that are for testing.
 * With an encoder in place of the fitted embeddings, tables are printed and not written.
 */
export async function run(options: string[]): Promise<void> {
  const names = options.filter((option) => option in collections)
  const chosen = names.length > 0 ? names : Object.keys(collections).filter(isForTesting)
  const at = options.indexOf('--encoder')
  const encoder = at === -1 ? undefined : options[at + 1]
  const results: SetResult[] = []
  for (const name of chosen) {
    results.push(await measure(await collections[name]!.load(), encoder))
    console.error(`${name}: ${armNames.map((arm) => `${arm} ${ndcgOf(results.at(-1)!, arm)}`)}`)
  }
  const tables = [ndcgTable(results), gainTable(results), recallTable(results)]
  writeReport({
    name: 'retrieval',
    title: 'Retrieval on judged collections',
    options,
    seeds: { bootstrap: 1, fit: 1 },
    quick: names.length > 0 || encoder !== undefined,
    tables: tables.map((table) => (encoder ? withEncoder(table, encoder) : table)),
    notes: notes(encoder),
    measurements: results.map(compact),
  })
}

/** A line of nDCG@10 for each arm, query by query, in the order of the set. */
function compact(result: SetResult): Record<string, string | boolean> {
  const lines = armNames.map((arm) => {
    const rounded = values(result, arm, 'ndcg10').map((value) => Number(value.toFixed(4)))
    return [arm, rounded.join(' ')] as const
  })
  return { set: result.set, isFitted: result.isFitted, ...Object.fromEntries(lines) }
}

/** The arm of the embeddings under the encoder's name. */
function withEncoder(table: ResultTable, encoder: string): ResultTable {
  const named = (column: string): string => column.replace('LSA', path.basename(encoder))
  return { ...table, columns: table.columns.map(named) }
}

function isForTesting(name: string): boolean {
  return !collections[name]!.forTuning
}

async function measure({ name, open, queries }: Collection, encoder?: string): Promise<SetResult> {
  const knowledge = await open(encoder ? { embedder: { folder: encoder } } : {})
  const { documents, embedder } = await knowledge.status()
  const scores = emptyScores()
  for (const query of queries)
    for (const arm of armNames) scores[arm].push(await score(query, arm, knowledge))
  await knowledge.close()
  return { set: name, passages: documents, isFitted: embedder !== null, scores }
}

function emptyScores(): SetResult['scores'] {
  return { BM25: [], '+ rescoring': [], '+ LSA': [], 'both, no selector': [], all: [] }
}

async function score(
  { query, relevant }: JudgedQuery,
  arm: Arm,
  knowledge: TemporaryKnowledge,
): Promise<QueryScore> {
  const chunks = await knowledge.search(query, { limit: 200, ...arms[arm] })
  // A document ranks where its best chunk does.
  const ranked = [...new Set(chunks.map(({ uri }) => uri.replace(/\.md$/, '')))]
  return {
    ndcg10: ndcg(ranked, relevant, 10),
    recall5: recall(ranked, relevant, 5),
    recall100: recall(ranked, relevant, 100),
  }
}

function values({ scores }: SetResult, arm: Arm, measure: keyof QueryScore): number[] {
  return scores[arm].map((scored) => scored[measure])
}

function ndcgOf(result: SetResult, arm: Arm): string {
  return mean(values(result, arm, 'ndcg10')).toFixed(4)
}

function ndcgTable(results: SetResult[]): ResultTable {
  const row = (result: SetResult): Cell[] => [
    result.set,
    result.scores.BM25.length,
    result.passages,
    ...armNames.map((arm) => ndcgOf(result, arm)),
  ]
  const means = armNames.map((arm) =>
    mean(results.map((result) => mean(values(result, arm, 'ndcg10')))).toFixed(4),
  )
  return {
    title: 'nDCG@10',
    columns: ['set', 'queries', 'documents', ...armNames],
    rows: [...results.map(row), ['mean of the sets', '', '', ...means]],
  }
}

/** Paired: the same queries with and without. */
function gains(result: SetResult, arm: Arm): number[] {
  const base = values(result, 'BM25', 'ndcg10')
  return values(result, arm, 'ndcg10').map((value, i) => value - base[i]!)
}

function gainTable(results: SetResult[]): ResultTable {
  const others = armNames.filter((arm) => arm !== 'BM25')
  const row = (result: SetResult): Cell[] => [
    result.set,
    ...others.map((arm) => {
      if (arm === '+ LSA' && !result.isFitted) return 'too small to fit'
      const { mean: gain, low, high } = bootstrap(gains(result, arm))
      return `${signed(gain)} (${signed(low)} to ${signed(high)})`
    }),
  ]
  const means = others.map((arm) => signed(mean(results.map((result) => mean(gains(result, arm))))))
  return {
    title: 'nDCG@10 against BM25 (95 % interval, paired by query)',
    columns: ['set', ...others],
    rows: [...results.map(row), ['mean of the sets', ...means]],
  }
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(4)}`
}

function recallTable(results: SetResult[]): ResultTable {
  const both = (['BM25', 'all'] as const).flatMap((arm) =>
    (['recall5', 'recall100'] as const).map((measure) => ({ arm, measure })),
  )
  return {
    title: 'Recall',
    columns: ['set', ...both.map(({ arm, measure }) => `${arm}, @${measure.slice(6)}`)],
    rows: results.map((result) => [
      result.set,
      ...both.map(({ arm, measure }) => mean(values(result, arm, measure)).toFixed(3)),
    ]),
  }
}

function notes(encoder?: string): string[] {
  const embeddings = encoder
    ? `the encoder ${path.basename(encoder)}`
    : 'from 800 chunks on, LSA fitted to the collection itself'
  return [
    "BM25 is the store's own: Postgres's English stemmer and stop words, which leave out question words, pronouns and auxiliaries.",
    `SciFact, BM25 as published by Anserini: ${PUBLISHED_SCIFACT}.`,
    `all is the default: rescoring and ${embeddings}, then the selector's ranking of the first 20 chunks.`,
    "The weights of rescoring and fusion were chosen on SciFact's training claims and SQuAD's training articles (sets scifact-train and squad-train), which the selector was trained on too, beside the questions about cloud.gov (set documentation-train); no set of the tables was used.",
    "Every passage is a file; a document ranks where its best chunk does. SQuAD: questions of held-out articles over the paragraphs of all articles. Documentation: questions in customers' words, the page that answers is to be found.",
    'Intervals: percentile bootstrap over queries.',
  ]
}

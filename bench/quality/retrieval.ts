/** @file Retrieval quality on judged collections: nDCG@10 and recall of the default pipeline. */
import { writeReport } from '../report.ts'
import { knowledgeOfPassages } from './corpus.ts'
import { clapnq, type Judged, pubmedqa, scifact, squad } from './data.ts'
import { bootstrap, mean, ndcg, recall } from './metrics.ts'

const sets: Record<string, () => Promise<Judged>> = {
  scifact: () => scifact('test'),
  squad: () => squad('test'),
  clapnq,
  pubmedqa,
}

export type RetrievalRow = {
  set: string
  queries: number
  passages: number
  ndcg10: number
  low: number
  high: number
  recall5: number
  recall100: number
}

/** BM25 as published for SciFact (Anserini, flat), the number to stay within .01 of. */
const PUBLISHED_SCIFACT = 0.679

/** `npm run bench -- retrieval [set ...]` */
export async function run(options: string[]): Promise<void> {
  const names = options.filter((option) => option in sets)
  const rows: RetrievalRow[] = []
  for (const name of names.length > 0 ? names : Object.keys(sets)) {
    rows.push(await measure(await sets[name]!()))
    console.error(`${name}: nDCG@10 ${rows.at(-1)!.ndcg10.toFixed(3)}`)
  }
  writeReport({
    name: 'retrieval',
    title: 'Retrieval on judged collections',
    options,
    seeds: { bootstrap: 1 },
    quick: names.length > 0,
    tables: [
      {
        title: 'Default pipeline (lexical leg, no embedder)',
        columns: [
          'set',
          'queries',
          'passages',
          'nDCG@10 (95 % interval)',
          'recall@5',
          'recall@100',
        ],
        rows: rows.map((row) => [
          row.set,
          row.queries,
          row.passages,
          `${row.ndcg10.toFixed(4)} (${row.low.toFixed(3)}-${row.high.toFixed(3)})`,
          row.recall5.toFixed(3),
          row.recall100.toFixed(3),
        ]),
      },
    ],
    notes: [
      `SciFact, BM25 as published by Anserini: ${PUBLISHED_SCIFACT}.`,
      'Every passage is a file; a document ranks where its best chunk does. SQuAD: questions of held-out articles over the paragraphs of all articles.',
      'Intervals: percentile bootstrap over queries.',
    ],
    measurements: rows,
  })
}

async function measure({ name, passages, queries }: Judged): Promise<RetrievalRow> {
  const knowledge = await knowledgeOfPassages(passages)
  const scores = { ndcg: [] as number[], recall5: [] as number[], recall100: [] as number[] }
  for (const { query, relevant } of queries) {
    const chunks = await knowledge.search(query, { limit: 200 })
    // A document ranks where its best chunk does.
    const ranked = [...new Set(chunks.map(({ uri }) => uri.replace(/\.md$/, '')))]
    scores.ndcg.push(ndcg(ranked, relevant, 10))
    scores.recall5.push(recall(ranked, relevant, 5))
    scores.recall100.push(recall(ranked, relevant, 100))
  }
  await knowledge.close()
  const { mean: ndcg10, low, high } = bootstrap(scores.ndcg)
  return {
    set: name,
    queries: queries.length,
    passages: passages.length,
    ndcg10,
    low,
    high,
    recall5: mean(scores.recall5),
    recall100: mean(scores.recall100),
  }
}

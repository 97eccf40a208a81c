/** @file Retrieval quality on judged collections: nDCG@10 and recall of the default pipeline. */
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

/** `npm run bench -- retrieval [set ...]` */
export async function run(options: string[]): Promise<void> {
  const names = options.filter((option) => option in sets)
  const rows: RetrievalRow[] = []
  for (const name of names.length > 0 ? names : Object.keys(sets)) {
    rows.push(await measure(await sets[name]!()))
    console.error(rows.at(-1))
  }
  console.table(rows)
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

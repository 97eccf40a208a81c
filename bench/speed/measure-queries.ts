/** @file Runs the same queries against any engine and summarises latency and what was found. */
import { type Latency, summariseLatency, timed } from '../timing.ts'
import type { SpeedQuery } from './queries.ts'

export type SearchOptions = {
  /** Only documents of this top-level folder. */
  collection?: string
}

/** Returns the documents of the ten best chunks, best first. */
export type Search = (query: string, options?: SearchOptions) => Promise<string[]>

export type QueryMeasure = {
  latency: Latency
  /** Share of sentence queries whose document is among the ten best chunks: that work was really done. */
  found: number
  /** Mean number of results: an engine that returns nothing is fast. */
  results: number
}

/** Queries run before the clock counts, to warm caches and compilers. */
const WARM_UP = 20

export async function measureQueries(
  search: Search,
  queries: SpeedQuery[],
  options: SearchOptions = {},
): Promise<QueryMeasure> {
  for (const { text } of queries.slice(0, WARM_UP)) await search(text, options)
  const milliseconds: number[] = []
  let results = 0
  let found = 0
  for (const { kind, text, document } of queries) {
    const { value, ms } = await timed(() => search(text, options))
    milliseconds.push(ms)
    results += value.length
    if (kind === 'sentence' && value.includes(document!)) found++
  }
  const sentences = queries.filter(({ kind }) => kind === 'sentence').length
  return {
    latency: summariseLatency(milliseconds),
    found: found / sentences,
    results: results / queries.length,
  }
}

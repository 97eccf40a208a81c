/** @file Retrieval: legs, fusion, and the found chunks with their text and explanation. */
import type { Database, Queryable } from '../../db/index.ts'
import type { Span } from '../parse/index.ts'
import type { DenseLeg } from './dense.ts'
import { type SearchFilter, type SqlFilter, toSqlFilter } from './filter.ts'
import { type Fusion, fittedFusion, fuse } from './fuse.ts'
import { rescoreLexical } from './lexical-score.ts'
import {
  type Candidate,
  type ChunkRow,
  type Hit,
  hydrate,
  searchCurrent,
  searchPast,
  wordWeights,
} from './queries.ts'
import { RERANKED, rerank } from './rerank.ts'
import { shippedSelector } from './selector.ts'
import { weighQuestion } from './term-weights.ts'
import type { LegScore, RetrievedChunk } from './types.ts'
import { words } from './words.ts'

export type RetrieveOptions = SearchFilter & {
  /** Chunks to return, best first. Default 10, at most 200. */
  limit?: number
  /** Default: interpolation, with the weight that suits the embedder. */
  fusion?: Fusion
  /** Whether BM25's candidates are ranked again by nearness, phrases and headings. Default true. */
  rescoring?: boolean
  /** Whether the best chunks are ranked again by their sentences. Default: unless an encoder took part. */
  reranking?: boolean
  /** Whether embeddings take part where there are any. Default true. */
  dense?: boolean
  signal?: AbortSignal
}

export type RetrieveParts = { db: Database; dense?: DenseLeg }

/** Candidates that each leg hands to fusion: beyond 100 the ranks no longer change the top 10. */
const CANDIDATES = 100
const MAX_LIMIT = 200
/** Postgres stems every word of a query: a pasted page is cut to what a question can be. */
const MAX_QUERY_CHARS = 4_000

/** The chunks that answer `query` best among those the reader may see. */
export async function retrieve(
  query: string,
  parts: RetrieveParts,
  options: RetrieveOptions = {},
): Promise<RetrievedChunk[]> {
  const { limit = 10, rescoring = true, signal } = options
  const wanted = clampLimit(limit)
  const text = query.slice(0, MAX_QUERY_CHARS).replaceAll('\0', ' ')
  const filter = toSqlFilter(options)
  const candidates = Math.max(CANDIDATES, wanted)
  const leg = options.dense === false ? undefined : parts.dense
  const fusion = options.fusion ?? leg?.fusion ?? fittedFusion
  // A real encoder ranks better than the selector does, which was trained without one.
  const reranking = options.reranking ?? fusion === fittedFusion
  // Vectors are kept for what is current; the past is searched by its words.
  const vector = filter.asOf === null ? await leg?.embed(text, signal) : undefined
  // One snapshot for all statements: a document replaced meanwhile is seen before or after, never between.
  const { chunks, idf } = await parts.db.snapshot(async (tx) => {
    const idf = await wordWeights(tx, [...new Set(words(text))])
    const found = await lexicalLeg(text, tx, filter, candidates)
    const lexical = rescoring ? rescoreLexical(text, found, idf.weights) : found
    const dense = leg && vector ? await leg.nearest(tx, vector, filter, candidates) : []
    const kept = reranking ? Math.max(wanted, RERANKED) : wanted
    const best = wanted === 0 ? [] : fuse(lexical, dense, fusion).slice(0, kept)
    const legs = { lexical: ranks(lexical, scores(found)), dense: ranks(dense) }
    return { chunks: await withText(best, legs, tx, filter), idf }
  })
  if (!reranking || chunks.length < 2) return chunks.slice(0, wanted)
  return rerank(chunks, weighQuestion(text, idf), await shippedSelector()).slice(0, wanted)
}

function clampLimit(limit: number): number {
  return Math.min(Math.max(Math.trunc(limit) || 0, 0), MAX_LIMIT)
}

async function lexicalLeg(
  query: string,
  db: Queryable,
  filter: SqlFilter,
  limit: number,
): Promise<Candidate[]> {
  if (filter.asOf === null) return await searchCurrent(db, query, filter, limit)
  // What is valid then and still now carries the same filter as a search of the present with `until`.
  const current = await searchCurrent(
    db,
    query,
    { ...filter, until: justAfter(filter.asOf) },
    limit,
  )
  const past = await searchPast(db, query, filter, limit)
  return [...current, ...past].sort((a, b) => b.score - a.score).slice(0, limit)
}

/** `until` excludes its moment, `asOf` includes it. */
function justAfter(iso: string): string {
  return new Date(new Date(iso).getTime() + 1).toISOString()
}

type Ranks = Map<number, LegScore>

function scores(hits: Hit[]): Map<number, number> {
  return new Map(hits.map(({ id, score }) => [id, score]))
}

/** Ranks in the order given, with the scores of `scored` where they differ from those ranked by. */
function ranks(hits: Hit[], scored?: Map<number, number>): Ranks {
  return new Map(
    hits.map(({ id, score }, index) => [id, { rank: index + 1, score: scored?.get(id) ?? score }]),
  )
}

async function withText(
  hits: Hit[],
  legs: { lexical: Ranks; dense: Ranks },
  db: Queryable,
  filter: SqlFilter,
): Promise<RetrievedChunk[]> {
  const rows = await hydrate(
    db,
    hits.map(({ id }) => id),
    filter,
  )
  const rowOf = new Map(rows.map((row) => [Number(row.chunkId), row]))
  return hits.flatMap(({ id, score }) => {
    const row = rowOf.get(id)
    if (!row) return []
    const lexical = legs.lexical.get(id)
    const dense = legs.dense.get(id)
    return [
      { ...toChunk(row), score, legs: { ...(lexical && { lexical }), ...(dense && { dense }) } },
    ]
  })
}

function toChunk(row: ChunkRow): Omit<RetrievedChunk, 'score' | 'legs'> {
  const sentences: Span[] = []
  for (let i = 0; i + 1 < row.sentences.length; i += 2) {
    sentences.push({ start: row.sentences[i]!, end: row.sentences[i + 1]! })
  }
  return {
    ...row,
    sentences,
    validFrom: row.validFrom.toISOString(),
    validTo: row.validTo?.toISOString() ?? null,
  }
}

/** @file Shapes that retrieval hands upward: found chunks, their explanation, evidence sentences. */
import type { Span } from '../parse/index.ts'

/** Where a piece of text stands: enough to cite it and to open the version it came from. */
export type SourceRef = {
  documentId: string
  versionId: string
  collection: string
  title: string
  /** File path relative to the added folder, URL, or the name given for standard input. */
  uri: string
  /** ISO time from which this version was the current one. */
  validFrom: string
  /** ISO time at which a newer version replaced it or it was removed; null while current. */
  validTo: string | null
}

/**
 * Rank (1 = best) and raw score of a chunk in one leg: BM25, which rescoring ranks anew; the cosine; the
 * probability that the selector gives its best sentence. Absent when the leg did not return it.
 */
export type LegScore = { rank: number; score: number }

export type RetrievedChunk = SourceRef &
  Span & {
    chunkId: string
    ordinal: number
    headingPath: string[]
    /** The stored text of the chunk: the version's text at [start, end). */
    text: string
    sentences: Span[]
    /** Falls with the rank; comparable within one query only. */
    score: number
    legs: { lexical?: LegScore; dense?: LegScore; selector?: LegScore }
  }

/** A quotable sentence, numbered from 1 in the order in which a model reads it. */
export type EvidenceSentence = SourceRef &
  Span & {
    number: number
    chunkId: string
    headingPath: string[]
    /** The exact substring of the stored version at [start, end). */
    text: string
    /** Estimated probability that the sentence answers the question. */
    relevance: number
  }

export type Evidence = {
  /** The query that was searched (after condensation). */
  query: string
  /** In reading order: grouped by source, sources by rank, sentences by position. */
  sentences: EvidenceSentence[]
  /** Sentence numbers by falling relevance. */
  ranking: number[]
  /** What the confidence was computed from, by name. */
  signals: Readonly<Record<string, number>>
  /** Calibrated probability that the best sentence answers the question. */
  confidence: number
  /** Whether the evidence clears the calibrated bar for answering at all. */
  sufficient: boolean
}

/** @file Evidence: the sentences of the found chunks that answer the question, and whether they do at all. */
import type { Queryable } from '../../db/index.ts'
import { answerability, type RankedSentence, signalsOf } from './answerability.ts'
import { wordWeights } from './queries.ts'
import { fusedShares } from './rerank.ts'
import {
  type JudgedChunk,
  type JudgedSentence,
  judge,
  type Selector,
  shippedSelector,
  sigmoid,
} from './selector.ts'
import { weighQuestion } from './term-weights.ts'
import type { Evidence, EvidenceSentence, RetrievedChunk } from './types.ts'
import { words } from './words.ts'

export type EvidenceOptions = {
  /** Sentences to hand on, best first. Default 24: what a small model reads in one go. */
  maxSentences?: number
  /** Told the chunks from which the sentences are chosen, best first, with the ranks of every leg. */
  onChunks?: (chunks: readonly RetrievedChunk[]) => void
}

/** Answers from here up; what that means on the development questions is in docs/models/selector.md. */
const ANSWER_BAR = 0.4

/** How far a sentence gains from the rank of its chunk; from .6 to 1.3 nothing changes on training questions. */
const PASSAGE_WEIGHT = 0.8
/** A chunk far down the list is behind, but not out of the question. */
const LEAST_SHARE = 1e-4

/** Ranks the sentences of the retrieved chunks (best chunk first). */
export async function selectEvidence(
  question: string,
  chunks: RetrievedChunk[],
  db: Queryable,
  { maxSentences = 24 }: EvidenceOptions = {},
): Promise<Evidence> {
  const asked = weighQuestion(question, await wordWeights(db, [...new Set(words(question))]))
  const selector = await shippedSelector()
  const all = rankSentences(judge(withShares(chunks), asked, selector))
  const ranked = all.slice(0, maxSentences)
  const ordered = readingOrder(ranked, chunks)
  const numberOf = new Map(ordered.map((sentence, index) => [sentence, index + 1]))
  const signals = signalsOf(all, asked)
  const confidence = answerability(signals, selector.answer)
  return {
    query: question,
    sentences: ordered.map((sentence, index) => toEvidence(sentence, index + 1, selector)),
    ranking: ranked.map((sentence) => numberOf.get(sentence)!),
    signals,
    confidence,
    sufficient: confidence >= ANSWER_BAR,
  }
}

export type EvidenceCandidate = RankedSentence & JudgedSentence & { chunk: RetrievedChunk }

/** All sentences, best first: what the selector says of each and what retrieval says of its chunk. */
export function rankSentences(judged: readonly JudgedChunk<RetrievedChunk>[]): EvidenceCandidate[] {
  return judged
    .flatMap(({ chunk, sentences }) => {
      const passage = chunk.score
      const gain = PASSAGE_WEIGHT * Math.log(Math.max(LEAST_SHARE, passage))
      return sentences.map((sentence) => ({
        ...sentence,
        chunk,
        passage,
        total: sentence.score + gain,
      }))
    })
    .sort((a, b) => b.total - a.total)
}

/** Scores as shares of the chance to hold the answer, also where the selector did not rank. */
function withShares(chunks: RetrievedChunk[]): RetrievedChunk[] {
  if (chunks.some(({ legs }) => legs.selector)) return chunks
  const shares = fusedShares(chunks)
  return chunks.map((chunk, i) => ({ ...chunk, score: shares[i]! }))
}

/** Sources by rank, within a source by position: the way a person would read them. */
function readingOrder(
  sentences: EvidenceCandidate[],
  chunks: RetrievedChunk[],
): EvidenceCandidate[] {
  const rank = new Map<string, number>()
  for (const { versionId } of chunks) if (!rank.has(versionId)) rank.set(versionId, rank.size)
  const order = ({ chunk }: EvidenceCandidate): number => rank.get(chunk.versionId)!
  return [...sentences].sort((a, b) => order(a) - order(b) || a.start - b.start)
}

function toEvidence(
  { chunk, start, end, text, total }: EvidenceCandidate,
  number: number,
  { relevance: { scale, bias } }: Selector,
): EvidenceSentence {
  const { ordinal, sentences, score, legs, ...place } = chunk
  return { ...place, number, start, end, text, relevance: sigmoid(scale * total + bias) }
}

/** @file Ranks the best chunks anew by what the selector thinks of their sentences. */
import type { Question } from './question.ts'
import { type JudgedChunk, judge, linearScore, type Selector, sigmoid } from './selector.ts'
import { featureNames } from './sentence-features.ts'
import type { RetrievedChunk } from './types.ts'

/** More are not worth their time: with 30, nDCG@10 is the same within .001 on all training sets. */
export const RERANKED = 20

/** What a chunk's best sentence is like counts too, except what is the same for all of a question. */
const sentenceNames = featureNames.slice(0, featureNames.indexOf('terms'))

/** In the order of the passage scorer's inputs. */
export const passageFeatureNames: readonly string[] = [
  'fused',
  'bm25',
  'best',
  'second',
  'sum',
  'siblings',
  'length',
  'rank',
  ...sentenceNames.map((name) => `best-${name}`),
]

/**
 * The first chunks in their new order, then the others. The scores of the former are shares of the chance
 * to hold the answer; those of the latter stay below.
 */
export function rerank(
  chunks: readonly RetrievedChunk[],
  question: Question,
  selector: Selector,
): RetrievedChunk[] {
  const ranked = rerankJudged(judge(chunks.slice(0, RERANKED), question, selector), selector)
  const floor = ranked.at(-1)?.chunk.score ?? 1
  return [
    ...ranked.map(({ chunk }) => chunk),
    ...chunks.slice(RERANKED).map((chunk) => ({ ...chunk, score: chunk.score * floor })),
  ]
}

/** Judged chunks in their new order, with their new scores. */
export function rerankJudged(
  judged: readonly JudgedChunk<RetrievedChunk>[],
  selector: Pick<Selector, 'passage'>,
): JudgedChunk<RetrievedChunk>[] {
  const shares = passageShares(judged, selector)
  return judged
    .map(({ chunk, sentences }, i) => ({ chunk: { ...chunk, score: shares[i]! }, sentences }))
    .sort((a, b) => b.chunk.score - a.chunk.score)
    .map(({ chunk, sentences }, i) => {
      const selector = { rank: i + 1, score: sigmoid(bestScore(sentences)) }
      return { chunk: { ...chunk, legs: { ...chunk.legs, selector } }, sentences }
    })
}

/** By chunk: its share of the chance that one of them holds the answer. */
function passageShares(
  judged: readonly JudgedChunk<RetrievedChunk>[],
  { passage }: Pick<Selector, 'passage'>,
): number[] {
  return softmax(passageFeatures(judged).map((features) => linearScore(passage, features)))
}

/** The same from fused scores alone, for chunks that were not ranked again. */
export function fusedShares(chunks: readonly RetrievedChunk[]): number[] {
  return softmax(chunks.map(({ score }) => SHARPNESS * score))
}

function softmax(scores: number[]): number[] {
  const top = Math.max(...scores)
  const parts = scores.map((score) => Math.exp(score - top))
  const total = parts.reduce((sum, part) => sum + part, 0)
  return parts.map((part) => part / total)
}

/** By chunk, in the order in which they were found. */
export function passageFeatures(judged: readonly JudgedChunk<RetrievedChunk>[]): Float64Array[] {
  const bestBm25 = Math.max(1e-9, ...judged.map(({ chunk }) => chunk.legs.lexical?.score ?? 0))
  const masses = judged.map(({ chunk }) => mass(chunk.score))
  const ofDocument = new Map<string, number>()
  for (const [i, { chunk }] of judged.entries())
    ofDocument.set(chunk.documentId, (ofDocument.get(chunk.documentId) ?? 0) + masses[i]!)
  return judged.map(({ chunk, sentences }, i) => {
    const [best, second] = [...sentences].sort((a, b) => b.score - a.score)
    return Float64Array.from([
      chunk.score * 5,
      ((chunk.legs.lexical?.score ?? 0) / bestBm25) * 5,
      (best?.score ?? NO_SCORE) / 3,
      (second?.score ?? NO_SCORE) / 3,
      logSum(sentences.map(({ score }) => score)) / 3,
      Math.log1p(ofDocument.get(chunk.documentId)! - masses[i]!),
      Math.min(1, chunk.text.length / LONG_CHUNK_CHARS),
      1 / (i + 1),
      ...sentenceNames.map((_, at) => best?.features[at] ?? 0),
    ])
  })
}

/** Of a chunk without sentences. */
const NO_SCORE = -10
const LONG_CHUNK_CHARS = 3_000

/** Chunks that were found nearly as well as the first count, those far behind hardly. */
function mass(fused: number): number {
  return Math.exp(SHARPNESS * (fused - 1))
}

/** Of fused scores, which lie between 0 and 1. */
const SHARPNESS = 8

function logSum(scores: number[]): number {
  if (scores.length === 0) return NO_SCORE
  return Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0))
}

function bestScore(sentences: { score: number }[]): number {
  return Math.max(NO_SCORE, ...sentences.map(({ score }) => score))
}

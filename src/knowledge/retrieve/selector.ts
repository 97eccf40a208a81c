/** @file The selector: a trained judgement of how likely a sentence answers a question (docs/models/selector.md). */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { assertHashes } from '../../models/index.ts'
import type { Question } from './question.ts'
import { type ChunkText, type DescribedSentence, describeSentences } from './sentence-features.ts'

/** A network with one hidden layer of rectified units. */
export type Network = {
  inputs: readonly string[]
  /** By unit: a weight for each input. */
  hidden: readonly (readonly number[])[]
  hiddenBias: readonly number[]
  output: readonly number[]
  outputBias: number
}

export type Linear = { inputs: readonly string[]; weights: readonly number[]; bias: number }

export type Selector = {
  /** Scores sentences. */
  sentence: Network
  /** Scores chunks, from their sentences and how they were found. */
  passage: Linear
  /** From a sentence's total to the probability that it answers. */
  relevance: { scale: number; bias: number }
  /** From what the best sentences look like to the probability that the question is answered. */
  answer: Linear
}

export type JudgedSentence = DescribedSentence & { score: number }
export type JudgedChunk<C extends ChunkText> = { chunk: C; sentences: JudgedSentence[] }

const folder = fileURLToPath(new URL('../../../assets/selector', import.meta.url))

let shipped: Promise<Selector> | undefined

/** The selector that comes with the package. @throws ModelFormatError `file_missing` | `hash_mismatch` */
export function shippedSelector(): Promise<Selector> {
  shipped ??= openSelector(folder)
  return shipped
}

/** Checks the hash of a folder's weights and reads them. @throws as `shippedSelector` */
export async function openSelector(from: string): Promise<Selector> {
  await assertHashes(from)
  return JSON.parse(await readFile(`${from}/weights.json`, 'utf8')) as Selector
}

/** Scores every sentence of the chunks by its words alone; how the chunks were found does not count. */
export function judge<C extends ChunkText>(
  chunks: readonly C[],
  question: Question,
  { sentence }: Pick<Selector, 'sentence'>,
): JudgedChunk<C>[] {
  return chunks.map((chunk) => ({
    chunk,
    sentences: describeSentences(chunk, question).map((described) => ({
      ...described,
      score: networkScore(sentence, described.features),
    })),
  }))
}

function networkScore(
  { hidden, hiddenBias, output, outputBias }: Network,
  features: Float64Array,
): number {
  let score = outputBias
  for (let unit = 0; unit < hidden.length; unit++) {
    const weights = hidden[unit]!
    let sum = hiddenBias[unit]!
    for (let i = 0; i < features.length; i++) sum += weights[i]! * features[i]!
    if (sum > 0) score += output[unit]! * sum
  }
  return score
}

export function linearScore({ weights, bias }: Linear, values: ArrayLike<number>): number {
  let sum = bias
  for (let i = 0; i < weights.length; i++) sum += weights[i]! * values[i]!
  return sum
}

export function sigmoid(score: number): number {
  return 1 / (1 + Math.exp(-score))
}

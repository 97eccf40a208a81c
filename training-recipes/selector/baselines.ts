/** @file What the selector is compared with: scores of a sentence that nothing was trained for. */
import type { Question } from '../../src/knowledge/retrieve/question.ts'
import {
  type DescribedSentence,
  type FeatureName,
  featureNames,
} from '../../src/knowledge/retrieve/sentence-features.ts'

/** `chunk` is the fused score with which the sentence's chunk was found. */
export type Baseline = (sentence: DescribedSentence, chunk: number, question: Question) => number

export const baselines: Record<string, Baseline> = {
  BM25: ({ features }) => of(features, 'frequency'),
  'idf-weighted overlap': ({ features }) => of(features, 'own'),
  'hand-set weights': handSet,
}

/** What ranked sentences before there was a selector. */
function handSet({ features }: DescribedSentence, chunk: number, question: Question): number {
  const figures = question.kinds.figure || question.kinds.date ? of(features, 'holds-figure') : 0
  return (
    of(features, 'own') +
    0.6 * of(features, 'heading') +
    0.5 * of(features, 'previous') +
    0.7 * chunk +
    0.5 * of(features, 'pairs') +
    0.8 * overlap(features, question) -
    0.15 * of(features, 'length') +
    0.25 * figures +
    of(features, 'section')
  )
}

/** Share of all words of the question; of content words their idf stands for their number. */
function overlap(features: Float64Array, { stems, contentWords }: Question): number {
  const functionWords = stems.size - contentWords
  const found = contentWords * of(features, 'own') + functionWords * of(features, 'function')
  return found / Math.max(1, stems.size)
}

function of(features: Float64Array, name: FeatureName): number {
  return features[featureNames.indexOf(name)]!
}

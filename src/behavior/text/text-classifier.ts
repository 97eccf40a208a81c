/**
 * @file A classifier of short texts: TF-IDF of words, word pairs and runs of characters, then multinomial
 * logistic regression. The baseline that a tuned model has to beat on intents.
 */
import { BehaviorError } from '../errors.ts'
import { toProbabilities, trainLogisticRegression } from './logistic-regression.ts'
import { fitTfIdf } from './tf-idf.ts'
import { characterRuns, wordRuns, wordsOf } from './words.ts'

export type LabelledText = { readonly text: string; readonly label: string }

export type Classification = { readonly label: string; readonly probability: number }

export type TextClassifier = {
  /** In the order of their first row. */
  readonly labels: readonly string[]
  readonly featureCount: number
  classify(text: string): Classification
  /** All labels, the likeliest first. */
  rank(text: string): Classification[]
}

export type ClassifierOptions = {
  /** Defaults (1e-5, 10, 4): chosen on a tenth of the training rows of BANKING77. */
  l2?: number
  epochs?: number
  learningRate?: number
  seed?: number
}

/** @throws {BehaviorError} `invalid_option` when there are not two labels to tell apart. */
export function trainTextClassifier(
  rows: readonly LabelledText[],
  { l2 = 1e-5, epochs = 10, learningRate = 4, seed = 1 }: ClassifierOptions = {},
): TextClassifier {
  const labels = [...new Set(rows.map(({ label }) => label))]
  requireTwo(labels)
  const corpus = rows.map(({ text }) => featuresOf(text))
  const tfIdf = fitTfIdf(corpus)
  const classOf = new Map(labels.map((label, at) => [label, at]))
  const model = trainLogisticRegression(
    {
      vectors: corpus.map((features) => tfIdf.vectorOf(features)),
      classes: rows.map(({ label }) => classOf.get(label)!),
      classCount: labels.length,
      featureCount: tfIdf.size,
    },
    { l2, epochs, learningRate, seed },
  )
  const rank = (text: string): Classification[] => {
    const probabilities = toProbabilities(model.logits(tfIdf.vectorOf(featuresOf(text))))
    return labels
      .map((label, at) => ({ label, probability: probabilities[at]! }))
      .sort((a, b) => b.probability - a.probability)
  }
  return { labels, featureCount: tfIdf.size, classify: (text) => rank(text)[0]!, rank }
}

function requireTwo(labels: readonly string[]): void {
  if (labels.length >= 2) return
  throw new BehaviorError('invalid_option', `a classifier needs two labels, got ${labels.length}`, {
    hint: 'Pass labelled texts of at least two classes.',
  })
}

/** Words and pairs carry topics; runs of characters within a word carry stems and survive misspelling. */
function featuresOf(text: string): string[] {
  const words = wordsOf(text)
  const features = wordRuns(words, 1, 2)
  for (const word of words)
    for (const run of characterRuns(` ${word} `, 3, 5)) features.push(`c:${run}`)
  return features
}

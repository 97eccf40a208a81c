import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../test/helpers/random.ts'
import { toProbabilities, trainLogisticRegression } from './logistic-regression.ts'
import { dampen, fitTfIdf, type SparseVector } from './tf-idf.ts'
import { characterRuns, wordRuns, wordsOf } from './words.ts'

describe('trainLogisticRegression', () => {
  it('ends where the gradient of loss and penalty is near zero', () => {
    const random = seededRandom(5)
    const vectors: SparseVector[] = Array.from({ length: 60 }, () => ({
      ids: Uint32Array.of(0, 1, 2),
      values: Float32Array.from({ length: 3 }, () => random.next() - 0.5),
    }))
    const classes = vectors.map(({ values }) => (values[0]! > 0.1 ? 0 : values[1]! > 0 ? 1 : 2))
    const l2 = 0.05
    const model = trainLogisticRegression(
      { vectors, classes, classCount: 3, featureCount: 3 },
      { l2, epochs: 2000, learningRate: 4, seed: 1 },
    )
    const gradient = Float64Array.from(model.weights, (weight) => l2 * weight)
    for (const [at, vector] of vectors.entries()) {
      const errors = toProbabilities(model.logits(vector))
      errors[classes[at]!]! -= 1
      for (const [i, id] of vector.ids.entries())
        for (let k = 0; k < 3; k++)
          gradient[id * 3 + k]! += (errors[k]! * vector.values[i]!) / vectors.length
    }
    expect(Math.max(...gradient.map(Math.abs))).toBeLessThan(1e-3)
    expect(Math.max(...model.weights.map(Math.abs))).toBeGreaterThan(0.3)
  })
})

describe('fitTfIdf', () => {
  const corpus = [
    ['a', 'b'],
    ['a', 'a', 'c'],
    ['a', 'b'],
  ]

  it('keeps what several texts have, the most frequent first', () => {
    expect(fitTfIdf(corpus).size).toBe(2)
    expect(fitTfIdf(corpus, { minTexts: 1, maxFeatures: 1 }).idsOf(['c', 'a', 'a'])).toEqual(
      Uint32Array.of(0, 0),
    )
  })

  it('weighs rare features more, repeated ones less than twice, to length 1', () => {
    const { vectorOf, rarity } = fitTfIdf(corpus)
    const { ids, values } = vectorOf(['b', 'a', 'a', 'unknown'])
    expect([...ids]).toEqual([0, 1])
    const weights = [dampen(2) * 1, 1 + Math.log(4 / 3)]
    expect([...rarity]).toEqual([1, 1 + Math.log(4 / 3)])
    expect(values[0]! / values[1]!).toBeCloseTo(weights[0]! / weights[1]!, 5)
    expect(Math.hypot(...values)).toBeCloseTo(1, 6)
    expect(vectorOf(['unknown']).ids.length).toBe(0)
  })
})

describe('words and runs', () => {
  it('keeps apostrophes in words and drops other marks', () => {
    expect(wordsOf("Don’t stop — it's 3 o'clock, café!")).toEqual([
      "don't",
      'stop',
      "it's",
      '3',
      "o'clock",
      'café',
    ])
  })

  it('lists runs of words and of characters', () => {
    expect(wordRuns(['a', 'b', 'c'], 1, 2)).toEqual(['a', 'b', 'c', 'a b', 'b c'])
    expect(characterRuns('abcd', 3, 5)).toEqual(['abc', 'bcd', 'abcd'])
  })
})

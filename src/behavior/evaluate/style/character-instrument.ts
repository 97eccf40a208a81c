/** @file Instrument A: logistic regression of house against neutral over TF-IDF of character runs. */
import { trainLogisticRegression } from '../../text/logistic-regression.ts'
import { dampen, fitTfIdf } from '../../text/tf-idf.ts'
import type { Instrument } from './instrument.ts'
import type { Profile } from './profile.ts'

const MAX_FEATURES = 10_000
const EPOCHS = 30
const LEARNING_RATE = 4

/** Scores are log-odds of the house. */
export function fitCharacterInstrument(
  house: readonly Profile[],
  neutral: readonly Profile[],
  seed: number,
): Instrument {
  const texts = [...neutral, ...house]
  const tfIdf = fitTfIdf(
    texts.map(({ runs }) => runs),
    { maxFeatures: MAX_FEATURES },
  )
  const model = trainLogisticRegression(
    {
      vectors: texts.map(({ runs }) => tfIdf.vectorOf(runs)),
      classes: texts.map((_, at) => (at < neutral.length ? 0 : 1)),
      classCount: 2,
      featureCount: tfIdf.size,
    },
    // A penalty of one text's weight, as in C = 1.
    { l2: 1 / texts.length, epochs: EPOCHS, learningRate: LEARNING_RATE, seed },
  )
  const towardsHouse = Float64Array.from(
    tfIdf.rarity,
    (_, id) => model.weights[2 * id + 1]! - model.weights[2 * id]!,
  )
  const offset = model.bias[1]! - model.bias[0]!
  const idsOf = memoise(({ runs }: Profile) => tfIdf.idsOf(runs))
  return {
    score(bundle) {
      const counts = new Uint32Array(tfIdf.size)
      for (const profile of bundle) for (const id of idsOf(profile)) counts[id]! += 1
      return offset + project(counts, tfIdf.rarity, towardsHouse)
    },
  }
}

/** The product of a direction and the TF-IDF vector of the counts, brought to length 1. */
function project(counts: Uint32Array, rarity: Float64Array, direction: Float64Array): number {
  let [product, square] = [0, 0]
  for (let id = 0; id < counts.length; id++) {
    const count = counts[id]!
    if (count === 0) continue
    const weight = dampen(count) * rarity[id]!
    product += weight * direction[id]!
    square += weight * weight
  }
  return product / (Math.sqrt(square) || 1)
}

function memoise<Key extends object, Value>(compute: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, Value>()
  return (key) => {
    const found = known.get(key) ?? compute(key)
    known.set(key, found)
    return found
  }
}

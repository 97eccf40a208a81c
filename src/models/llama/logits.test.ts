import { describe, expect, it } from 'vitest'
import { fixturePath, readFixture } from '../../../test/fixtures/engine/read-fixture.ts'
import { compile } from '../../autodiff/index.ts'
import { type TensorData, tensorData } from '../../onnx/index.ts'
import { type LanguageModel, openLanguageModel, scoringGraph } from './index.ts'

/** Made by test/fixtures/engine/make-model-fixtures.py; `logits` is [tokens, vocabulary]. */
type Reference = { tokens: number[]; logits: number[] }

const references = readFixture<Record<string, Reference[]>>('logits.json')

describe.each(Object.entries(references))('the scores of %s', (name, sequences) => {
  it('are those of transformers, for every token behind every position', async () => {
    const scores = await scoresOf(
      name,
      sequences.map((sequence) => [sequence]),
    )
    expect(largestDifference(scores, sequences)).toBeLessThan(1e-4)
  })

  it('do not change when the sequences share one row', async () => {
    const scores = await scoresOf(name, [sequences.toReversed()])
    expect(largestDifference(scores, sequences.toReversed())).toBeLessThan(1e-4)
  })
})

function largestDifference(scores: Float32Array, sequences: Reference[]): number {
  const expected = sequences.flatMap(({ tokens, logits }) =>
    negativeLogProbabilities(logits, logits.length / tokens.length),
  )
  expect(scores.length).toBe(expected.length)
  return scores.reduce((most, score, i) => Math.max(most, Math.abs(score - expected[i]!)), 0)
}

function negativeLogProbabilities(logits: number[], vocabulary: number): number[] {
  return Array.from({ length: logits.length / vocabulary }, (_, row) => {
    const part = logits.slice(row * vocabulary, (row + 1) * vocabulary)
    const total = Math.log(part.reduce((sum, logit) => sum + Math.exp(logit), 0))
    return part.map((logit) => total - logit)
  }).flat()
}

/** One loss for each position and each token that could follow, from a model of the fixtures. */
async function scoresOf(name: string, rows: readonly Reference[][]): Promise<Float32Array> {
  const model = await openLanguageModel(fixturePath(`models/${name}`))
  try {
    const { shape, feeds } = batch(rows, model.config.vocabSize)
    const session = await compile(scoringGraph({ config: model.config, shape }))
    try {
      const { losses } = await session.run({ ...(await weightsOf(model)), ...feeds })
      return losses!.data as Float32Array
    } finally {
      await session.close()
    }
  } finally {
    await model.close()
  }
}

async function weightsOf({ weights }: LanguageModel): Promise<Record<string, TensorData>> {
  const feeds: Record<string, TensorData> = {}
  for (const name of weights.tensors.keys()) {
    const { shape, data } = await weights.read(name)
    feeds[name] = tensorData('float32', shape, data)
  }
  return feeds
}

/** Sequences behind each other in each row. Rows end in padding with a segment of its own. */
function batch(
  rows: readonly Reference[][],
  vocabulary: number,
): {
  shape: { rows: number; length: number; positions: number }
  feeds: Record<string, TensorData>
} {
  const padding = 2
  const lengths = rows.map((row) => row.reduce((sum, { tokens }) => sum + tokens.length, 0))
  const length = Math.max(...lengths) + padding
  const tokens = new BigInt64Array(rows.length * length)
  const positions = new BigInt64Array(tokens.length)
  const segments = new Int32Array(tokens.length).fill(-1)
  const used: number[] = []
  rows.forEach((row, r) => {
    let at = r * length
    row.forEach((sequence, segment) => {
      for (const [position, token] of sequence.tokens.entries()) {
        tokens[at] = BigInt(token)
        positions[at] = BigInt(position)
        segments[at] = segment
        used.push(at++)
      }
    })
  })
  const trained = used.flatMap((at) => Array.from({ length: vocabulary }, () => BigInt(at)))
  const labels = trained.map((_, i) => BigInt(i % vocabulary))
  const size = [rows.length, length]
  return {
    shape: { rows: rows.length, length, positions: trained.length },
    feeds: {
      tokens: tensorData('int64', size, tokens),
      positions: tensorData('int64', size, positions),
      segments: tensorData('int32', size, segments),
      trained: tensorData('int64', [trained.length], BigInt64Array.from(trained)),
      labels: tensorData('int64', [labels.length], BigInt64Array.from(labels)),
    },
  }
}

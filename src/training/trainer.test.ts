import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomExamples, writeTinyModel } from '../../test/engine/tiny-training.ts'
import { openLanguageModel } from '../models/index.ts'
import { type Batch, fillBatch } from './batch.ts'
import { collectExamples, trainedCount } from './examples.ts'
import { initializeLora } from './initialize.ts'
import { loadTrainable, loraShape } from './trainable-model.ts'
import { createTrainer, decayRanges } from './trainer.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'graft-trainer-'))
const set = collectExamples(randomExamples(3, 6))
const examples = [0, 1, 2, 3, 4, 5]
const trained = examples.reduce((sum, i) => sum + trainedCount(set, i), 0)
const method = {
  type: 'lora',
  rank: 2,
  alpha: 4,
  dropout: 0,
  rankStabilized: false,
  targets: ['q_proj', 'v_proj', 'down_proj'],
} as const

beforeAll(() => writeTinyModel(folder))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const batch = (rows: number[][], length: number, lossWeight = 1 / trained): Batch => {
  const positions = rows.flat().reduce((sum, i) => sum + trainedCount(set, i), 0) + 2
  return fillBatch(set, { rows, shape: { rows: rows.length, length, positions } }, lossWeight)
}

/** The loss and the gradients of one step: its first moment is a tenth of the gradient. */
async function gradientsOf(
  batches: Batch[],
  { dropout = 0, recompute = false, seed = 1 } = {},
): Promise<{ loss: number; gradients: Float32Array }> {
  const source = await openLanguageModel(folder)
  const model = await loadTrainable(source, loraShape({ ...method, dropout }))
  initializeLora(model.parameters, model.values, 5)
  // B too, or A has no gradient.
  for (const [i, value] of model.values.entries())
    if (value === 0) model.values[i] = Math.sin(i) / 9
  const trainer = createTrainer(model, {
    adamw: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
    clipNorm: 0,
    recompute,
    seed,
    session: { threads: 1 },
  })
  const { loss } = await trainer.step(batches, { step: 1, rate: 0 })
  await trainer.close()
  await source.close()
  return { loss, gradients: trainer.state.first.map((value) => value * 10) }
}

function expectSame(
  a: { loss: number; gradients: Float32Array },
  b: { loss: number; gradients: Float32Array },
): void {
  expect(Math.abs(a.loss - b.loss) / b.loss).toBeLessThan(1e-5)
  const scale = b.gradients.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  expect(scale).toBeGreaterThan(0.01)
  const distance = a.gradients.reduce(
    (most, v, i) => Math.max(most, Math.abs(v - b.gradients[i]!)),
    0,
  )
  expect(distance / scale).toBeLessThan(1e-5)
}

const oneEach = (rows: number[]): number[][] => rows.map((i) => [i])

describe('a step', () => {
  it('has the loss and gradients of padded rows when examples are packed', async () => {
    const padded = await gradientsOf([batch(oneEach(examples), 16)])
    const packed = await gradientsOf([
      batch(
        [
          [0, 1, 2, 3],
          [4, 5],
        ],
        64,
      ),
    ])
    expectSame(packed, padded)
  })

  it('has the loss and gradients of one large batch when it adds up unequal ones', async () => {
    const large = await gradientsOf([batch(oneEach(examples), 16)])
    const parts = [batch([[0]], 16), batch([[1], [2]], 16), batch([[3, 4, 5]], 48)]
    expectSame(await gradientsOf(parts), large)
  })

  it('has the same loss and gradients when layers are computed again', async () => {
    const kept = await gradientsOf([batch(oneEach(examples), 16)], { dropout: 0.3 })
    const again = await gradientsOf([batch(oneEach(examples), 16)], {
      dropout: 0.3,
      recompute: true,
    })
    expectSame(again, kept)
  })

  it('drops other values with another seed, and none without dropout', async () => {
    const rows = [batch(oneEach(examples), 16)]
    const [first, second, without] = [
      await gradientsOf(rows, { dropout: 0.3 }),
      await gradientsOf(rows, { dropout: 0.3, seed: 2 }),
      await gradientsOf(rows),
    ]
    expect(first.loss).not.toBe(second.loss)
    expect(first.loss).not.toBe(without.loss)
  })

  it('changes nothing when it is ended between two batches', async () => {
    const source = await openLanguageModel(folder)
    const model = await loadTrainable(source, loraShape(method))
    initializeLora(model.parameters, model.values, 5)
    const before = model.values.slice()
    const trainer = createTrainer(model, {
      adamw: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 },
      clipNorm: 1,
      recompute: false,
      seed: 1,
      session: { threads: 1 },
    })
    const controller = new AbortController()
    function* batches(): Generator<Batch> {
      yield batch([[0]], 16)
      controller.abort()
      yield batch([[1]], 16)
    }
    const { signal } = controller
    await expect(trainer.step(batches(), { step: 1, rate: 1, signal })).rejects.toThrow('aborted')
    expect(model.values).toEqual(before)
    expect(trainer.state.first.every((value) => value === 0)).toBe(true)
    await trainer.close()
    await source.close()
  })
})

describe('decayRanges', () => {
  it('joins neighbours, and leaves out norms and biases', () => {
    const parameters = [
      { name: 'a', shape: [2, 3], offset: 0, size: 6 },
      { name: 'b', shape: [1, 4], offset: 6, size: 4 },
      { name: 'norm', shape: [3], offset: 10, size: 3 },
      { name: 'c', shape: [2, 2], offset: 13, size: 4 },
    ]
    expect(decayRanges(parameters)).toEqual([
      { start: 0, end: 10, decays: true },
      { start: 10, end: 13, decays: false },
      { start: 13, end: 17, decays: true },
    ])
  })
})

/** @file Ten steps beside PyTorch and PEFT, from test/fixtures/engine/make-model-fixtures.py. */
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readFixture } from '../../test/fixtures/engine/read-fixture.ts'
import { loraA, loraB, openLanguageModel, readPeftAdapter } from '../models/index.ts'
import { fillBatch } from './batch.ts'
import { collectExamples, exampleCount, trainedCount } from './examples.ts'
import { copyAdapter } from './initialize.ts'
import { bucketLength } from './layout.ts'
import type { LoraSettings } from './options.ts'
import { loadTrainable, loraShape, type TrainableModel } from './trainable-model.ts'
import { createTrainer, type Trainer, type TrainerOptions } from './trainer.ts'

type Row = { tokens: number[]; trained: number[] }
type ReferenceStep = {
  learningRate: number
  /** Rows of each micro-batch. */
  batches: Row[][]
  loss: number
  gradientNorm: number
}
type Reference = {
  base: string
  weightDecay: number
  clipNorm: number
  steps: ReferenceStep[]
}
type LoraReference = Reference & {
  name: string
  start: string
  end: string
  rank: number
  alpha: number
  rankStabilized: boolean
}
type FullReference = Reference & { changes: Record<string, { sum: number; norm: number }> }

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../test/fixtures/engine/${name}`, import.meta.url))

describe.each(readFixture<LoraReference[]>('lora-steps.json'))(
  'ten LoRA steps: $name',
  (reference) => {
    const method: LoraSettings = {
      type: 'lora',
      rank: reference.rank,
      alpha: reference.alpha,
      rankStabilized: reference.rankStabilized,
      dropout: 0,
      targets: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
    }

    it.each([
      { layout: 'padded', recompute: false, tolerance: 1e-4 },
      // Sums in another order: where a gradient is near zero, AdamW's division makes its rounding visible.
      { layout: 'packed', recompute: true, tolerance: 3e-4 },
    ] as const)('have the losses, norms and matrices of PEFT ($layout rows)', async (way) => {
      const source = await openLanguageModel(fixture(`models/${reference.base}`))
      const model = await loadTrainable(source, loraShape(method))
      copyAdapter(model.parameters, model.values, await readPeftAdapter(fixture(reference.start)))
      await follow(model, reference, way)

      const { modules } = await readPeftAdapter(fixture(reference.end))
      const expected = new Map(
        modules.flatMap(({ module, a, b }) => [
          [loraA(module), a],
          [loraB(module), b],
        ]),
      )
      expect(expected.size).toBe(model.parameters.length)
      for (const { name, offset, size } of model.parameters)
        expect(
          relativeDistance(model.values.subarray(offset, offset + size), expected.get(name)!),
          name,
        ).toBeLessThan(way.tolerance)
      await source.close()
    })
  },
)

describe('steps on all weights', () => {
  it('have the losses and norms of PyTorch, and change the weights as much', async () => {
    const reference = readFixture<FullReference>('full-steps.json')
    const source = await openLanguageModel(fixture(`models/${reference.base}`))
    const model = await loadTrainable(source)
    const before = model.values.slice()
    await follow(model, reference, { layout: 'padded', recompute: false })
    for (const { name, offset, size } of model.parameters) {
      const change = model.values
        .subarray(offset, offset + size)
        .map((v, i) => v - before[offset + i]!)
      const { sum, norm } = reference.changes[name]!
      expect(Math.abs(Math.hypot(...change) - norm) / norm, name).toBeLessThan(1e-3)
      expect(
        Math.abs(change.reduce((a, b) => a + b) - sum) / (norm * size ** 0.5),
        name,
      ).toBeLessThan(1e-3)
    }
    await source.close()
  })
})

type Way = { layout: 'padded' | 'packed' } & Pick<TrainerOptions, 'recompute'>

/** Takes the reference's steps and compares what each reports. */
async function follow(model: TrainableModel, reference: Reference, way: Way): Promise<void> {
  const { weightDecay, clipNorm } = reference
  const trainer = createTrainer(model, {
    adamw: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay },
    clipNorm,
    recompute: way.recompute,
    seed: 0,
    session: { threads: 1 },
  })
  for (const [index, step] of reference.steps.entries()) {
    const { loss, gradientNorm } = await takeStep(trainer, step, { index, layout: way.layout })
    expect(Math.abs(loss - step.loss) / step.loss, `loss ${index}`).toBeLessThan(1e-4)
    expect(
      Math.abs(gradientNorm - step.gradientNorm) / step.gradientNorm,
      `norm ${index}`,
    ).toBeLessThan(1e-4)
  }
  await trainer.close()
}

function takeStep(
  trainer: Trainer,
  { batches, learningRate }: ReferenceStep,
  { index, layout }: { index: number; layout: Way['layout'] },
) {
  const sets = batches.map((rows) =>
    collectExamples(rows.map(({ tokens, trained }) => ({ tokens, mask: trained }))),
  )
  const examplesOf = (set: (typeof sets)[number]) =>
    Array.from({ length: exampleCount(set) }, (_, i) => i)
  const counts = sets.map((set) =>
    examplesOf(set).reduce((sum, i) => sum + trainedCount(set, i), 0),
  )
  const trained = counts.reduce((a, b) => a + b)
  const filled = sets.map((set, i) => {
    const all = examplesOf(set)
    const longest = Math.max(...batches[i]!.map(({ tokens }) => tokens.length))
    const rows = layout === 'packed' ? [all] : all.map((example) => [example])
    const length = layout === 'packed' ? set.tokens.length + 5 : bucketLength(longest)
    // Three positions more than are trained: they must not count.
    const shape = { rows: rows.length, length, positions: counts[i]! + 3 }
    return fillBatch(set, { rows, shape }, 1 / trained)
  })
  return trainer.step(filled, { step: index + 1, rate: learningRate })
}

/** The largest difference, as a share of the largest value. */
function relativeDistance(values: Float32Array, expected: Float32Array): number {
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return values.reduce((most, v, i) => Math.max(most, Math.abs(v - expected[i]!)), 0) / scale
}

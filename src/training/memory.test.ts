import { describe, expect, it } from 'vitest'
import { tinyConfig } from '../../test/engine/tiny-training.ts'
import { type MemoryOptions, planMemory } from './memory.ts'

/** SmolLM2-135M with LoRA of rank 8, four rows of 256 tokens. */
const options: MemoryOptions = {
  config: {
    ...tinyConfig,
    vocabSize: 49_152,
    hiddenSize: 576,
    intermediateSize: 1536,
    layerCount: 30,
    headCount: 9,
    kvHeadCount: 3,
    headDim: 64,
  },
  weights: 134_515_008,
  trained: 2_442_240,
  isLora: true,
  shape: { rows: 4, length: 256, positions: 256 },
  arrays: 3,
}

describe('planMemory', () => {
  it('keeps activations where they fit', () => {
    expect(planMemory(options, 'auto', 8e9)).toMatchObject({ recompute: false, warnings: [] })
  })

  it('computes them again where they do not', () => {
    const plan = planMemory(options, 'auto', 1.6e9)
    expect(plan).toMatchObject({ recompute: true, warnings: [] })
    expect(plan.bytes).toBeLessThan(1.6e9)
  })

  it('warns where that does not fit either, and when the caller decides otherwise', () => {
    expect(planMemory(options, 'auto', 0.9e9).warnings).toEqual([
      expect.stringMatching(/may need 1\.\d GB of memory, 0.9 GB are free: make batches smaller/),
    ])
    expect(planMemory(options, false, 1.6e9).warnings).toEqual([
      expect.stringMatching(/set recompute/),
    ])
  })

  it('refuses where not even the weights fit', () => {
    expect(() => planMemory(options, 'auto', 0.5e9)).toThrow(
      expect.objectContaining({
        code: 'not_enough_memory',
        message: expect.stringContaining('0.5 GB'),
      }),
    )
  })
})

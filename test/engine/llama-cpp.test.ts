/** @file What Graft exports gives the same probabilities in llama.cpp: base models and adapters. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  copyFixtureModel,
  type FixtureModelName,
  fixturePrefixes,
  fixtureSequences,
  graftProbabilities,
  largestDifference,
  writeAdapterGguf,
} from '../../bench/engine/fixture-models.ts'
import { isLlamaCppInstalled, llamaCppProbabilities } from '../../bench/engine/llama-cpp-peer.ts'
import { writeRandomGguf } from '../../bench/engine/random-model.ts'
import { train } from '../../src/training/index.ts'
import { fixturePath } from '../fixtures/engine/read-fixture.ts'
import { randomExamples } from './tiny-training.ts'

const isInstalled = isLlamaCppInstalled()
if (!isInstalled)
  console.warn(
    'SKIPPED: exports are not compared with llama.cpp. Install it with `npm run bench -- install-llama-cpp`.',
  )

/** Seen: 1.5e-6 in float32; 3.6e-3 in float16, which rounds weights and what they are multiplied with. */
const tolerances = { f32: 1e-5, f16: 5e-3 } as const
const precisions = ['f32', 'f16'] as const

describe.skipIf(!isInstalled)('llama.cpp', () => {
  let home: string
  beforeAll(async () => {
    home = await mkdtemp(path.join(os.tmpdir(), 'graft-llama-cpp-'))
  })
  afterAll(() => rm(home, { recursive: true }))

  describe.each(['llama', 'llama3', 'qwen2', 'qwen3'] as const)('with the model %s', (name) => {
    it.each(precisions)('in %s expects what transformers does', async (precision) => {
      const model = await copyModel(name)
      const file = `${model}-${precision}.gguf`
      await writeRandomGguf(file, model, precision)
      const found = await llamaCppProbabilities(file, {
        sequences: fixturePrefixes(name),
        threads: 1,
      })
      expect(largestDifference(found, referenceProbabilities(name))).toBeLessThan(
        tolerances[precision],
      )
    })
  })

  it.each([
    { name: 'llama', adapter: 'adapters/llama-end' },
    { name: 'qwen3', adapter: 'adapters/qwen3-rslora-end' },
  ] as const)('with the PEFT adapter of $adapter expects what Graft does', async (one) => {
    await expectSame(one.name, fixturePath(one.adapter))
  })

  it('with an adapter that was just trained expects what Graft does', async () => {
    const { path: adapter } = await train({
      model: await copyModel('llama'),
      output: path.join(home, 'trained'),
      examples: randomExamples(1, 16),
      steps: 10,
      learningRate: 1e-2,
      threads: 1,
    })
    await expectSame('llama', adapter)
  })

  /** The folder of a fixture that has a tokenizer. */
  async function copyModel(name: FixtureModelName): Promise<string> {
    const folder = path.join(home, name)
    await copyFixtureModel(name, folder)
    return folder
  }

  /** Also that the adapter moves Graft far more than llama.cpp may be away: one left out would be seen. */
  async function expectSame(name: FixtureModelName, adapter: string): Promise<void> {
    const model = await copyModel(name)
    const sequences = fixturePrefixes(name)
    const { base, adapted } = await graftProbabilities(model, { adapter, sequences })
    expect(largestDifference(base, adapted)).toBeGreaterThan(10 * tolerances.f16)
    for (const precision of precisions) {
      const file = `${model}-${precision}.gguf`
      const lora = `${model}-${precision}-lora.gguf`
      await writeRandomGguf(file, model, precision)
      await writeAdapterGguf(lora, { model, adapter, precision })
      const found = await llamaCppProbabilities(file, { sequences, lora, threads: 1 })
      expect(largestDifference(found, adapted)).toBeLessThan(tolerances[precision])
    }
  }
})

/** The softmax of transformers' logits, one vector for every position. */
function referenceProbabilities(name: FixtureModelName): number[][] {
  return fixtureSequences[name].flatMap(({ tokens, logits }) => {
    const vocabulary = logits.length / tokens.length
    return tokens.map((_, position) => {
      const row = logits.slice(position * vocabulary, (position + 1) * vocabulary)
      const powers = row.map((logit) => Math.exp(logit))
      const total = powers.reduce((sum, power) => sum + power, 0)
      return powers.map((power) => power / total)
    })
  })
}

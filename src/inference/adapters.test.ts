import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fixturePath } from '../../test/fixtures/engine/read-fixture.ts'
import {
  type LanguageModel,
  type LoraAdapter,
  type LoraModule,
  type LoraTarget,
  loraScale,
  loraSites,
  loraTargets,
  openLanguageModel,
  writeModelConfig,
  writeSafetensorsFolder,
} from '../models/index.ts'
import { mulberry32 } from '../util/random.ts'
import { createAdapterStack, type PreparedAdapter, prepareAdapter } from './adapters.ts'
import { type Decoder, openDecoder } from './decoder.ts'
import type { InferenceErrorCode } from './errors.ts'

const tokens = [5, 80, 33, 12, 200]
const code = (name: InferenceErrorCode) => expect.objectContaining({ code: name })

let model: LanguageModel
let decoder: Decoder
let adapters: Record<'wide' | 'narrow' | 'mixed', LoraAdapter>
let prepared: Record<'wide' | 'narrow' | 'mixed', PreparedAdapter>
const folders: string[] = []

beforeAll(async () => {
  model = await openLanguageModel(fixturePath('models/llama'))
  decoder = await openDecoder(model, { contextTokens: 128 })
  await decoder.enableAdapters()
  decoder.cache.resize(4, 64)
  adapters = {
    wide: randomAdapter(loraTargets, { seed: 1, rankOf: () => 8 }),
    narrow: randomAdapter(['q_proj', 'down_proj'], { seed: 2, rankOf: () => 2 }),
    mixed: randomAdapter(['v_proj', 'gate_proj', 'up_proj'], {
      seed: 3,
      rankOf: (module) => (module.endsWith('v_proj') ? 3 : 5),
      rankStabilized: true,
    }),
  }
  prepared = {
    wide: prepare(adapters.wide),
    narrow: prepare(adapters.narrow),
    mixed: prepare(adapters.mixed),
  }
})
afterAll(async () => {
  await decoder.close()
  await model.close()
  for (const folder of folders) await rm(folder, { recursive: true })
})

function randomAdapter(
  targets: readonly LoraTarget[],
  {
    seed,
    rankOf,
    rankStabilized = false,
  }: { seed: number; rankOf: (module: string) => number; rankStabilized?: boolean },
): LoraAdapter {
  const next = mulberry32(seed)
  const values = (size: number) => Float32Array.from({ length: size }, () => next() - 0.5)
  const modules = loraSites(model.config, targets).map(
    ({ module, inFeatures, outFeatures }): LoraModule => {
      const rank = rankOf(module)
      const a = values(rank * inFeatures)
      const b = values(outFeatures * rank)
      return { module, rank, alpha: 1.5, inFeatures, outFeatures, a, b }
    },
  )
  const rank = modules[0]!.rank
  return { rank, alpha: 1.5, dropout: 0, rankStabilized, targetModules: [...targets], modules }
}

const prepare = (adapter: LoraAdapter): PreparedAdapter =>
  prepareAdapter('test', adapter, decoder.adapterGroups)

/** The same tokens once per adapter, as one batch; the last token's logits of each. */
async function logitsWith(
  used: readonly (PreparedAdapter | undefined)[],
  run: Decoder = decoder,
): Promise<Float32Array[]> {
  const { vocabSize } = run
  const logits = await run.run({
    firstSlot: 0,
    tokens: used.map(() => tokens),
    starts: used.map(() => 0),
    adapters: used,
    wanted: used.map((_, i) => (i + 1) * tokens.length - 1),
  })
  return used.map((_, i) => logits.slice(i * vocabSize, (i + 1) * vocabSize))
}

/** The logits of a model whose weights hold the adapter's change. */
async function logitsOfMerged(adapter: LoraAdapter): Promise<Float32Array> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'graft-merged-'))
  folders.push(folder)
  const modules = new Map(adapter.modules.map((module) => [`${module.module}.weight`, module]))
  const names = [...model.weights.tensors.keys()]
  const tensors = names.map((name) => ({
    name,
    dtype: 'F32' as const,
    shape: [...model.weights.tensors.get(name)!.shape],
    data: async () => {
      const { data } = await model.weights.read(name)
      const module = modules.get(name)
      return module ? merged(data, module, adapter.rankStabilized) : data
    },
  }))
  await writeModelConfig(folder, model.config)
  await writeSafetensorsFolder(folder, tensors)
  const other = await openLanguageModel(folder)
  const run = await openDecoder(other, { contextTokens: 128 })
  run.cache.resize(1, 64)
  const [logits] = await logitsWith([undefined], run)
  await run.close()
  await other.close()
  return logits!
}

function merged(weight: Float32Array, module: LoraModule, rankStabilized: boolean): Float32Array {
  const { rank, inFeatures, a, b } = module
  const scale = loraScale(module, rankStabilized)
  return weight.map((value, i) => {
    const [row, column] = [Math.floor(i / inFeatures), i % inFeatures]
    let change = 0
    for (let r = 0; r < rank; r++) change += b[row * rank + r]! * a[r * inFeatures + column]!
    return value + scale * change
  })
}

function difference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)
}

describe('adapters', () => {
  it('act as weights do that hold their change', async () => {
    const [base] = await logitsWith([undefined])
    for (const name of ['wide', 'narrow', 'mixed'] as const) {
      const [adapted] = await logitsWith([prepared[name]])
      expect(difference(adapted!, base!)).toBeGreaterThan(0.1)
      expect(difference(adapted!, await logitsOfMerged(adapters[name]))).toBeLessThan(1e-4)
    }
  })

  it('are chosen per sequence of a batch, whatever their ranks', async () => {
    const used = [prepared.wide, undefined, prepared.narrow, prepared.mixed]
    const together = await logitsWith(used)
    for (const [i, adapter] of used.entries()) {
      const [alone] = await logitsWith([adapter])
      expect(difference(together[i]!, alone!)).toBeLessThan(1e-4)
    }
    expect(difference(together[0]!, together[3]!)).toBeGreaterThan(0.1)
  })

  it('leave the model as it is for sequences without one', async () => {
    const plain = await openDecoder(model, { contextTokens: 128 })
    plain.cache.resize(1, 64)
    const [expected] = await logitsWith([undefined], plain)
    const [alone] = await logitsWith([undefined])
    const [, besides] = await logitsWith([prepared.wide, undefined])
    const together = await logitsWith([undefined, undefined, undefined])
    await plain.close()
    expect(difference(alone!, expected!)).toBeLessThan(1e-5)
    for (const logits of [besides!, ...together])
      expect(difference(logits, expected!)).toBeLessThan(1e-5)
  })

  it('are stacked again only when the batch changes', () => {
    const stack = createAdapterStack(decoder.adapterGroups)
    const first = stack.inputs([prepared.wide, undefined])
    expect(stack.inputs([prepared.wide, undefined])).toBe(first)
    expect(stack.inputs([undefined, prepared.wide])).not.toBe(first)
  })

  it('of another model are refused by name', () => {
    const { modules } = adapters.narrow
    const [module] = modules as [LoraModule]
    const change = (part: Partial<LoraModule>) => () =>
      prepare({ ...adapters.narrow, modules: [{ ...module, ...part }] })
    expect(change({ module: 'model.layers.7.self_attn.q_proj' })).toThrow(
      'adapter "test" changes "model.layers.7.self_attn.q_proj", which the model does not have',
    )
    expect(change({ inFeatures: 48 })).toThrow(
      'for a "model.layers.0.self_attn.q_proj" of 48 to 64 features, the model\'s is 64 to 64',
    )
    expect(change({ b: new Float32Array(3) })).toThrow('has 128 and 3 values')
    expect(change({ b: new Float32Array(3) })).toThrow(code('adapter_mismatch'))
  })
})

import { describe, expect, it } from 'vitest'
import type { LoadedTensor, LoraAdapter, TensorSource } from '../../models/index.ts'
import { mergedWeights } from './merge.ts'

const module = 'model.layers.0.self_attn.q_proj'
const untouched = 'model.norm.weight'

/** 2 outputs, 3 inputs. */
function weights(): TensorSource {
  const values: Record<string, [number[], number[]]> = {
    [`${module}.weight`]: [
      [2, 3],
      [1, 2, 3, 4, 5, 6],
    ],
    [untouched]: [[2], [0.1, -0]],
  }
  const tensors = new Map(
    Object.entries(values).map(([name, [shape]]) => [name, { name, shape, dtype: 'F32' as const }]),
  )
  const read = async (name: string): Promise<LoadedTensor> => {
    const [, data] = values[name]!
    return { ...tensors.get(name)!, data: Float32Array.from(data), nonFinite: 0 }
  }
  return { tensors, read }
}

/** Rank 4: B·A is [[1, 0, 2], [0, 3, 0]]. */
function adapter(rankStabilized: boolean): LoraAdapter {
  const a = Float32Array.from([1, 0, 2, 0, 3, 0, 0, 0, 0, 0, 0, 0])
  const b = Float32Array.from([1, 0, 0, 0, 0, 1, 0, 0])
  const size = { rank: 4, alpha: 8 }
  return {
    ...size,
    dropout: 0,
    rankStabilized,
    targetModules: ['q_proj'],
    modules: [{ module, ...size, inFeatures: 3, outFeatures: 2, a, b }],
  }
}

describe('mergedWeights', () => {
  it.each([
    { name: 'alpha/rank', rankStabilized: false, scale: 2 },
    { name: 'alpha/√rank', rankStabilized: true, scale: 4 },
  ])('adds B·A times $name to the adapted layer', async ({ rankStabilized, scale }) => {
    const { data } = await mergedWeights(weights(), adapter(rankStabilized)).read(
      `${module}.weight`,
    )
    const product = [1, 0, 2, 0, 3, 0]
    expect([...data]).toEqual([1, 2, 3, 4, 5, 6].map((w, i) => w + scale * product[i]!))
  })

  it('leaves other tensors as they are, bit for bit', async () => {
    const { data } = await mergedWeights(weights(), adapter(false)).read(untouched)
    expect(Object.is(data[1], -0)).toBe(true)
    expect(data[0]).toBe(Math.fround(0.1))
  })
})

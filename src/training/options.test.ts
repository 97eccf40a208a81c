import { describe, expect, it } from 'vitest'
import { resolveSettings, type TrainOptions } from './options.ts'

const base: TrainOptions = { model: 'm', output: 'o', examples: [] }
const settings = (options: Partial<TrainOptions>) => resolveSettings({ ...base, ...options })
const refused = (message: RegExp) =>
  expect.objectContaining({ code: 'invalid_option', message: expect.stringMatching(message) })

describe('resolveSettings', () => {
  it('trains all seven projections by LoRA at 2e-4 unless told otherwise', () => {
    expect(settings({})).toMatchObject({
      method: { type: 'lora', rank: 8, alpha: 16, targets: { length: 7 } },
      learningRate: 2e-4,
      epochs: 3,
      keepBest: false,
    })
    expect(settings({ method: { type: 'full' } }).learningRate).toBe(2e-5)
    expect(settings({ validation: [] }).keepBest).toBe(true)
  })

  it('takes shape and scale from an adapter to go on from', () => {
    const initial = {
      rank: 4,
      alpha: 32,
      dropout: 0,
      rankStabilized: true,
      targetModules: ['v_proj', 'q_proj'],
      modules: [],
    }
    expect(settings({ method: { type: 'lora', initial } }).method).toEqual({
      type: 'lora',
      rank: 4,
      alpha: 32,
      dropout: 0,
      rankStabilized: true,
      targets: ['q_proj', 'v_proj'],
    })
  })

  it.each<[RegExp, Partial<TrainOptions>]>([
    [/^epochs is 0$/, { epochs: 0 }],
    [/^rows is 1.5$/, { rows: 1.5 }],
    [/^learningRate is NaN$/, { learningRate: Number.NaN }],
    [/^adamw.beta1 is 1$/, { adamw: { beta1: 1 } }],
    [/^method.dropout is 1$/, { method: { type: 'lora', dropout: 1 } }],
    [/^method.rank is 0$/, { method: { type: 'lora', rank: 0 } }],
    [/^method.targets names no layer$/, { method: { type: 'lora', targets: [] } }],
    [
      /^method.targets names "query"$/,
      { method: { type: 'lora', targets: ['query' as 'q_proj'] } },
    ],
    [/^schedule is "cubic"$/, { schedule: 'cubic' as 'cosine' }],
    [/^threads is 0$/, { threads: 0 }],
    [/^earlyStopping is set without validation$/, { earlyStopping: { patience: 1 } }],
    [/^earlyStopping.patience is 0$/, { validation: [], earlyStopping: { patience: 0 } }],
    [/^both steps \(5\) and epochs \(2\)/, { steps: 5, epochs: 2 }],
    [/^both rows \(5\) and batchTokens \(2\)/, { rows: 5, batchTokens: 2 }],
    [/^length and batchTokens are for packed rows/, { packing: false, length: 64 }],
  ])('refuses: %s', (message, options) => {
    expect(() => settings(options)).toThrow(refused(message))
  })
})

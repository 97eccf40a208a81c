import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomExamples, tinyConfig, writeTinyModel } from '../../test/engine/tiny-training.ts'
import {
  ModelFormatError,
  openLanguageModel,
  openSafetensors,
  readModelConfig,
  readPeftAdapter,
  writeSafetensorsFolder,
} from '../models/index.ts'
import { TrainingError } from './errors.ts'
import { evaluateLoss } from './evaluate-loss.ts'
import type { TrainingEvent } from './events.ts'
import type { TrainOptions } from './options.ts'
import { train } from './train.ts'

const home = mkdtempSync(path.join(os.tmpdir(), 'graft-train-'))
const model = path.join(home, 'model')
let outputs = 0
const newOutput = (): string => path.join(home, `run-${outputs++}`)

beforeAll(() => writeTinyModel(model))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const base = {
  model,
  examples: randomExamples(1, 24),
  rows: 2,
  length: 32,
  steps: 30,
  learningRate: 2e-2,
} satisfies Partial<TrainOptions>

describe('train', () => {
  it('writes an adapter that lowers the loss, and leaves the event loop free', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const { path: adapter, validationLoss } = await train({
      ...base,
      output: newOutput(),
      validation: base.examples.slice(0, 8),
    })
    clearInterval(timer)
    expect(turns).toBeGreaterThan(20)
    const { examples } = base
    const before = await evaluateLoss({ model, examples })
    const after = await evaluateLoss({ model, examples, adapter })
    expect(after.loss).toBeLessThan(before.loss * 0.8)
    const same = await evaluateLoss({ model, examples: examples.slice(0, 8), adapter })
    expect(same.loss).toBeCloseTo(validationLoss!, 5)
  })

  it('goes on from an adapter', async () => {
    const first = await train({ ...base, output: newOutput(), method: { type: 'lora', rank: 2 } })
    const initial = await readPeftAdapter(first.path)
    const output = newOutput()
    const method = { type: 'lora', initial } as const
    const events: TrainingEvent[] = []
    const second = await train({ ...base, output, method, onProgress: (e) => events.push(e) })
    expect((await readPeftAdapter(second.path)).rank).toBe(2)
    const loss = async (adapter: string) =>
      (await evaluateLoss({ model, examples: base.examples, adapter })).loss
    expect(await loss(second.path)).toBeLessThan(await loss(first.path))
  })

  it('writes a model when all weights are trained', async () => {
    const source = path.join(home, 'with-tokenizer')
    cpSync(model, source, { recursive: true })
    const tokenizer = path.join('test', 'fixtures', 'engine', 'models', 'llama', 'tokenizer.json')
    cpSync(tokenizer, path.join(source, 'tokenizer.json'))
    const { path: folder } = await train({
      ...base,
      model: source,
      output: newOutput(),
      method: { type: 'full' },
    })
    expect(readdirSync(folder).sort()).toEqual([
      'config.json',
      'model.safetensors',
      'tokenizer.json',
    ])
    expect(await readModelConfig(folder)).toEqual(tinyConfig)
    const { examples } = base
    const before = await evaluateLoss({ model, examples })
    expect((await evaluateLoss({ model: folder, examples })).loss).toBeLessThan(before.loss * 0.9)
  })

  it('ends after a checkpoint when it is aborted, and goes on to the end', async () => {
    const output = newOutput()
    const controller = new AbortController()
    const ended = train({
      ...base,
      output,
      signal: controller.signal,
      onProgress: (event) => {
        if (event.type === 'step' && event.step === 3) controller.abort()
      },
    })
    const error = await ended.catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(TrainingError)
    expect(error).toMatchObject({ code: 'aborted', hint: expect.stringContaining('same options') })
    const [checkpoint] = readdirSync(path.join(output, 'checkpoints'))
    expect(Number(checkpoint!.slice(-6))).toBeGreaterThanOrEqual(3)
    const { path: adapter } = await train({ ...base, output })
    const whole = await train({ ...base, output: newOutput() })
    const bytes = (folder: string) => readFileSync(path.join(folder, 'adapter_model.safetensors'))
    expect(bytes(adapter).equals(bytes(whole.path))).toBe(true)
  })

  it('does not start when it is aborted already', async () => {
    const output = newOutput()
    await expect(train({ ...base, output, signal: AbortSignal.abort() })).rejects.toThrow(
      expect.objectContaining({ code: 'aborted' }),
    )
  })

  it('ends with the error that a listener throws', async () => {
    const listener = new Error('of the listener')
    const ended = train({
      ...base,
      output: newOutput(),
      onProgress: () => {
        throw listener
      },
    })
    await expect(ended).rejects.toBe(listener)
  })

  it('passes errors of the model on as they are', async () => {
    const error = await train({ ...base, model: home, output: newOutput() }).catch(
      (e: unknown) => e,
    )
    expect(error).toBeInstanceOf(ModelFormatError)
    expect(error).toMatchObject({ code: 'file_missing', hint: expect.any(String) })
  })

  it('names weights that are not finite', async () => {
    const broken = path.join(home, 'broken')
    cpSync(model, broken, { recursive: true })
    const source = await openSafetensors(model)
    const tensors = await Promise.all(
      [...source.tensors.values()].map(async ({ name, shape }) => {
        const { data } = await source.read(name)
        if (name.endsWith('0.mlp.up_proj.weight')) data.fill(Number.NaN, 3, 5)
        return { name, shape, dtype: 'F32' as const, data }
      }),
    )
    await source.close()
    await writeSafetensorsFolder(broken, tensors)
    await expect(train({ ...base, model: broken, output: newOutput() })).rejects.toThrow(
      expect.objectContaining({
        code: 'weights_not_finite',
        message: expect.stringContaining('model.layers.0.mlp.up_proj.weight (2)'),
      }),
    )
  })

  it('refuses an adapter of another model', async () => {
    const adapter = path.join('test', 'fixtures', 'engine', 'adapters', 'llama-start')
    const initial = await readPeftAdapter(adapter)
    await expect(
      train({ ...base, output: newOutput(), method: { type: 'lora', initial } }),
    ).rejects.toThrow(expect.objectContaining({ code: 'adapter_mismatch' }))
  })
})

describe('evaluateLoss', () => {
  it('gives each example the loss it has alone', async () => {
    const examples = randomExamples(4, 7)
    const all = await evaluateLoss({ model, examples })
    expect(all.examples.map(({ example }) => example)).toEqual([0, 1, 2, 3, 4, 5, 6])
    for (const { example, loss, tokens } of all.examples) {
      const alone = await evaluateLoss({ model, examples: [examples[example]!] })
      expect(alone.loss).toBeCloseTo(loss, 5)
      expect(alone.tokens).toBe(tokens)
    }
    const total = all.examples.reduce((sum, { loss, tokens }) => sum + loss * tokens, 0)
    expect(all.loss).toBeCloseTo(total / all.tokens, 6)
    expect(all.perplexity).toBeCloseTo(Math.exp(all.loss), 6)
  })

  it('keeps the numbers of the examples when it leaves some out', async () => {
    const [first, second] = randomExamples(4, 2)
    const long = { tokens: new Array(80).fill(1), mask: new Array(80).fill(1) }
    const { examples, warnings } = await evaluateLoss({
      model,
      examples: [first!, long, second!],
      tooLong: 'skip',
    })
    expect(examples.map(({ example }) => example)).toEqual([0, 2])
    expect(warnings).toEqual(['1 examples longer than 64 tokens are left out'])
  })
})

describe('initializeWeights', () => {
  it('writes a model with norms of 1 and matrices of the right spread, the same for one seed', async () => {
    const source = await openLanguageModel(model)
    const { data: norm } = await source.weights.read('model.norm.weight')
    expect(new Set(norm)).toEqual(new Set([1]))
    const { data } = await source.weights.read('model.embed_tokens.weight')
    const mean = data.reduce((a, b) => a + b) / data.length
    const deviation = Math.sqrt(data.reduce((a, b) => a + (b - mean) ** 2, 0) / data.length)
    expect(Math.abs(mean)).toBeLessThan(0.05)
    expect(Math.abs(deviation / tinyConfig.initializerRange - 1)).toBeLessThan(0.1)
    await source.close()
    const again = path.join(home, 'again')
    await writeTinyModel(again)
    const bytes = (folder: string) => readFileSync(path.join(folder, 'model.safetensors'))
    expect(bytes(again).equals(bytes(model))).toBe(true)
  })
})

import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fixturePath } from '../../test/fixtures/engine/read-fixture.ts'
import type { InferenceErrorCode } from './errors.ts'
import type { GenerationEvent } from './events.ts'
import type { GenerateOptions } from './generate-options.ts'
import { type LocalModel, openLocalModel } from './local-model.ts'

const folder = fixturePath('models/llama')
const adapter = fixturePath('adapters/llama-end')
const code = (name: InferenceErrorCode) => expect.objectContaining({ code: name })

let model: LocalModel
let temporary: string
beforeAll(async () => {
  temporary = await mkdtemp(path.join(os.tmpdir(), 'graft-inference-'))
  model = await openLocalModel(folder, { adapters: { trained: adapter } })
})
afterAll(async () => {
  await model.close()
  await rm(temporary, { recursive: true })
})

async function read(options: GenerateOptions): Promise<GenerationEvent[]> {
  return await Array.fromAsync(model.generate(options))
}

const sampled = { temperature: 1, ignoreEnd: true } as const

describe('generate', () => {
  it('streams text that joins to the final text', async () => {
    const events = await read({ prompt: 'The quick', ...sampled, seed: 5, maxTokens: 40 })
    const last = events.at(-1)!
    const deltas = events.filter((event) => event.type === 'text-delta').map(({ text }) => text)
    if (last.type !== 'finish') throw new Error('the last event is not finish')
    expect(deltas.length).toBeGreaterThan(5)
    expect(deltas.join('')).toBe(last.text)
    expect(last.text).toBe(model.tokenizer.decode(last.tokens, { skipSpecialTokens: true }))
    expect(last.reason).toBe('length')
    expect(last.usage).toMatchObject({ completionTokens: 40 })
  })

  it('never gives out half a character', async () => {
    const euro = model.tokenizer.encode('€🦔')
    expect(euro.length).toBeGreaterThan(2)
    const events = await read({
      prompt: 'a',
      constraint: { type: 'choice', choices: ['€🦔'] },
    })
    const deltas = events.filter((event) => event.type === 'text-delta').map(({ text }) => text)
    expect(deltas).toEqual(['€', '🦔'])
  })

  it('reports tokens with log-probabilities when asked', async () => {
    const events = await read({ prompt: [7, 8], maxTokens: 3, ignoreEnd: true, logprobs: 2 })
    const tokens = events.filter((event) => event.type === 'token')
    const expected = await model.nextTokenProbabilities([7, 8])
    expect(tokens).toHaveLength(3)
    expect(tokens[0]!.top).toHaveLength(2)
    expect(tokens[0]!.top[0]).toEqual({
      id: tokens[0]!.id,
      text: tokens[0]!.text,
      logprob: tokens[0]!.logprob,
    })
    expect(Math.exp(tokens[0]!.logprob)).toBeCloseTo(expected[tokens[0]!.id]!, 5)
    const { logprobs } = await model.complete({ prompt: [7, 8], maxTokens: 3, logprobs: 0 })
    expect(logprobs!.map(({ top }) => top)).toEqual([[], [], []])
  })

  it('aborts when the reader leaves', async () => {
    for await (const event of model.generate({ prompt: 'a', ...sampled, maxTokens: 120 }))
      if (event.type === 'text-delta') break
    const { usage } = await model.complete({ prompt: 'b', maxTokens: 1 })
    expect(usage.completionTokens).toBe(1)
  })

  it('ends with the reason "aborted" when its signal says so', async () => {
    const controller = new AbortController()
    const events: GenerationEvent[] = []
    const options = { prompt: 'a', ...sampled, maxTokens: 120, signal: controller.signal }
    for await (const event of model.generate(options)) {
      events.push(event)
      if (events.length === 3) controller.abort()
    }
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'aborted' })
    expect(await model.complete({ ...options, maxTokens: 5 })).toMatchObject({
      finishReason: 'aborted',
    })
  })
})

describe('complete', () => {
  it('repeats itself with a seed, and not with another', async () => {
    const options = { prompt: 'Once', ...sampled, maxTokens: 30 }
    const first = await model.complete({ ...options, seed: 1 })
    const crowd = [2, 3, 4].map((seed) => model.complete({ ...options, seed }))
    const second = await model.complete({ ...options, seed: 1 })
    const others = await Promise.all(crowd)
    expect(second.tokens).toEqual(first.tokens)
    expect(new Set([first, ...others].map(({ text }) => text)).size).toBe(4)
  })

  it('renders conversations as they were trained', async () => {
    const { usage } = await model.complete({
      messages: [{ role: 'user', content: 'Hi' }],
      maxTokens: 1,
    })
    const text = '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n'
    expect(usage.promptTokens).toBe(model.tokenizer.encode(text).length)
  })

  it('ends before a stop string', async () => {
    const options = { prompt: 'Once', ...sampled, seed: 1, maxTokens: 30 }
    const { text } = await model.complete(options)
    const stop = text.slice(10, 12)
    const stopped = await model.complete({ ...options, stop: [stop, 'never written'] })
    expect(stopped).toMatchObject({ text: text.slice(0, text.indexOf(stop)), finishReason: 'stop' })
    expect(stopped.tokens.length).toBeLessThan(30)
  })

  it('ends where the model ends its turn, unless told otherwise', async () => {
    const end = model.tokenizer.eosTokenId!
    const options = { prompt: 'a', maxTokens: 3, logitBias: new Map([[end, 100]]) }
    const { text, tokens, finishReason, usage } = await model.complete(options)
    expect({ text, tokens, finishReason }).toEqual({
      text: '',
      tokens: [end],
      finishReason: 'end-of-turn',
    })
    expect(usage.completionTokens).toBe(1)
    expect(await model.complete({ ...options, ignoreEnd: true })).toMatchObject({
      text: '',
      tokens: [end, end, end],
      finishReason: 'length',
    })
  })

  it('takes the end of a turn from generation_config.json and the chat template too', async () => {
    const other = path.join(temporary, 'ends')
    await cp(folder, other, { recursive: true })
    await writeFile(path.join(other, 'generation_config.json'), '{"eos_token_id": [40, 41]}')
    const config = { chat_template: model.tokenizer.chatTemplates.default }
    await writeFile(path.join(other, 'tokenizer_config.json'), JSON.stringify(config))
    const opened = await openLocalModel(other)
    const endsWith = (id: number) =>
      opened.complete({ prompt: 'a', maxTokens: 2, logitBias: new Map([[id, 100]]) })
    const turn = model.tokenizer.tokenId('<|im_end|>')!
    for (const id of [40, 41, turn])
      expect(await endsWith(id)).toMatchObject({ tokens: [id], finishReason: 'end-of-turn' })
    expect(await endsWith(42)).toMatchObject({ tokens: [42, 42], finishReason: 'length' })
    await opened.close()
  })

  it('ends where the context does', async () => {
    const prompt = new Array<number>(120).fill(9)
    const { usage, finishReason } = await model.complete({ prompt, ...sampled, maxTokens: 500 })
    expect(finishReason).toBe('length')
    expect(usage).toMatchObject({ promptTokens: 120, completionTokens: 8 })
  })

  it('serves more requests than slots', async () => {
    const small = await openLocalModel(folder, { maxBatch: 3 })
    const options = Array.from({ length: 20 }, (_, i) => ({
      prompt: `Request number ${i}`,
      ...sampled,
      seed: i,
      maxTokens: 1 + (i % 7) * 3,
    }))
    const together = await Promise.all(options.map((one) => small.complete(one)))
    for (const [i, one] of options.entries())
      expect(together[i]!.tokens).toEqual((await small.complete(one)).tokens)
    await small.close()
  })

  it('writes what a constraint allows', async () => {
    const schema = {
      type: 'object',
      properties: { name: { enum: ['fox', 'hen'] }, age: { type: 'integer' } },
      required: ['name', 'age'],
      additionalProperties: false,
    }
    const { text, finishReason } = await model.complete({
      prompt: 'Who?',
      temperature: 1,
      seed: 2,
      constraint: { type: 'json-schema', schema },
      logitBias: new Map([[model.tokenizer.eosTokenId!, 20]]),
      ignoreEnd: true,
    })
    expect(['fox', 'hen']).toContain(JSON.parse(text).name)
    expect(Number.isInteger(JSON.parse(text).age)).toBe(true)
    expect(finishReason).toBe('end-of-turn')
  })

  it('goes on after a request that fails', async () => {
    const good = model.complete({ prompt: 'a', maxTokens: 20, ignoreEnd: true })
    const bad = model.complete({ prompt: 'a', constraint: { type: 'regex', pattern: '(' } })
    await expect(bad).rejects.toThrow(code('pattern_invalid'))
    await expect(model.complete({ prompt: 'a', adapter: 'none' })).rejects.toThrow(
      'no adapter "none" is loaded (loaded: trained)',
    )
    const schema = { type: 'object', default: () => 1 }
    await expect(
      model.complete({ prompt: 'a', constraint: { type: 'json-schema', schema } }),
    ).rejects.toThrow('could not be cloned')
    expect((await good).tokens).toHaveLength(20)
  })

  it.each<[InferenceErrorCode, GenerateOptions, string]>([
    ['prompt_empty', { prompt: [] }, 'the prompt has no tokens'],
    ['prompt_too_long', { prompt: new Array(128).fill(1) }, '128 tokens, the context 128, 1 of'],
    ['token_unknown', { prompt: [1, 360] }, 'the token 360, the model knows 0 to 359'],
    ['option_invalid', { prompt: 'a', maxTokens: 0 }, 'maxTokens is 0'],
    ['option_invalid', { prompt: 'a', topP: 2 }, 'topP is 2'],
    ['option_invalid', { prompt: 'a', stop: [''] }, 'empty'],
  ])('refuses with %s what it cannot do', async (name, options, message) => {
    await expect(model.complete(options)).rejects.toThrow(code(name))
    await expect(model.complete(options)).rejects.toThrow(message)
  })
})

describe('adapters', () => {
  it('are loaded, listed, used by name, and unloaded', async () => {
    const opened = await openLocalModel(folder)
    const tokens = [5, 6, 7, 8, 9]
    const base = await opened.logProbs(tokens)
    expect(opened.adapters()).toEqual([])
    await opened.loadAdapter('first', adapter)
    expect(opened.adapters()).toEqual(['first'])
    const adapted = await opened.logProbs(tokens, { adapter: 'first' })
    expect(Math.abs(adapted[3]! - base[3]!)).toBeGreaterThan(1e-3)
    expect((await opened.logProbs(tokens))[3]).toBeCloseTo(base[3]!, 4)
    await opened.unloadAdapter('first')
    expect(opened.adapters()).toEqual([])
    await expect(opened.logProbs(tokens, { adapter: 'first' })).rejects.toThrow(
      code('adapter_missing'),
    )
    await opened.close()
  })

  it('are chosen per request', async () => {
    const options = { prompt: 'The answer is', ignoreEnd: true, maxTokens: 12 }
    const [base, adapted] = await Promise.all([
      model.complete(options),
      model.complete({ ...options, adapter: 'trained' }),
    ])
    expect(adapted.tokens).not.toEqual(base.tokens)
    expect((await model.complete({ ...options, adapter: 'trained' })).tokens).toEqual(
      adapted.tokens,
    )
  })

  it('that do not fit are refused', async () => {
    await expect(
      model.loadAdapter('other', fixturePath('adapters/qwen3-rslora-end')),
    ).rejects.toThrow(code('adapter_mismatch'))
    await expect(model.loadAdapter('none', path.join(temporary, 'none'))).rejects.toMatchObject({
      name: 'ModelFormatError',
      code: 'file_missing',
    })
    expect(model.adapters()).toEqual(['trained'])
  })

  it('that hold NaN fail their own requests', async () => {
    const module = {
      module: 'model.layers.0.self_attn.q_proj',
      rank: 1,
      alpha: 1,
      inFeatures: 64,
      outFeatures: 64,
      a: new Float32Array(64).fill(Number.NaN),
      b: new Float32Array(64).fill(1),
    }
    await model.loadAdapter('broken', {
      rank: 1,
      alpha: 1,
      dropout: 0,
      rankStabilized: false,
      targetModules: ['q_proj'],
      modules: [module],
    })
    const options = { prompt: [1, 2, 3, 4, 5, 6], ignoreEnd: true, maxTokens: 5 }
    const before = await model.complete(options)
    const [broken, scored, good] = await Promise.allSettled([
      model.complete({ ...options, adapter: 'broken' }),
      model.logProbs([1, 2, 3], { adapter: 'broken' }),
      model.complete(options),
    ])
    expect(broken).toMatchObject({ reason: { code: 'logits_invalid' } })
    expect(scored).toMatchObject({ reason: { code: 'logits_invalid' } })
    expect(good).toMatchObject({ value: { tokens: before.tokens } })
    expect((await model.complete(options)).tokens).toEqual(before.tokens)
    await model.unloadAdapter('broken')
  })
})

describe('scores', () => {
  it('are the log-probabilities that generation reports', async () => {
    const prompt = model.tokenizer.encode('The quick')
    const { tokens, logprobs } = await model.complete({
      prompt,
      maxTokens: 80,
      ignoreEnd: true,
      logprobs: 0,
    })
    const scores = await model.logProbs([...prompt, ...tokens])
    expect(scores).toHaveLength(prompt.length + tokens.length - 1)
    for (const [i, { logprob }] of logprobs!.entries())
      expect(scores[prompt.length - 1 + i]).toBeCloseTo(logprob, 4)
  })

  it('of the next token add up to 1', async () => {
    const probabilities = await model.nextTokenProbabilities([3, 4, 5])
    expect(probabilities).toHaveLength(360)
    expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5)
  })

  it('take the whole context', async () => {
    expect(await model.logProbs(new Array(128).fill(4))).toHaveLength(127)
    await expect(model.logProbs(new Array(129).fill(4))).rejects.toThrow(code('prompt_too_long'))
  })
})

describe('openLocalModel', () => {
  it('opens in 8 bits', async () => {
    const small = await openLocalModel(folder, { precision: 'q8' })
    const [exact, rounded] = await Promise.all([
      model.nextTokenProbabilities([9, 8, 7]),
      small.nextTokenProbabilities([9, 8, 7]),
    ])
    await small.close()
    const difference = Math.max(...exact.map((value, i) => Math.abs(value - rounded[i]!)))
    expect(difference).toBeGreaterThan(0)
    expect(difference).toBeLessThan(0.05)
  })

  it('rejects what is under way when it is closed', async () => {
    const opened = await openLocalModel(folder)
    const running = opened.complete({ prompt: 'a', ignoreEnd: true, maxTokens: 120 })
    const scores = opened.logProbs([1, 2, 3])
    const outcomes = Promise.allSettled([running, scores])
    await opened.close()
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({ reason: { code: 'model_closed' } })
    await expect(opened.complete({ prompt: 'a' })).rejects.toThrow(code('model_closed'))
    await opened.close()
  })

  it('says what a folder lacks', async () => {
    await expect(openLocalModel(temporary)).rejects.toMatchObject({ code: 'file_missing' })
    const broken = path.join(temporary, 'broken')
    await cp(folder, broken, { recursive: true })
    await rm(path.join(broken, 'model.safetensors'))
    await expect(openLocalModel(broken)).rejects.toMatchObject({
      name: 'ModelFormatError',
      code: 'file_missing',
    })
  })

  it('refuses limits that make no sense', async () => {
    await expect(openLocalModel(folder, { maxBatch: 0 })).rejects.toThrow('maxBatch is 0')
    await expect(openLocalModel(folder, { contextTokens: 129 })).rejects.toThrow(
      'contextTokens is 129, the model was made for 128',
    )
    await expect(openLocalModel(folder, { provider: 'cuda' })).rejects.toMatchObject({
      name: 'EngineError',
      code: 'provider_missing',
    })
  })
})

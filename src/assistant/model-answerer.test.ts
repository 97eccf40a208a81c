import type { LanguageModel } from 'ai'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { evidenceOf } from '../../test/fixtures/evidence.ts'
import {
  type OpenAiServer,
  type ScriptedReply,
  startOpenAiServer,
} from '../../test/fixtures/openai-server.ts'
import type { AnswerBody, AnswerRequest } from './answerer.ts'
import type { AskEvent, VerificationPolicy } from './events.ts'
import { resolveModel } from './model.ts'
import { createModelAnswerer, type ModelAnswererOptions } from './model-answerer.ts'

const shop = evidenceOf(['Refunds take 5 days.', 'The fee is 20 dollars.'])
const REQUEST: AnswerRequest = { question: 'How long do refunds take?', ...shop }
const SECRET = 'sk-secret-key-123'

let server: OpenAiServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

describe('model answerer', () => {
  it.each([1, 2, 7, 1000])(
    'streams a cited answer from chunks of %i characters',
    async (chunkSize) => {
      const text = 'EVIDENCE: 1, 2\nRefunds take 5 days [1]. 😀 The fee is 20 dollars [2][99].'
      const usage = { prompt_tokens: 120, completion_tokens: 15 }
      const { events, body } = await ask([{ text, chunkSize, usage }])
      expect(body.answer).toBe('Refunds take 5 days [1]. 😀 The fee is 20 dollars [2].')
      expect(deltasOf(events)).toBe(body.answer)
      expect(body.citations.map(({ quote }) => quote)).toEqual(
        shop.evidence.sentences.map((s) => s.text),
      )
      expect(body.droppedReferences).toEqual([{ reference: '[99]', reason: 'unknown_number' }])
      expect(body.usage).toEqual({ inputTokens: 120, outputTokens: 15 })
      expect(events.at(-1)).toEqual({ type: 'usage', usage: body.usage })
    },
  )

  it.each<VerificationPolicy>(['strict', 'flag', 'off'])(
    'keeps garbage references out of the answer under `%s`',
    async (policy) => {
      const text =
        'Refunds take 5 days [1]. Bad [0] [99] [-1] [1e9] [[999]] [[1] ] <b>[7]</b> <a href="x">[8]</a> [3'
      const { events, body } = await ask([{ text, chunkSize: 2 }], { policy })
      expect(deltasOf(events)).toBe(body.answer)
      expect([...body.answer.matchAll(/\[(\d+)\]/g)].every(([, n]) => n === '1')).toBe(true)
      expect(body.droppedReferences.map(({ reference }) => reference)).toEqual([
        '[0]',
        '[99]',
        '[-1]',
        '[1e9]',
        '[[999]]',
        '[7]',
        '[8]',
        '[3',
      ])
    },
  )

  it('hides the thinking of reasoning models', async () => {
    const { body } = await ask([
      { text: '<think>Is it [2]?</think>\n\nRefunds take 5 days [1].', chunkSize: 3 },
    ])
    expect(body.answer).toBe('Refunds take 5 days [1].')
  })

  it('asks at temperature 0, with rules, history and evidence', async () => {
    await ask(
      [{ text: 'NO_ANSWER' }],
      { instructions: 'Be brief.' },
      {
        history: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: 'Hello' },
        ],
      },
    )
    const { body, headers, path } = server!.requests[0]!
    expect(path).toBe('/v1/chat/completions')
    expect(headers.authorization).toBe(`Bearer ${SECRET}`)
    expect(body).toMatchObject({ model: 'scripted', temperature: 0, stream: true })
    expect(body.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user'])
    expect(body.messages[0]!.content).toContain('Be brief.')
    expect(body.messages.at(-1)!.content).toContain('[2] The fee is 20 dollars.')
  })

  it('abstains in its own words when the model says NO_ANSWER', async () => {
    const { body } = await ask([{ text: '**NO_ANSWER**', chunkSize: 1 }], {
      abstention: 'No idea.',
    })
    expect(body).toMatchObject({ answer: 'No idea.', abstained: true })
  })

  it('abstains without a call when there is no evidence', async () => {
    const evidence = { ...shop.evidence, sentences: [], ranking: [], sufficient: false }
    const { body } = await ask([{ text: 'Refunds take 5 days.' }], {}, { evidence })
    expect(body.abstained).toBe(true)
    expect(server!.requests).toEqual([])
  })

  it.each([
    [401, 'model_unauthorized'],
    [403, 'model_unauthorized'],
    [404, 'model_not_found'],
    [429, 'rate_limited'],
    [400, 'model_failed'],
    [500, 'model_failed'],
    [504, 'model_timeout'],
  ])('answers status %i with %s, without key or document text', async (status, code) => {
    const error = { message: `Bad key ${SECRET}: Refunds take 5 days.`, code: 'some_code' }
    const printed = vi.spyOn(console, 'error')
    const failure = await failureOf([{ status, error }], { maxRetries: 0 })
    expect(failure).toMatchObject({
      name: 'AssistantError',
      code,
      hint: expect.stringMatching(/\w/),
    })
    const told = [
      failure.message,
      failure.stack,
      JSON.stringify(failure),
      String(failure.cause),
    ].join('\n')
    expect(told).toContain(String(status))
    expect(told).toContain('some_code')
    expect(told).not.toContain(SECRET)
    expect(told).not.toContain('Refunds take')
    expect(printed).not.toHaveBeenCalled()
    printed.mockRestore()
  })

  it('tries again after a failure that passes', async () => {
    const { body } = await ask([
      { status: 500, error: { message: 'busy' } },
      { text: 'Refunds take 5 days [1].' },
    ])
    expect(body.answer).toBe('Refunds take 5 days [1].')
    expect(server!.requests).toHaveLength(2)
  })

  it('says where nothing listens', async () => {
    const model = await resolveModel({ baseURL: 'http://127.0.0.1:9/v1', model: 'gone' })
    const failure = await drain(model, { maxRetries: 0 }).catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'model_failed',
      hint: expect.stringContaining('127.0.0.1:9'),
    })
  })

  it('fails when the connection is cut in the middle', async () => {
    const text = 'Refunds take 5 days [1].'
    const failure = await failureOf([{ text, chunkSize: 4, cutAfter: 3 }])
    expect(failure).toMatchObject({ code: 'model_failed' })
  })

  it('fails when the stream ends without saying why', async () => {
    const text = 'Refunds take 5 days [1].'
    const failure = await failureOf([{ text, chunkSize: 4, endAfter: 3 }])
    expect(failure).toMatchObject({ code: 'model_failed' })
  })

  it('fails when the provider reports an interruption', async () => {
    const model = scriptedModel([
      { type: 'text-start', id: '1' },
      { type: 'text-delta', id: '1', delta: 'Refunds take 5 days [1].' },
      { type: 'text-end', id: '1' },
      { type: 'finish', usage: NO_USAGE, finishReason: { unified: 'interrupted', raw: undefined } },
    ])
    await expect(drain(model, {})).rejects.toMatchObject({ code: 'model_failed' })
  })

  it('times out on a model that ignores signals', async () => {
    const failure = drain(scriptedModel(undefined), { timeoutMs: 30 })
    await expect(failure).rejects.toMatchObject({ code: 'model_timeout' })
  })

  it.each([0, 2])('times out when the model is silent after %i chunks', async (hangAfter) => {
    const failure = await failureOf([{ text: 'Refunds take 5 days.', chunkSize: 4, hangAfter }], {
      timeoutMs: 80,
    })
    expect(failure).toMatchObject({
      code: 'model_timeout',
      message: expect.stringContaining('80 ms'),
    })
    await server!.clientLeft
  })

  it('frees the connection when the signal fires', async () => {
    const controller = new AbortController()
    const model = await start([
      { text: 'Refunds take 5 days [1]. '.repeat(50), chunkSize: 5, delayMs: 5 },
    ])
    const answer = createModelAnswerer(model).answer({ ...REQUEST, signal: controller.signal })
    await answer.next()
    controller.abort()
    await expect(exhaust(answer)).rejects.toMatchObject({ code: 'aborted' })
    await server!.clientLeft
  })

  it('makes no call for a signal that has fired', async () => {
    await expect(ask([{ text: 'x' }], {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'aborted',
    })
    expect(server!.requests).toEqual([])
  })

  it('frees the connection when the reader leaves', async () => {
    const model = await start([
      { text: 'Refunds take 5 days [1]. '.repeat(50), chunkSize: 5, delayMs: 5 },
    ])
    for await (const event of createModelAnswerer(model).answer(REQUEST))
      if (event.type === 'text-delta') break
    await server!.clientLeft
  })

  it('lets a slow reader slow the model down', async () => {
    const chunks = 4_000
    const model = await start([{ text: 'x'.repeat(16_384 * chunks), chunkSize: 16_384 }])
    const answer = createModelAnswerer(model, { policy: 'off' }).answer(REQUEST)
    await answer.next()
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(server!.chunksSent()).toBeLessThan(chunks / 2)
    await answer.return(undefined as never)
    await server!.clientLeft
  })
})

const NO_USAGE = {
  inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 0, text: 0, reasoning: 0 },
}

/** A model of the given stream parts; without any, it never answers. */
function scriptedModel(parts: object[] | undefined): LanguageModel {
  const stream = parts && ReadableStream.from(parts)
  return {
    specificationVersion: 'v4',
    provider: 'test',
    modelId: 'scripted',
    supportedUrls: {},
    doGenerate: () => Promise.reject(new Error('not used')),
    doStream: () => (stream ? Promise.resolve({ stream }) : new Promise(() => {})),
  } as LanguageModel
}

async function start(replies: ScriptedReply[]): Promise<LanguageModel> {
  server = await startOpenAiServer(replies)
  return resolveModel({ baseURL: server.baseURL, model: 'scripted', apiKey: SECRET })
}

async function ask(
  replies: ScriptedReply[],
  options: ModelAnswererOptions = {},
  request: Partial<AnswerRequest> = {},
): Promise<{ events: AskEvent[]; body: AnswerBody }> {
  return drain(await start(replies), options, request)
}

async function drain(
  model: LanguageModel,
  options: ModelAnswererOptions,
  request: Partial<AnswerRequest> = {},
): Promise<{ events: AskEvent[]; body: AnswerBody }> {
  return exhaust(createModelAnswerer(model, options).answer({ ...REQUEST, ...request }))
}

async function exhaust(
  answer: AsyncGenerator<AskEvent, AnswerBody>,
): Promise<{ events: AskEvent[]; body: AnswerBody }> {
  const events: AskEvent[] = []
  for (;;) {
    const { done, value } = await answer.next()
    if (done) return { events, body: value }
    events.push(value)
  }
}

async function failureOf(
  replies: ScriptedReply[],
  options: ModelAnswererOptions = {},
): Promise<Error> {
  const failure = await ask(replies, options).catch((error: unknown) => error)
  if (!(failure instanceof Error)) throw new Error('the call succeeded')
  return failure
}

function deltasOf(events: AskEvent[]): string {
  return events.map((event) => (event.type === 'text-delta' ? event.delta : '')).join('')
}

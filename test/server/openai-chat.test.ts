/** @file Models, chat completions and embeddings through the official client; what it is refused. */
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { streamText } from 'ai'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../../src/server/index.ts'
import { startOpenAiServer } from '../fixtures/openai-server.ts'
import { hashedEmbedder } from '../helpers/hashed-embedder.ts'
import { randomSentence, seededRandom } from '../helpers/random.ts'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'
import { type ServedClient, serveClient } from './openai-client.ts'

type Verified = { quote: string; start: number; end: number; unit: string; version_id: string }
type Annotation = OpenAI.ChatCompletionMessage.Annotation & { graft: Verified }
type Details = {
  graft: { abstained: boolean; model: string; query: string; trace_id: string | null }
}

const PAGE =
  '# Refunds\n\n## Deadline\n\nRefunds are paid within 14 days.\n\n## Form\n\nThe form is online.\n'
const question = { role: 'user', content: 'When are refunds paid?' } as const

let test: TestWorkspace
let served: ServedClient
let client: OpenAI

beforeAll(async () => {
  test = await openTestWorkspace({ embedder: hashedEmbedder('chat/32', { dimensions: 32 }) })
  await test.workspace.knowledge.add({ name: 'refunds.md', text: PAGE })
  await test.workspace.knowledge.add(
    { name: 'salaries.md', text: '# Salaries\n\nSalaries are paid on the 25th.\n' },
    { groups: ['hr'], collection: 'staff' },
  )
  await test.workspace.access.set('ana', ['hr'])
  await test.workspace.access.set('bo', [])
  served = await serveClient(test.workspace)
  client = served.client
})

afterAll(async () => {
  await served.close()
  await test.close()
})

async function errorOf(request: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
  const error = await request.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof OpenAI.APIError) return error
  throw new Error(`not refused, or not in OpenAI's shape: ${error}`)
}

describe('models', () => {
  it('are those that come with the package, and the configured one', async () => {
    const models = await Array.fromAsync(client.models.list())
    expect(models.map(({ id }) => id)).toEqual(['graft', 'graft/base', 'graft/quoting'])
    expect(models[0]).toMatchObject({ object: 'model', created: 0, owned_by: 'graft' })
    expect(await client.models.retrieve('graft/base')).toMatchObject({ id: 'graft/base' })
  })

  it('that do not exist are not found', async () => {
    const error = await errorOf(client.models.retrieve('graft:none@live'))
    expect(error).toBeInstanceOf(OpenAI.NotFoundError)
    expect(error).toMatchObject({ code: 'unknown_model', param: 'model' })
    const chat = await errorOf(
      client.chat.completions.create({ model: 'gpt-5', messages: [question] }),
    )
    expect(chat).toBeInstanceOf(OpenAI.NotFoundError)
    expect(chat.message).toContain('"gpt-5"')
  })

  it('that come with the package cannot be deleted', async () => {
    expect(await errorOf(client.models.delete('graft/base'))).toMatchObject({ status: 400 })
  })
})

describe('a chat completion', () => {
  it('carries citations whose places are those of the markers in its text', async () => {
    const completion = await client.chat.completions.create({
      model: 'graft',
      messages: [question],
    })
    const [choice] = completion.choices
    const { content, annotations } = choice!.message
    expect(choice).toMatchObject({ index: 0, finish_reason: 'stop', logprobs: null })
    expect(completion).toMatchObject({ object: 'chat.completion', model: 'graft' })
    expect(completion.id).toMatch(/^chatcmpl_/)
    expect(completion.created).toBeGreaterThan(1_700_000_000)
    expect(content).toBe('Refunds are paid within 14 days. [1]')
    const [citation] = annotations as Annotation[]
    const { start_index, end_index, title, url } = citation!.url_citation
    expect(content!.slice(start_index, end_index)).toBe('[1]')
    expect(title).toBe('Refunds')
    expect(citation!.graft).toMatchObject({
      quote: 'Refunds are paid within 14 days.',
      unit: 'utf16',
    })
    const opened = (await (await fetch(url)).json()) as { versionId: string; text: string }
    expect(opened.versionId).toBe(citation!.graft.version_id)
    const { start, end, quote } = citation!.graft
    expect(opened.text.slice(start, end)).toBe(quote)
    expect((completion as unknown as Details).graft).toMatchObject({
      abstained: false,
      model: test.workspace.model,
      query: question.content,
    })
  })

  it('is the same when it is streamed, piece by piece', async () => {
    const request = { model: 'graft', messages: [question] }
    const whole = await client.chat.completions.create(request)
    const stream = await client.chat.completions.create({
      ...request,
      stream: true,
      stream_options: { include_usage: true },
    })
    const chunks = await Array.fromAsync(stream)
    const deltas = chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta))
    expect(deltas[0]).toEqual({ role: 'assistant', content: '', refusal: null })
    expect(deltas.map(({ content }) => content ?? '').join('')).toBe(
      whole.choices[0]!.message.content,
    )
    const annotations = deltas.flatMap(
      (delta) => (delta as { annotations?: unknown[] }).annotations ?? [],
    )
    expect(annotations).toEqual(whole.choices[0]!.message.annotations)
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
    })
    expect(chunks.at(-2)!.choices[0]).toMatchObject({ delta: {}, finish_reason: 'stop' })
    expect(chunks.slice(0, -1).map(({ usage }) => usage)).toEqual(
      chunks.slice(0, -1).map(() => null),
    )
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1)
  })

  it('is put together by the streaming helper of the client', async () => {
    const stream = client.chat.completions.stream({ model: 'graft', messages: [question] })
    expect(await stream.finalContent()).toBe('Refunds are paid within 14 days. [1]')
  })

  it('says so when the documents hold no answer', async () => {
    const completion = await client.chat.completions.create({
      model: 'graft',
      messages: [{ role: 'user', content: 'Who won the chess championship in Tromsø?' }],
    })
    expect((completion as unknown as Details).graft.abstained).toBe(true)
    expect(completion.choices[0]!.message.annotations).toEqual([])
    expect(completion.choices[0]!.message.content).toContain('could not find')
  })

  it('completes the last question from the messages before it', async () => {
    const completion = await client.chat.completions.create({
      model: 'graft',
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'What about refunds?' }] },
        { role: 'assistant', content: 'Refunds are paid within 14 days. [1]' },
        { role: 'user', content: 'Where is the form?' },
      ],
    })
    const { query } = (completion as unknown as Details).graft
    expect(query).toContain('refunds')
    expect(query).toContain('form')
  })

  it('is written by the base where messages of the system ask for a form', async () => {
    const completion = await client.chat.completions.create({
      model: 'graft',
      messages: [{ role: 'system', content: 'Answer in one sentence.' }, question],
    })
    expect((completion as unknown as Details).graft.model).toBe('graft/base')
    const { content, annotations } = completion.choices[0]!.message
    expect(content).toContain('Refunds are paid within 14 days.')
    const { start_index, end_index } = annotations![0]!.url_citation
    expect(content!.slice(start_index, end_index)).toBe('[1]')
    expect(completion.usage!.completion_tokens).toBeGreaterThan(0)
  })

  it('reads what the principal may read, named by `user` or by a header', async () => {
    const messages = [{ role: 'user' as const, content: 'When are salaries paid?' }]
    const finds = async (
      fields: { user?: string; graft?: object },
      headers: Record<string, string> = {},
    ): Promise<boolean> => {
      const request = { model: 'graft', messages, ...fields }
      const completion = await client.chat.completions.create(request, { headers })
      return completion.choices[0]!.message.content!.includes('on the 25th')
    }
    expect(await finds({})).toBe(true)
    expect(await finds({ user: 'ana' })).toBe(true)
    expect(await finds({ user: 'bo' })).toBe(false)
    expect(await finds({}, { 'graft-as': 'bo' })).toBe(false)
    expect(await finds({ graft: { collections: ['default'] } })).toBe(false)
    expect(await finds({ graft: { collections: ['staff'] } })).toBe(true)
    const unknown = await errorOf(
      client.chat.completions.create({ model: 'graft', messages, user: 'eve' }),
    )
    expect(unknown).toMatchObject({ status: 404, code: 'unknown_principal' })
    const both = await errorOf(
      client.chat.completions.create(
        { model: 'graft', messages, user: 'ana' },
        { headers: { 'graft-as': 'bo' } },
      ),
    )
    expect(both).toMatchObject({ status: 400, param: 'user' })
  })

  it.each([
    [{ n: 2 }, 'n'],
    [{ logprobs: true }, 'logprobs'],
    [{ modalities: ['text', 'audio'], audio: { voice: 'a', format: 'mp3' } }, 'audio'],
    [{ response_format: { type: 'json_object' } }, 'response_format'],
    [{ tools: [{ type: 'function', function: { name: 'f' } }] }, 'tools'],
    [{ messages: [{ role: 'tool', content: 'x', tool_call_id: 'c' }] }, 'messages'],
    [
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] },
      'messages.0.content.0',
    ],
    [{ messages: [] }, 'messages'],
    [{ messages: [{ role: 'assistant', content: 'x' }] }, 'messages'],
    [{ graft: { colections: ['default'] } }, 'graft'],
  ])('with %j is refused by the name of the parameter', async (fields, param) => {
    const request = { model: 'graft', messages: [question], ...fields }
    const error = await errorOf(
      client.chat.completions.create(request as OpenAI.ChatCompletionCreateParamsNonStreaming),
    )
    expect(error).toBeInstanceOf(OpenAI.BadRequestError)
    expect(error).toMatchObject({ param, type: 'invalid_request_error' })
    expect(error.requestID).toMatch(/^req_/)
  })

  it('takes what changes nothing', async () => {
    const completion = await client.chat.completions.create({
      model: 'graft',
      messages: [question],
      n: 1,
      temperature: 0.7,
      max_tokens: 100,
      tools: [],
      logprobs: false,
      response_format: { type: 'text' },
      stop: null,
    })
    expect(completion.choices).toHaveLength(1)
  })

  it('tells of a wrong question by its status, also where a stream was wanted', async () => {
    const messages = [{ role: 'user' as const, content: ' ' }]
    const error = await errorOf(
      client.chat.completions.create({ model: 'graft', messages, stream: true }),
    )
    expect(error).toMatchObject({ status: 400, code: 'invalid_question' })
  })
})

describe('the AI SDK', () => {
  it('streams from here as from any OpenAI-compatible server', async () => {
    const provider = createOpenAICompatible({ name: 'graft', baseURL: `${served.url}/v1` })
    const result = streamText({ model: provider('graft'), prompt: question.content })
    expect((await Array.fromAsync(result.textStream)).join('')).toBe(
      'Refunds are paid within 14 days. [1]',
    )
    expect(await result.finishReason).toBe('stop')
  })
})

describe('a model behind the server', () => {
  it('that fails in the middle ends the stream with an error of the client', async () => {
    const model = await startOpenAiServer([
      { text: 'Refunds are paid [1]', chunkSize: 4, cutAfter: 4 },
    ])
    const setting = { baseURL: model.baseURL, model: 'cut' }
    const workspace = await test.reopen({ model: setting, embedder: false })
    const cut = await serveClient(workspace)
    const stream = await cut.client.chat.completions.create({
      model: 'graft',
      messages: [question],
      stream: true,
    })
    const error = await errorOf(Array.fromAsync(stream))
    expect(error).toMatchObject({ code: 'model_failed' })
    await cut.close()
    await model.close()
  })

  it('is stopped, and its place given back, when the client leaves', async () => {
    const slow = await startOpenAiServer([{ text: 'Refunds are paid', chunkSize: 4, hangAfter: 2 }])
    const workspace = await test.reopen({
      model: { baseURL: slow.baseURL, model: 'slow' },
      embedder: false,
    })
    const limited = await serveClient(workspace, { maxConcurrent: 1 })
    const { completions } = limited.client.chat
    const ask = () => completions.create({ model: 'graft', messages: [question], stream: true })
    const stream = await ask()
    const reading = stream[Symbol.asyncIterator]()
    await reading.next()
    await expect.poll(() => slow.requests.length).toBe(1)
    const busy = await errorOf(ask())
    expect(busy).toBeInstanceOf(OpenAI.RateLimitError)
    expect(busy.code).toBe('too_many_requests')
    stream.controller.abort()
    await slow.clientLeft
    await expect
      .poll(async () => {
        const next = await ask().catch(() => undefined)
        next?.controller.abort()
        return next !== undefined
      })
      .toBe(true)
    await limited.close()
    await slow.close()
  })
})

describe('embeddings', () => {
  it('are the same as numbers and in base 64, which the client asks for by itself', async () => {
    const input = ['refunds are paid', 'the form']
    const packed = await client.embeddings.create({ model: 'graft', input })
    const plain = await client.embeddings.create({
      model: 'chat/32',
      input,
      encoding_format: 'float',
    })
    expect(packed.data.map(({ embedding }) => embedding)).toEqual(
      plain.data.map(({ embedding }) => embedding),
    )
    expect(plain.data.map(({ index, embedding }) => [index, embedding.length])).toEqual([
      [0, 32],
      [1, 32],
    ])
    expect(plain).toMatchObject({ object: 'list', model: 'chat/32' })
    const [own] = await hashedEmbedder('chat/32', { dimensions: 32 }).embed(['the form'], {
      kind: 'query',
    })
    expect(plain.data[1]!.embedding).toEqual([...own!])
  })

  it.each([
    [{ model: 'text-embedding-3-small', input: 'a' }, 404, 'model'],
    [{ model: 'graft', input: [1, 2] }, 400, 'input'],
    [{ model: 'graft', input: '' }, 400, 'input'],
    [{ model: 'graft', input: [] }, 400, 'input'],
    [{ model: 'graft', input: 'a', dimensions: 8 }, 400, 'dimensions'],
  ])('are refused for %j', async (request, status, param) => {
    const error = await errorOf(client.embeddings.create(request as OpenAI.EmbeddingCreateParams))
    expect(error).toMatchObject({ status, param })
  })

  it('fitted to all documents are for the owner alone', async () => {
    const fitted = await openTestWorkspace()
    const random = seededRandom(7)
    const sections = Array.from(
      { length: 820 },
      (_, i) => `## Part ${i}\n\n${randomSentence(random, 12)}\n`,
    )
    await fitted.workspace.knowledge.add({ name: 'book.md', text: sections.join('\n') })
    await fitted.workspace.access.set('ana', ['hr'])
    const own = await serveClient(fitted.workspace)
    const request = { model: 'graft', input: randomSentence(random, 12) }
    const { data } = await own.client.embeddings.create(request)
    expect(data[0]!.embedding).toHaveLength(256)
    const error = await errorOf(own.client.embeddings.create({ ...request, user: 'ana' }))
    expect(error).toMatchObject({ status: 403, code: 'forbidden' })
    await own.close()
    await fitted.close()
  })

  it('are not there while the workspace is searched by words alone', async () => {
    const workspace = await test.reopen({ embedder: false })
    const plain = await serveClient(workspace)
    const error = await errorOf(plain.client.embeddings.create({ model: 'graft', input: 'a' }))
    expect(error).toMatchObject({ status: 409, code: 'no_embedder' })
    await plain.close()
  })
})

describe('the key', () => {
  it('is asked for below /v1, /api and at /mcp, and the client sends it', async () => {
    const app = createApp(test.workspace, { host: '0.0.0.0', apiKey: 'open sesame' })
    const locked = (apiKey: string): OpenAI =>
      new OpenAI({
        apiKey,
        baseURL: 'http://graft.example/v1',
        maxRetries: 0,
        fetch: async (url, init) => await app.request(url as string, init as RequestInit),
      })
    expect(await errorOf(locked('wrong').models.list())).toBeInstanceOf(OpenAI.AuthenticationError)
    expect((await locked('open sesame').models.list()).data.length).toBeGreaterThan(0)
    for (const path of ['/v1/models', '/v1/nothing', '/mcp', '/api/status', '/api/chat']) {
      const response = await app.request(`http://graft.example${path}`)
      expect([path, response.status]).toEqual([path, 401])
      expect(response.headers.get('www-authenticate')).toBe('Bearer')
    }
  })
})

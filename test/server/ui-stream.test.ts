/** @file POST /api/chat through the chat transport of the AI SDK. */
import { DefaultChatTransport, readUIMessageStream, type UIMessage, type UIMessageChunk } from 'ai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Citation } from '../../src/assistant/index.ts'
import { type RunningServer, startServer } from '../../src/server/index.ts'
import { startOpenAiServer } from '../fixtures/openai-server.ts'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'

type PlacedCitation = Citation & { answerStart: number; answerEnd: number }
type Message = UIMessage<
  unknown,
  { citation: PlacedCitation; answer: { abstained: boolean; model: string } }
>

let test: TestWorkspace
let server: RunningServer

beforeAll(async () => {
  test = await openTestWorkspace()
  const { knowledge, access } = test.workspace
  const text =
    '# Refunds\n\n## Deadline\n\nRefunds are paid within 14 days.\n\n## Form\n\nThe form is online.\n'
  await knowledge.add({ name: 'refunds.md', text })
  const hr = { groups: ['hr'] }
  await knowledge.add({ name: 'pay.md', text: '# Pay\n\nSalaries are paid on the 25th.\n' }, hr)
  await access.set('bo', [])
  server = await startServer(test.workspace, { port: 0 })
})

afterAll(async () => {
  await server.close()
  await test.close()
})

type SendOptions = { url?: string; body?: object; signal?: AbortSignal }

async function send(
  texts: string[],
  { url = server.url, body = {}, signal }: SendOptions = {},
): Promise<ReadableStream<UIMessageChunk>> {
  const transport = new DefaultChatTransport<Message>({ api: `${url}/api/chat`, body })
  return await transport.sendMessages({
    trigger: 'submit-message',
    chatId: 'chat-1',
    messageId: undefined,
    abortSignal: signal,
    messages: texts.map((text, index) => ({
      id: `m${index}`,
      role: index % 2 === 0 ? 'user' : 'assistant',
      parts: [{ type: 'text', text }],
    })),
  })
}

async function answerTo(texts: string[], options?: SendOptions): Promise<Message> {
  const stream = await send(texts, options)
  const states = await Array.fromAsync(
    readUIMessageStream<Message>({ stream, terminateOnError: true }),
  )
  return states.at(-1)!
}

function textOf(message: Message): string {
  return message.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

describe('a chat', () => {
  it('becomes a message with its source and citations in their places', async () => {
    const message = await answerTo(['When are refunds paid?'])
    expect(message.role).toBe('assistant')
    const text = textOf(message)
    expect(text).toBe('Refunds are paid within 14 days. [1]')
    const citations = message.parts.flatMap((p) => (p.type === 'data-citation' ? [p.data] : []))
    expect(citations).toHaveLength(1)
    const [{ answerStart, answerEnd, quote, versionId, start, end }] = citations as [PlacedCitation]
    expect(text.slice(answerStart, answerEnd)).toBe('[1]')
    const stored = await test.workspace.knowledge.version(versionId)
    expect(stored.text.slice(start, end)).toBe(quote)
    expect(message.parts.filter(({ type }) => type === 'source-document')).toEqual([
      {
        type: 'source-document',
        sourceId: versionId,
        mediaType: 'text/markdown',
        title: 'Refunds',
        filename: 'refunds.md',
        providerMetadata: { graft: { documentId: stored.documentId, versionId } },
      },
    ])
    const details = message.parts.find((part) => part.type === 'data-answer')
    expect(details!.data).toMatchObject({ abstained: false, model: test.workspace.model })
  })

  it('starts and finishes as the protocol has it', async () => {
    const chunks = await Array.fromAsync(await send(['When are refunds paid?']))
    const order = chunks.map(({ type }) => type).filter((type, i, all) => type !== all[i - 1])
    expect(order).toEqual([
      'start',
      'start-step',
      'text-start',
      'text-delta',
      'source-document',
      'data-citation',
      'text-end',
      'data-answer',
      'finish-step',
      'finish',
    ])
  })

  it('has the headers that the SDK and proxies look for', async () => {
    const messages = [{ role: 'user', parts: [{ type: 'text', text: 'When are refunds paid?' }] }]
    const response = await fetch(`${server.url}/api/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'c', trigger: 'submit-message', messages }),
    })
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      'x-vercel-ai-ui-message-stream': 'v1',
      'x-accel-buffering': 'no',
    })
    expect((await response.text()).endsWith('data: [DONE]\n\n')).toBe(true)
  })

  it('goes on from the messages before', async () => {
    const turns = ['What about refunds?', 'Refunds are paid within 14 days.', 'Where is the form?']
    expect(textOf(await answerTo(turns))).toContain('The form is online.')
  })

  it('reads what the principal may read', async () => {
    const texts = ['When are salaries paid?']
    expect(textOf(await answerTo(texts))).toContain('on the 25th')
    expect(textOf(await answerTo(texts, { body: { as: 'bo' } }))).not.toContain('25th')
    await expect(send(texts, { body: { as: 'eve' } })).rejects.toThrow('eve')
  })

  it('takes a model, and tells of one that does not exist', async () => {
    const message = await answerTo(['When are refunds paid?'], { body: { model: 'graft/base' } })
    const details = message.parts.find((part) => part.type === 'data-answer')
    expect(details!.data.model).toBe('graft/base')
    await expect(send(['When?'], { body: { model: 'gpt-5' } })).rejects.toThrow('gpt-5')
  })

  it('has nothing to come back to', async () => {
    const transport = new DefaultChatTransport<Message>({ api: `${server.url}/api/chat` })
    expect(await transport.reconnectToStream({ chatId: 'chat-1' })).toBeNull()
  })

  it('ends with an error chunk when the model fails', async () => {
    const model = await startOpenAiServer([{ text: 'Refunds', cutAfter: 0 }])
    const workspace = await test.reopen({ model: { baseURL: model.baseURL, model: 'cut' } })
    const failing = await startServer(workspace, { port: 0 })
    const chunks = await Array.fromAsync(
      await send(['When are refunds paid?'], { url: failing.url }),
    )
    expect(chunks.at(-1)).toMatchObject({
      type: 'error',
      errorText: expect.stringContaining('cut'),
    })
    await failing.close()
    await model.close()
  })

  it('is stopped when the client stops it', async () => {
    const model = await startOpenAiServer([
      { text: 'Refunds are paid', chunkSize: 4, hangAfter: 2 },
    ])
    const workspace = await test.reopen({ model: { baseURL: model.baseURL, model: 'slow' } })
    const slow = await startServer(workspace, { port: 0 })
    const stopping = new AbortController()
    const { signal } = stopping
    const stream = await send(['When are refunds paid?'], { url: slow.url, signal })
    await expect.poll(() => model.requests.length).toBe(1)
    stopping.abort()
    await model.clientLeft
    await stream.cancel().catch(() => undefined)
    await slow.close()
    await model.close()
  })
})

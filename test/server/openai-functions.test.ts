/** @file Functions of the caller and structured outputs through the official client. */
import type OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OpenAiServer, startOpenAiServer } from '../fixtures/openai-server.ts'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'
import { type ServedClient, serveClient } from './openai-client.ts'

const PAGE = '# Refunds\n\n## Deadline\n\nRefunds are paid within 14 days. The form is online.\n'
const question = { role: 'user', content: 'When are refunds paid?' } as const

describe('functions of the caller', () => {
  const tools: OpenAI.ChatCompletionTool[] = [
    {
      type: 'function',
      function: {
        name: 'weather',
        description: 'The weather of a town',
        parameters: { type: 'object', properties: { town: { type: 'string' } } },
      },
    },
  ]
  const asked = { role: 'user', content: 'What is the weather in Bern?' } as const
  let scripted: OpenAiServer
  let test: TestWorkspace
  let served: ServedClient

  beforeAll(async () => {
    scripted = await startOpenAiServer(({ body }) =>
      'tools' in body
        ? { toolCalls: [{ name: 'weather', arguments: '{"town":"Bern"}' }] }
        : { text: 'It rains in Bern [1].' },
    )
    test = await openTestWorkspace({ model: { baseURL: scripted.baseURL, model: 'scripted' } })
    await test.workspace.knowledge.add({ name: 'refunds.md', text: PAGE })
    served = await serveClient(test.workspace)
  })

  afterAll(async () => {
    await served.close()
    await test.close()
    await scripted.close()
  })

  it('are asked for, and what they gave is cited by the answer', async () => {
    const { completions } = served.client.chat
    const first = await completions.create({ model: 'graft', messages: [asked], tools })
    const [choice] = first.choices
    expect(choice).toMatchObject({ finish_reason: 'tool_calls', message: { content: null } })
    const [call] = choice!.message.tool_calls!
    expect(call).toMatchObject({
      type: 'function',
      function: { name: 'weather', arguments: '{"town":"Bern"}' },
    })
    const result = {
      role: 'tool',
      tool_call_id: call!.id,
      content: 'Bern: rain, 8 degrees',
    } as const
    const second = await completions.create({
      model: 'graft',
      messages: [asked, choice!.message, result],
      tools,
    })
    expect(second.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: 'It rains in Bern [1].' },
    })
    expect(JSON.stringify(second.choices[0]!.message.annotations)).toContain(
      'Bern: rain, 8 degrees',
    )
  })

  it('come in a stream as well', async () => {
    const stream = served.client.chat.completions.stream({
      model: 'graft',
      messages: [asked],
      tools,
    })
    const { choices } = await stream.finalChatCompletion()
    expect(choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { tool_calls: [{ function: { name: 'weather', arguments: '{"town":"Bern"}' } }] },
    })
  })

  it('are not asked for where the choice is none', async () => {
    const completion = await served.client.chat.completions.create({
      model: 'graft',
      messages: [asked],
      tools,
      tool_choice: 'none',
    })
    expect(completion.choices[0]).toMatchObject({ finish_reason: 'stop' })
  })
})

describe('a response format', () => {
  const schema = {
    type: 'object',
    properties: { answer: { type: 'string' }, days: { type: 'integer' } },
    required: ['answer', 'days'],
    additionalProperties: false,
  }
  let test: TestWorkspace
  let served: ServedClient

  beforeAll(async () => {
    test = await openTestWorkspace()
    await test.workspace.knowledge.add({ name: 'refunds.md', text: PAGE })
    served = await serveClient(test.workspace)
  })

  afterAll(async () => {
    await served.close()
    await test.close()
  })

  const response_format = {
    type: 'json_schema',
    json_schema: { name: 'refund', schema, strict: true },
  } as const
  const value = { answer: 'Refunds are paid within 14 days.', days: 14 }

  it('gives JSON of the schema, whole and streamed, with its citations beside it', async () => {
    const request = { model: 'graft', messages: [question], response_format }
    const completion = await served.client.chat.completions.create(request)
    expect(JSON.parse(completion.choices[0]!.message.content!)).toEqual(value)
    expect(completion).toMatchObject({
      graft: { citations: [{ field: '/answer', unit: 'utf16' }] },
    })
    const stream = served.client.chat.completions.stream(request)
    const { choices } = await stream.finalChatCompletion()
    expect(JSON.parse(choices[0]!.message.content!)).toEqual(value)
  })

  it('gives a refusal where the documents hold no answer', async () => {
    const completion = await served.client.chat.completions.create({
      model: 'graft',
      messages: [{ role: 'user', content: 'Who won the chess tournament of 1921?' }],
      response_format,
    })
    expect(completion.choices[0]!.message).toMatchObject({
      content: null,
      refusal: 'I could not find an answer to that in the documents.',
    })
  })

  it('is taken by responses too', async () => {
    const response = await served.client.responses.create({
      model: 'graft',
      input: question.content,
      text: { format: { type: 'json_schema', name: 'refund', schema, strict: true } },
    })
    expect(JSON.parse(response.output_text)).toEqual(value)
    expect(response.text?.format).toMatchObject({ type: 'json_schema' })
  })

  it('that cannot be kept fails as an error, not as broken JSON', async () => {
    const failing = served.client.chat.completions.create({
      model: 'graft',
      messages: [question],
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'short',
          schema: {
            type: 'object',
            properties: { answer: { type: 'string', maxLength: 3 } },
            required: ['answer'],
            additionalProperties: false,
          },
        },
      },
    })
    await expect(failing).rejects.toMatchObject({ code: 'output_invalid' })
  })
})

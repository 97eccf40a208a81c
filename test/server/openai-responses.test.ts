/** @file The Responses API through the official client: file_search, annotations, the order of events. */
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startOpenAiServer } from '../fixtures/openai-server.ts'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'
import { type ServedClient, serveClient } from './openai-client.ts'
import { page, upload } from './openai-uploads.ts'

type Verified = {
  quote: string
  start: number
  end: number
  version_id: string
  document_id: string
}
type FileCitation = OpenAI.Responses.ResponseOutputText.FileCitation & { graft: Verified }
type Details = { graft: { abstained: boolean; query: string } }

const tools: OpenAI.Responses.FileSearchTool[] = [
  { type: 'file_search', vector_store_ids: ['default'], max_num_results: 3 },
]
const question = { model: 'graft', input: 'When are refunds paid?', tools }

let test: TestWorkspace
let served: ServedClient
let client: OpenAI

beforeAll(async () => {
  test = await openTestWorkspace()
  const { knowledge, access } = test.workspace
  const text =
    '# Refunds\n\n## Deadline\n\nRefunds are paid within 14 days.\n\n## Form\n\nThe form is online.\n'
  await knowledge.add({ name: 'refunds.md', text })
  const hr = { groups: ['hr'], collection: 'staff' }
  await knowledge.add({ name: 'pay.md', text: '# Pay\n\nSalaries are paid on the 25th.\n' }, hr)
  await access.set('ana', ['hr'])
  await access.set('bo', [])
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

function textPart(response: OpenAI.Responses.Response): OpenAI.Responses.ResponseOutputText {
  for (const item of response.output) {
    if (item.type !== 'message') continue
    for (const part of item.content) if (part.type === 'output_text') return part
  }
  throw new Error('the response has no text')
}

describe('a response', () => {
  it('cites files where the markers stand, with the verified quote', async () => {
    const response = await client.responses.create(question)
    expect(response).toMatchObject({ object: 'response', status: 'completed', error: null })
    expect(response.output_text).toBe('Refunds are paid within 14 days. [1]')
    const [call, message] = response.output
    expect(call).toMatchObject({
      type: 'file_search_call',
      status: 'completed',
      queries: [question.input],
      results: null,
    })
    expect(message).toMatchObject({ type: 'message', role: 'assistant', status: 'completed' })
    const { text, annotations } = textPart(response)
    const [citation] = annotations as FileCitation[]
    expect(text.slice(citation!.index)).toBe('[1]')
    expect(citation).toMatchObject({
      type: 'file_citation',
      filename: 'refunds.md',
      file_id: citation!.graft.document_id,
      graft: { quote: 'Refunds are paid within 14 days.' },
    })
    const { versionId, start, end } = {
      versionId: citation!.graft.version_id,
      ...citation!.graft,
    }
    const stored = await test.workspace.knowledge.version(versionId)
    expect(stored.text.slice(start, end)).toBe(citation!.graft.quote)
  })

  it('holds what was found, where that is included', async () => {
    const response = await client.responses.create({
      ...question,
      include: ['file_search_call.results'],
    })
    const [call] = response.output
    if (call?.type !== 'file_search_call') throw new Error('no file_search_call')
    expect(call.results!.length).toBeGreaterThan(0)
    expect(call.results!.length).toBeLessThanOrEqual(3)
    expect(call.results![0]).toMatchObject({ filename: 'refunds.md', attributes: {} })
    expect(call.results![0]!.text).toContain('within 14 days')
    expect(call.results![0]!.score).toBeGreaterThan(0)
  })

  it('is looked for in the named collections alone, with the rights of the user', async () => {
    const finds = async (vector_store_ids: string[], user?: string): Promise<boolean> => {
      const { output_text } = await client.responses.create({
        model: 'graft',
        input: 'When are salaries paid?',
        tools: [{ type: 'file_search', vector_store_ids }],
        include: ['file_search_call.results'],
        ...(user && { user }),
      })
      return output_text.includes('on the 25th')
    }
    expect(await finds(['staff'])).toBe(true)
    expect(await finds(['default'])).toBe(false)
    expect(await finds(['default', 'staff'], 'ana')).toBe(true)
    expect(await errorOf(finds(['staff'], 'bo'))).toMatchObject({ status: 404 })
    expect(await finds(['default'], 'bo')).toBe(false)
  })

  it('shows no search where none was asked for, and cites all the same', async () => {
    const response = await client.responses.create({ model: 'graft', input: question.input })
    expect(response.output.map(({ type }) => type)).toEqual(['message'])
    expect(textPart(response).annotations).toHaveLength(1)
    const none = await client.responses.create({ ...question, tool_choice: 'none' })
    expect(none.output.map(({ type }) => type)).toEqual(['message'])
  })

  it('follows instructions, and takes messages as input', async () => {
    const response = await client.responses.create({
      ...question,
      instructions: 'Answer in one sentence.',
      input: [
        { role: 'developer', content: 'Be polite.' },
        { role: 'user', content: [{ type: 'input_text', text: question.input }] },
      ],
    })
    expect(response.output_text).toContain('Refunds are paid within 14 days.')
    expect(response.usage!.output_tokens).toBeGreaterThan(0)
    expect(response.instructions).toBe('Answer in one sentence.')
  })

  it.each([
    [{ tools: [{ type: 'function', name: 'f', parameters: {}, strict: true }] }, 'tools'],
    [{ tools: [{ type: 'file_search', vector_store_ids: [] }] }, 'tools.0.vector_store_ids'],
    [{ tools: [{ ...tools[0], ranking_options: { score_threshold: 0.5 } }] }, 'ranking_options'],
    [
      { tools: [{ type: 'file_search', vector_store_ids: ['nowhere'] }] },
      'tools.0.vector_store_ids',
    ],
    [{ text: { format: { type: 'json_object' } } }, 'text.format'],
    [{ background: true }, 'background'],
    [{ conversation: 'conv_1' }, 'conversation'],
    [{ input: [{ type: 'function_call_output', call_id: 'c', output: 'x' }] }, 'input.0'],
    [{ input: [{ role: 'user', content: [{ type: 'input_image' }] }] }, 'input.0.content.0'],
    [{ input: [] }, 'input'],
    [{ previous_response_id: 'resp_none' }, 'previous_response_id'],
  ])('with %j is refused by the name of the parameter', async (fields, param) => {
    const request = { ...question, ...fields } as OpenAI.Responses.ResponseCreateParamsNonStreaming
    const error = await errorOf(client.responses.create(request))
    expect(error.status).toBeLessThan(500)
    expect(error).toMatchObject({ param, type: 'invalid_request_error' })
  })
})

describe('a response from a vector store', () => {
  it('cites uploaded files, chosen by their attributes', async () => {
    const euro = await upload(client, 'eu.md', page('Plans', 'The plan for the EU costs 9 euros.'))
    const us = await upload(client, 'us.md', page('Plans', 'The plan for the US costs 11 dollars.'))
    const { id } = await client.vectorStores.create({ name: 'plans' })
    const polling = { pollIntervalMs: 50 }
    const files = client.vectorStores.files
    await files.createAndPoll(id, { file_id: euro, attributes: { region: 'eu' } }, polling)
    await files.createAndPoll(id, { file_id: us, attributes: { region: 'us' } }, polling)
    const response = await client.responses.create({
      model: 'graft',
      input: 'What does the plan cost?',
      include: ['file_search_call.results'],
      tools: [
        {
          type: 'file_search',
          vector_store_ids: [id],
          filters: { type: 'eq', key: 'region', value: 'us' },
        },
      ],
    })
    expect(response.output_text).toContain('11 dollars')
    expect(response.output_text).not.toContain('9 euros')
    expect(textPart(response).annotations[0]).toMatchObject({
      type: 'file_citation',
      file_id: us,
      filename: 'us.md',
    })
    const [call] = response.output
    expect(call).toMatchObject({ results: [{ file_id: us, attributes: { region: 'us' } }] })
    await client.vectorStores.delete(id)
    const gone = client.responses.create({
      model: 'graft',
      input: 'What does the plan cost?',
      tools: [{ type: 'file_search', vector_store_ids: [id] }],
    })
    expect(await errorOf(gone)).toMatchObject({ status: 404, code: 'unknown_vector_store' })
  })
})

describe('the events of a response', () => {
  it('come in the documented order, numbered', async () => {
    const stream = await client.responses.create({ ...question, stream: true })
    const events = await Array.fromAsync(stream)
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, i) => i))
    const order = events.map(({ type }) => type)
    const withoutRepeats = order.filter((type, index) => type !== order[index - 1])
    expect(withoutRepeats).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.file_search_call.in_progress',
      'response.file_search_call.searching',
      'response.file_search_call.completed',
      'response.output_item.done',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.annotation.added',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ])
    const deltas = events.flatMap((event) =>
      event.type === 'response.output_text.delta' ? [event.delta] : [],
    )
    const last = events.at(-1)
    if (last?.type !== 'response.completed') throw new Error('no completed response')
    expect(deltas.join('')).toBe(textPart(last.response).text)
    const added = events.find(({ type }) => type === 'response.output_text.annotation.added')
    expect(added).toMatchObject({
      output_index: 1,
      content_index: 0,
      annotation_index: 0,
      annotation: textPart(last.response).annotations[0],
    })
    const first = events[0]
    if (first?.type !== 'response.created') throw new Error('no created response')
    expect(first.response).toMatchObject({ status: 'in_progress', output: [] })
    expect(first.response.id).toBe(last.response.id)
  })

  it('are put together by the streaming helper of the client', async () => {
    const response = await client.responses.stream(question).finalResponse()
    expect(response.output_text).toBe('Refunds are paid within 14 days. [1]')
    expect(textPart(response).annotations).toHaveLength(1)
  })

  it('end with the failure of a model, which is a status where nothing was streamed', async () => {
    const model = await startOpenAiServer([{ text: 'Refunds', cutAfter: 0 }])
    const workspace = await test.reopen({ model: { baseURL: model.baseURL, model: 'cut' } })
    const failing = await serveClient(workspace)
    const stream = await failing.client.responses.create({ ...question, stream: true })
    const last = (await Array.fromAsync(stream)).at(-1)
    expect(last).toMatchObject({
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'model_failed' } },
    })
    const error = await errorOf(failing.client.responses.create(question))
    expect(error).toMatchObject({ status: 502, code: 'model_failed' })
    await failing.close()
    await model.close()
  })
})

describe('a response that is kept', () => {
  it('is gone on from', async () => {
    const first = await client.responses.create({ model: 'graft', input: 'What about refunds?' })
    const second = await client.responses.create({
      model: 'graft',
      input: 'Where is the form?',
      previous_response_id: first.id,
    })
    const { query } = (second as unknown as Details).graft
    expect(query).toContain('refunds')
    expect(second.previous_response_id).toBe(first.id)
  })

  it('is read and deleted by its id', async () => {
    const { id, output_text } = await client.responses.create(question)
    expect((await client.responses.retrieve(id)).output_text).toBe(output_text)
    await client.responses.delete(id)
    expect(await errorOf(client.responses.retrieve(id))).toBeInstanceOf(OpenAI.NotFoundError)
  })

  it('is not, where the request does not want it', async () => {
    const { id } = await client.responses.create({ ...question, store: false })
    expect(await errorOf(client.responses.retrieve(id))).toMatchObject({ status: 404 })
  })

  it('is nobody else’s, and lost with the right to read what it quotes', async () => {
    const as = (principal: string) => ({ headers: { 'graft-as': principal } })
    const input = 'When are salaries paid?'
    const { id, output_text } = await client.responses.create({ model: 'graft', input }, as('ana'))
    expect(output_text).toContain('on the 25th')
    const reads = (principal: string): Promise<unknown> =>
      client.responses.retrieve(id, undefined, as(principal))
    expect(await reads('ana')).toMatchObject({ id })
    expect(await errorOf(reads('bo'))).toMatchObject({ status: 404 })
    const goesOn = client.responses.create(
      { model: 'graft', input: 'And then?', previous_response_id: id },
      as('bo'),
    )
    expect(await errorOf(goesOn)).toMatchObject({ status: 404, param: 'previous_response_id' })
    await test.workspace.access.set('ana', [])
    expect(await errorOf(reads('ana'))).toMatchObject({ status: 404 })
    await test.workspace.access.set('ana', ['hr'])
  })
})

/** @file Structured answers: values that fit their schema, whose strings are quotes with citations. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Answer, AskEvent } from '../../src/assistant/index.ts'
import type { Workspace } from '../../src/workspace.ts'
import type { WorkspaceAskOptions } from '../../src/workspace-assistants.ts'
import { type OpenAiServer, startOpenAiServer } from '../fixtures/openai-server.ts'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'

const PAGE = `# Refunds

## Deadline

Refunds are paid within 14 days. The form is online.
`

const form = z.object({
  answer: z.string(),
  days: z.int(),
  topic: z.enum(['refunds', 'shipping']),
  urgent: z.boolean(),
})

async function collect(stream: AsyncGenerator<AskEvent, Answer>): Promise<Answer> {
  const events: AskEvent[] = []
  let step = await stream.next()
  while (!step.done) {
    events.push(step.value)
    step = await stream.next()
  }
  const text = events.flatMap((event) => (event.type === 'text-delta' ? [event.delta] : []))
  expect(text.join('')).toBe(step.value.answer)
  return step.value
}

const QUESTION = 'When are refunds paid?'

describe('the embedded base', () => {
  let test: TestWorkspace
  let workspace: Workspace

  beforeAll(async () => {
    test = await openTestWorkspace()
    workspace = test.workspace
    await workspace.knowledge.add({ name: 'refunds.md', text: PAGE })
  })

  afterAll(async () => {
    await test.close()
  })

  const ask = (question: string, options: WorkspaceAskOptions): Promise<Answer> =>
    collect(workspace.ask(question, options))

  it('fills a form with quotes and with numbers that the evidence holds', async () => {
    const answer = await ask(QUESTION, { output: form })
    const value = form.parse(answer.output)
    expect(JSON.parse(answer.answer)).toEqual(value)
    expect(PAGE).toContain(value.answer)
    expect(value.days).toBe(14)
    expect(answer.citations).toMatchObject([{ field: '/answer', quote: value.answer }])
    const [{ versionId, start, end }] = answer.citations as [Answer['citations'][number]]
    const { text } = await workspace.knowledge.version(versionId)
    expect(text.slice(start, end)).toBe(value.answer)
  })

  it('abstains without JSON where the documents hold no answer', async () => {
    const answer = await ask('Who won the chess tournament of 1921?', { output: form })
    expect(answer).toMatchObject({ abstained: true, output: null, citations: [] })
    expect(answer.answer).toBe('I could not find an answer to that in the documents.')
  })

  it('fails where no value can fit, instead of writing what does not', async () => {
    const short = z.object({ answer: z.string().max(5) })
    await expect(ask(QUESTION, { output: short })).rejects.toMatchObject({ code: 'output_invalid' })
    const none = z.object({ mail: z.string(), price: z.number().min(1000) })
    await expect(ask(QUESTION, { output: none })).rejects.toMatchObject({ code: 'output_invalid' })
  })

  it('takes a JSON Schema, and refuses one that is none', async () => {
    const schema = {
      type: 'object',
      properties: { quotes: { type: 'array', items: { type: 'string' }, minItems: 1 } },
      required: ['quotes'],
      additionalProperties: false,
    }
    const { output } = await ask(QUESTION, { output: schema })
    const { quotes } = output as { quotes: string[] }
    expect(quotes.length).toBeGreaterThan(0)
    for (const quote of quotes) expect(PAGE).toContain(quote)
    await expect(ask(QUESTION, { output: { type: 'strange' } })).rejects.toMatchObject({
      code: 'invalid_configuration',
    })
  })

  it('is not asked where quotes alone are asked for', async () => {
    const asked = ask(QUESTION, { output: form, model: 'graft/quoting' })
    await expect(asked).rejects.toMatchObject({ code: 'output_unavailable' })
  })
})

describe('a language model', () => {
  let server: OpenAiServer
  let test: TestWorkspace
  let text = ''

  beforeAll(async () => {
    server = await startOpenAiServer(() => ({ text }))
    test = await openTestWorkspace({
      model: { baseURL: server.baseURL, model: 'scripted' },
      output: form,
    })
    await test.workspace.knowledge.add({ name: 'refunds.md', text: PAGE })
  })

  afterAll(async () => {
    await test.close()
    await server.close()
  })

  const ask = (written: string): Promise<Answer> => {
    text = written
    return collect(test.workspace.ask(QUESTION))
  }
  const whole = { days: 14, topic: 'refunds', urgent: false }

  it('gets the schema, and its references become quotes and citations', async () => {
    const answer = await ask(JSON.stringify({ answer: 'Soon: [[1]] Really [1].', ...whole }))
    expect(answer.output).toEqual({
      answer: 'Soon: Refunds are paid within 14 days. Really.',
      ...whole,
    })
    expect(answer.citations.map(({ field }) => field)).toEqual(['/answer', '/answer'])
    const { body } = server.requests.at(-1)!
    expect(body).toMatchObject({
      response_format: {
        type: 'json_schema',
        json_schema: { schema: { required: expect.any(Array) } },
      },
    })
  })

  it.each([
    ['no JSON', 'Here you are: {'],
    ['a missing field', '{"answer":"x"}'],
    ['a wrong value', JSON.stringify({ answer: 'x', ...whole, topic: 'weather' })],
  ])('that writes %s fails, and nothing of it is shown', async (_, written) => {
    await expect(ask(written)).rejects.toMatchObject({ code: 'output_invalid' })
  })

  it('loses references to nothing and links to foreign hosts', async () => {
    const answer = await ask(
      JSON.stringify({ answer: 'See [9] ![x](https://evil.example/?q=1)', ...whole }),
    )
    expect(answer.droppedReferences).toEqual([{ reference: '[9]', reason: 'unknown_number' }])
    expect(answer.answer).not.toContain('https://evil.example')
  })
})

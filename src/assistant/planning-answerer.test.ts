import { afterAll, describe, expect, it } from 'vitest'
import type { EvidenceSentence } from '../knowledge/index.ts'
import type { AnswerBody, AnswerRequest } from './answerer.ts'
import { createAnswerer } from './create-answerer.ts'
import type { AskEvent } from './events.ts'
import { DEFAULT_ABSTENTION } from './quoting-answerer.ts'

const text =
  'Refunds take five days.\n\nDigital goods are refunded within 14 days.\n\nYou need:\n\n- a receipt\n- the box\n'

function sentence(number: number, quote: string, relevance: number): EvidenceSentence {
  const start = text.indexOf(quote)
  return {
    number,
    documentId: 'doc',
    versionId: 'ver',
    collection: 'default',
    title: 'Refunds',
    uri: 'refunds.md',
    validFrom: '2026-01-01T00:00:00.000Z',
    validTo: null,
    chunkId: '1',
    headingPath: ['Refunds'],
    start,
    end: start + quote.length,
    text: quote,
    relevance,
  }
}

const plain = [
  sentence(1, 'Refunds take five days.', 0.2),
  sentence(2, 'Digital goods are refunded within 14 days.', 1),
]
const list = [
  sentence(1, 'You need:', 1),
  sentence(2, 'a receipt', 0.1),
  sentence(3, 'the box', 0.1),
]

function request(sentences: EvidenceSentence[], sufficient = true): AnswerRequest {
  const ranking = sentences
    .toSorted((a, b) => b.relevance - a.relevance)
    .map(({ number }) => number)
  const signals = { coverage: 1, inChunk: 1, phrase: 1, topic: 1, terms: 1, size: 0 }
  const question = 'How long do refunds of digital goods take?'
  const evidence = { query: question, sentences, ranking, signals, confidence: 1, sufficient }
  return {
    question,
    evidence: evidence as AnswerRequest['evidence'],
    versionTexts: new Map([['ver', text]]),
  }
}

async function run(
  { answerer }: Awaited<ReturnType<typeof createAnswerer>>,
  asked: AnswerRequest,
): Promise<{ body: AnswerBody; events: AskEvent[] }> {
  const events: AskEvent[] = []
  const generator = answerer.answer(asked)
  for (;;) {
    const { done, value } = await generator.next()
    if (done) return { body: value, events }
    events.push(value)
  }
}

const instructions =
  'Answer in this form:\nHello there!\n\n> {first}\n> {second}\n\nKind regards,\nThe Kalo team'
const bare = await createAnswerer({ model: 'graft/base' })
const formal = await createAnswerer({ instructions })

afterAll(async () => {
  await bare.answerer.close?.()
  await formal.answerer.close?.()
})

describe('answers of the embedded base', () => {
  it('quote the planned sentence, verified and cited, in the form that is asked for', async () => {
    const { body, events } = await run(formal, request(plain))
    expect(body.answer).toBe(
      'Hello there!\n\n> Digital goods are refunded within 14 days. [1]\n\nKind regards,\nThe Kalo team',
    )
    expect(body.citations.map(({ quote, start, end }) => [quote, text.slice(start, end)])).toEqual([
      [plain[1]!.text, plain[1]!.text],
    ])
    expect(body.droppedReferences).toEqual([])
    const deltas = events.flatMap((event) => (event.type === 'text-delta' ? [event.delta] : []))
    expect(deltas.join('')).toBe(body.answer)
    expect(deltas.length).toBeGreaterThan(3)
    expect(body.usage.outputTokens).toBeGreaterThan(5)
  })

  it('are the quotes alone where no form is asked for', async () => {
    const { body } = await run(bare, request(plain))
    expect(body.answer).toBe('Digital goods are refunded within 14 days. [1]')
  })

  it('bring the list that a quoted sentence announces, each line marked as quoted', async () => {
    const { body } = await run(formal, request(list))
    expect(body.answer).toContain('> You need: [1]\n> a receipt [2]\n> the box [3]')
  })

  it('say in the house words that there is no answer, and cite nothing', async () => {
    const { body } = await run(bare, request(plain, false))
    expect(body).toMatchObject({ abstained: true, citations: [], answer: DEFAULT_ABSTENTION })
    const { body: formalBody } = await run(formal, request(plain, false))
    expect(formalBody).toMatchObject({ abstained: true, citations: [] })
  })

  it('end when the caller gives up', async () => {
    const controller = new AbortController()
    const generator = formal.answerer.answer({ ...request(plain), signal: controller.signal })
    await generator.next()
    controller.abort()
    await expect(
      (async () => {
        while (!(await generator.next()).done);
      })(),
    ).rejects.toMatchObject({ code: 'aborted' })
  })
})

describe('createAnswerer', () => {
  it('refuses an adapter for a model that takes none', async () => {
    await expect(createAnswerer({ model: 'graft/quoting', adapter: 'x' })).rejects.toMatchObject({
      code: 'invalid_configuration',
    })
  })

  it.each([
    [{}, 'graft/quoting'],
    [{ instructions: 'Be kind.' }, 'graft/base'],
    [{ adapter: 'support@production' }, 'graft/base + support@production'],
  ])('answers %j with %s', async (setting, model) => {
    expect((await createAnswerer(setting)).answerer.model).toBe(model)
  })
})

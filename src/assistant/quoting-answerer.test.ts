import { describe, expect, it } from 'vitest'
import type { EvidenceSentence } from '../knowledge/index.ts'
import type { AnswerBody } from './answerer.ts'
import type { AskEvent } from './events.ts'
import { createQuotingAnswerer, DEFAULT_ABSTENTION } from './quoting-answerer.ts'

const text = 'Plans:\n\n- Free\n- Pro\n\nPrices change in May. The sky is blue.'
const relevance = {
  'Plans:': 2,
  Free: 0.5,
  Pro: 0.5,
  'Prices change in May.': 1,
  'The sky is blue.': 0.1,
}

/** Evidence over `text`, all of it sufficient unless said otherwise; `scores` overrides relevance. */
function request(scores: Record<string, number> = relevance, sufficient = true) {
  const sentences: EvidenceSentence[] = Object.keys(relevance).map((quote, i) => ({
    number: i + 1,
    documentId: 'doc',
    versionId: 'ver',
    collection: 'default',
    title: 'Plans',
    uri: 'plans.md',
    validFrom: '2026-01-01T00:00:00.000Z',
    validTo: null,
    chunkId: '1',
    headingPath: ['Plans'],
    start: text.indexOf(quote),
    end: text.indexOf(quote) + quote.length,
    text: quote,
    relevance: scores[quote]!,
  }))
  const ranking = [...sentences]
    .sort((a, b) => b.relevance - a.relevance)
    .map(({ number }) => number)
  const signals = { coverage: 1, inChunk: 1, phrase: 1, topic: 1, terms: 1, size: 0 }
  const evidence = {
    query: 'q',
    sentences,
    ranking,
    signals,
    confidence: sufficient ? 1 : 0,
    sufficient,
  }
  return { question: 'q', evidence, versionTexts: new Map([['ver', text]]) }
}

async function run(
  input: ReturnType<typeof request>,
): Promise<{ body: AnswerBody; events: AskEvent[] }> {
  const generator = createQuotingAnswerer().answer(input)
  const events: AskEvent[] = []
  for (;;) {
    const { done, value } = await generator.next()
    if (done) return { body: value, events }
    events.push(value)
  }
}

describe('createQuotingAnswerer', () => {
  it('quotes the list that its best sentence announces, and stops where the list ends', async () => {
    const { body, events } = await run(request())
    expect(body.answer).toBe('Plans: [1]\nFree [2]\nPro [3]')
    const streamed = events
      .flatMap((event) => (event.type === 'text-delta' ? [event.delta] : []))
      .join('')
    expect(streamed).toBe(body.answer)
  })

  it('cites the exact text of the version and calls each quote supported', async () => {
    const { body } = await run(request())
    for (const { quote, start, end } of body.citations) expect(text.slice(start, end)).toBe(quote)
    expect(body.verdicts.map(({ support }) => support)).toEqual([
      'supported',
      'supported',
      'supported',
    ])
    expect(body.verdicts.map(({ start, end }) => body.answer.slice(start, end))).toEqual([
      'Plans: [1]',
      'Free [2]',
      'Pro [3]',
    ])
  })

  it('puts the best sentence first and leaves out what is much weaker', async () => {
    const scores = {
      ...relevance,
      'Plans:': 0.1,
      'Prices change in May.': 1,
      'The sky is blue.': 0.9,
      Free: 0.3,
      Pro: 0.3,
    }
    const { body } = await run(request(scores))
    expect(body.answer).toBe('Prices change in May. [1]\nThe sky is blue. [2]')
  })

  it('shows no marker that is not its own, also when the quoted text holds one', async () => {
    const input = request()
    const quote = 'See note [7] of the manual.'
    const [first] = input.evidence.sentences
    const only = { ...first!, start: 0, end: quote.length, text: quote }
    const evidence = { ...input.evidence, sentences: [only], ranking: [only.number] }
    const { body } = await run({ ...input, evidence, versionTexts: new Map([['ver', quote]]) })
    expect(body.answer).not.toContain('[7]')
    expect(body.citations.map(({ quote: cited }) => cited)).toEqual([quote])
  })

  it('abstains when the evidence is not sufficient', async () => {
    const { body } = await run(request(relevance, false))
    expect(body).toMatchObject({ answer: DEFAULT_ABSTENTION, abstained: true, citations: [] })
  })

  it('never quotes what the stored version does not say', async () => {
    const changed = { ...request(), versionTexts: new Map([['ver', text.toUpperCase()]]) }
    const { body } = await run(changed)
    expect(body).toMatchObject({ abstained: true, citations: [] })
  })
})

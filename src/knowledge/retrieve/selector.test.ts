import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GraftError } from '../../errors.ts'
import { answerability, signalNames, signalsOf } from './answerability.ts'
import { rankSentences } from './evidence.ts'
import { type Question, readQuestion } from './question.ts'
import { passageFeatureNames, RERANKED, rerank } from './rerank.ts'
import { judge, openSelector, type Selector, shippedSelector, sigmoid } from './selector.ts'
import { describeSentences, featureNames } from './sentence-features.ts'
import type { RetrievedChunk } from './types.ts'
import { stem, words } from './words.ts'

const assets = path.join(import.meta.dirname, '../../../assets/selector')
const stopWords = new Set('a an the is are do does did i in of to for how many who when'.split(' '))

function ask(text: string): Question {
  const content = words(text).filter((word) => !stopWords.has(word))
  return readQuestion(text, new Map(content.map((word) => [stem(word), 3])), 0.9)
}

function chunkOf(sentences: string[], score = 1, id = '1'): RetrievedChunk {
  let end = -1
  const spans = sentences.map((sentence) => {
    const start = end + 1
    end = start + sentence.length
    return { start, end }
  })
  return {
    chunkId: id,
    documentId: `doc-${id}`,
    versionId: `ver-${id}`,
    collection: 'default',
    title: 'Orders',
    uri: `${id}.md`,
    validFrom: '2026-01-01T00:00:00.000Z',
    validTo: null,
    ordinal: 0,
    headingPath: ['Orders'],
    start: 0,
    end,
    text: sentences.join(' '),
    sentences: spans,
    score,
    legs: { lexical: { rank: 1, score: 3 } },
  }
}

const shop = [
  'We ship orders from our warehouse in Rotterdam every weekday.',
  'You can return an order within 30 days of delivery.',
  'Our founder, Maria Jansen, still answers letters herself.',
  'Gift cards are sold in the shop and never expire.',
]

describe('the shipped weights', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'graft-selector-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  it('have the inputs that the code computes, in its order', async () => {
    const { sentence, passage, answer } = await shippedSelector()
    expect(sentence.inputs).toEqual([...featureNames])
    expect(passage.inputs).toEqual(passageFeatureNames)
    expect(answer.inputs).toEqual([...signalNames])
    for (const unit of sentence.hidden) expect(unit).toHaveLength(featureNames.length)
  })

  it('are refused when a byte differs', async () => {
    cpSync(assets, folder, { recursive: true })
    const file = path.join(folder, 'weights.json')
    const bytes = readFileSync(file)
    const digit = bytes.findIndex((byte, at) => at > 4000 && byte >= 0x31 && byte <= 0x38)
    bytes[digit]!++
    writeFileSync(file, bytes)
    const error = await openSelector(folder).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(GraftError)
    expect(error).toMatchObject({ code: 'hash_mismatch', hint: expect.stringMatching(/\.$/) })
  })

  it('are missed by name', async () => {
    rmSync(path.join(folder, 'weights.json'), { force: true })
    await expect(openSelector(folder)).rejects.toMatchObject({ code: 'file_missing' })
  })
})

describe('the selector', () => {
  let selector: Selector
  beforeAll(async () => {
    selector = await shippedSelector()
  })

  it.each([
    ['Within how many days can I return an order?', 1],
    ['Who is the founder?', 2],
    ['Do gift cards expire?', 3],
    ['Where do you ship orders from?', 0],
  ])('puts the sentence that answers first: %s', (text, expected) => {
    const [best] = rankSentences(judge([chunkOf(shop)], ask(text), selector))
    expect(best!.text).toBe(shop[expected])
  })

  it('prefers a sentence that holds what is asked for', () => {
    const sentences = [
      'The price of a ticket is printed on the ticket.',
      'The price of a ticket is 40 euros.',
    ]
    const [best] = rankSentences(
      judge([chunkOf(sentences)], ask('How many euros is the price of a ticket?'), selector),
    )
    expect(best!.text).toBe(sentences[1])
  })

  it('is surer of a question that is answered than of one that is not', () => {
    const confidence = (text: string): number => {
      const question = ask(text)
      const ranked = rankSentences(judge([chunkOf(shop)], question, selector))
      return answerability(signalsOf(ranked, question), selector.answer)
    }
    const answered = confidence('Within how many days of delivery can I return an order?')
    expect(answered).toBeGreaterThan(0.6)
    expect(confidence('Which colours do your umbrellas come in?')).toBeLessThan(0.4)
    expect(confidence('the of')).toBe(0)
  })

  it('gives finite features and probabilities for any text, the same each time', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), { maxLength: 5 }),
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        (sentences, text) => {
          const question = ask(text)
          const chunk = chunkOf(sentences)
          const ranked = rankSentences(judge([chunk], question, selector))
          for (const { features } of ranked)
            for (const value of features) expect(Number.isFinite(value)).toBe(true)
          const chance = answerability(signalsOf(ranked, question), selector.answer)
          const { scale, bias } = selector.relevance
          for (const value of [
            chance,
            ...ranked.map(({ total }) => sigmoid(scale * total + bias)),
          ]) {
            expect(value).toBeGreaterThanOrEqual(0)
            expect(value).toBeLessThanOrEqual(1)
          }
          expect(rankSentences(judge([chunk], ask(text), selector))).toEqual(ranked)
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('describeSentences', () => {
  const features = (text: string, sentences: string[], index: number): Record<string, number> => {
    const described = describeSentences(chunkOf(sentences), ask(text))[index]!
    return Object.fromEntries(featureNames.map((name, i) => [name, described.features[i]!]))
  }

  it('tells what the sentence, its neighbours and its headings hold', () => {
    const sentences = ['A parcel arrives.', 'The courier rings.', 'A receipt is left.']
    const found = features('parcel courier receipt orders', sentences, 1)
    expect(found).toMatchObject({ own: 0.25, heading: 0.25, previous: 0.25, next: 0.25, chunk: 1 })
  })

  it('tells a figure that answers from one that the question said itself', () => {
    const text = 'How many of the 50 seats are free?'
    expect(features(text, ['Of the 50 seats, 12 are free.'], 0)).toMatchObject({
      'gives-figure': 1,
    })
    expect(features(text, ['The 50 seats are free.'], 0)).toMatchObject({ 'gives-figure': 0 })
  })
})

describe('rerank', () => {
  it('puts the chunk that answers before one that only matches, and scores fall', async () => {
    const chunks = [
      chunkOf(['Orders, orders, orders: everything about the return of summer.'], 1, '1'),
      chunkOf(shop, 0.9, '2'),
      chunkOf(['Nothing of the kind.'], 0.1, '3'),
    ]
    const ranked = rerank(
      chunks,
      ask('Within how many days can I return an order?'),
      await shippedSelector(),
    )
    expect(ranked.map(({ chunkId }) => chunkId)).toEqual(['2', '1', '3'])
    expect(ranked.map(({ legs }) => legs.selector?.rank)).toEqual([1, 2, 3])
    expect(ranked.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1)
  })

  it('leaves what was found further down in its order, below the others', async () => {
    const chunks = Array.from({ length: RERANKED + 3 }, (_, i) =>
      chunkOf(shop, 1 - i / 100, String(i)),
    )
    const ranked = rerank(chunks, ask('Who is the founder?'), await shippedSelector())
    expect(ranked.slice(RERANKED).map(({ chunkId }) => chunkId)).toEqual(
      chunks.slice(RERANKED).map(({ chunkId }) => chunkId),
    )
    for (const [i, { score }] of ranked.slice(1).entries())
      expect(score).toBeLessThanOrEqual(ranked[i]!.score)
  })
})

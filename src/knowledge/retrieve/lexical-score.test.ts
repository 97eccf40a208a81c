import { describe, expect, it } from 'vitest'
import { askedOf, lexicalFeatures, rescoreLexical } from './lexical-score.ts'
import { words } from './words.ts'

const stopWords = new Set(['how', 'do', 'i', 'the', 'of', 'is', 'in', 'a'])

/** Every content word weighs 2, as if all were equally rare. */
function idfOf(query: string): Map<string, number | null> {
  return new Map(words(query).map((word) => [word, stopWords.has(word) ? null : 2]))
}

function features(query: string, text: string): ReturnType<typeof lexicalFeatures> {
  return lexicalFeatures(text, askedOf(query, idfOf(query)))
}

const filler = (count: number): string => Array.from({ length: count }, () => 'filler').join(' ')

describe('lexicalFeatures', () => {
  it('measures how much of the query stands within 8 and within 32 words', () => {
    const near = features('refund deadline policy', `x\nrefund deadline ${filler(20)} policy`)
    expect(near.near).toBeCloseTo(2 / 3)
    expect(near.around).toBeCloseTo(1)
    const far = features('refund deadline', `x\nrefund ${filler(40)} deadline`)
    expect(far).toMatchObject({ near: 0.5, around: 0.5 })
  })

  it('counts a window of just 8 words, and none of 9', () => {
    expect(features('refund deadline', `x\nrefund ${filler(7)} deadline`).near).toBe(1)
    expect(features('refund deadline', `x\nrefund ${filler(8)} deadline`).near).toBe(0.5)
  })

  it('tells the word itself from its other forms', () => {
    expect(features('refunds', 'x\na refund is paid')).toMatchObject({ near: 1, forms: 0 })
    expect(features('refunds', 'x\nRefunds are paid')).toMatchObject({ near: 1, forms: 1 })
  })

  it('counts adjacent pairs with their function words', () => {
    expect(features('the end of the year', 'x\nat the end of the year').pairs).toBe(1)
    expect(features('the end of the year', 'x\nthe year of the end').pairs).toBe(0.75)
  })

  it('takes the first line for the headings', () => {
    expect(features('refund policy', 'Refund policy\nNothing here').headings).toBe(1)
    expect(features('refund policy', 'Other\nRefund policy').headings).toBe(0)
  })

  it('counts figures only where they stand as asked', () => {
    expect(features('error 404', 'x\nerror 404').figures).toBe(0.5)
    expect(features('error 404', 'x\nerror 4040').figures).toBe(0)
  })

  it('stays within 0 and 1 for a query that repeats itself', () => {
    const query = 'refunds refunded refund refund 14 14'
    const all = features(query, `${query}\n${query}`)
    for (const value of Object.values(all)) {
      expect(value).toBeGreaterThanOrEqual(0)
      expect(value).toBeLessThanOrEqual(1)
    }
  })
})

describe('rescoreLexical', () => {
  const candidate = (id: number, score: number, text: string) => ({ id, score, text: `x\n${text}` })

  it('puts a phrase before scattered words of nearly the same score', () => {
    const query = 'how do i cancel the subscription'
    const hits = rescoreLexical(
      query,
      [
        candidate(1, 5.1, `cancel an order. ${filler(50)} a subscription`),
        candidate(2, 5, 'how do I cancel the subscription'),
      ],
      idfOf(query),
    )
    expect(hits.map(({ id }) => id)).toEqual([2, 1])
  })

  it('keeps the order where nothing but stop words or unknown words is asked', () => {
    const candidates = [candidate(1, 3, 'the of'), candidate(2, 2, 'the of the')]
    const stopsOnly = rescoreLexical('the of', candidates, idfOf('the of'))
    expect(stopsOnly).toEqual([
      { id: 1, score: 3 },
      { id: 2, score: 2 },
    ])
    const unknown = rescoreLexical('zyx', candidates, new Map([['zyx', 0]]))
    expect(unknown.map(({ id }) => id)).toEqual([1, 2])
  })

  it('returns nothing for no candidates', () => {
    expect(rescoreLexical('refund', [], idfOf('refund'))).toEqual([])
  })
})

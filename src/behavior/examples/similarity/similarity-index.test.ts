import { describe, expect, it } from 'vitest'
import { randomSentence, seededRandom } from '../../../../test/helpers/random.ts'
import { normalise, similarity } from './shingles.ts'
import { createSimilarityIndex } from './similarity-index.ts'

describe('createSimilarityIndex', () => {
  it('finds what comparing every pair finds', () => {
    const random = seededRandom(11)
    const texts = Array.from({ length: 120 }, () => randomSentence(random, 20)).flatMap((text) => {
      const words = text.split(' ')
      words[random.between(0, words.length - 1)] = 'other'
      return [text, words.join(' ')]
    })
    const index = createSimilarityIndex(0.8)
    const missed: string[] = []
    let pairs = 0
    for (const [at, text] of texts.entries()) {
      const found = new Map(index.find(text).map((match) => [match.id, match.similarity]))
      for (const [other, earlier] of texts.slice(0, at).entries()) {
        const alike = similarity(text, earlier)
        if (alike >= 0.8) {
          pairs++
          if (found.get(other) !== alike) missed.push(`${other} ${at} ${alike}`)
        } else expect(found.has(other)).toBe(false)
      }
      index.add(at, text)
    }
    expect(pairs).toBeGreaterThan(100)
    expect(missed).toEqual([])
  })

  it('takes case, punctuation and blanks for nothing', () => {
    const index = createSimilarityIndex(0.9)
    index.add(7, 'Where is my   card?')
    expect(index.find('where is my CARD')).toEqual([{ id: 7, similarity: 1 }])
    expect(index.find('where was your car')).toEqual([])
  })

  it('stays fast where all texts come from one template', () => {
    const index = createSimilarityIndex(0.8)
    const started = process.cpuUsage()
    for (let at = 0; at < 5_000; at++) {
      const text = `Where is my order number ${at * 7919}? I have been waiting for it for days now.`
      index.find(text)
      index.add(at, text)
    }
    // All 12.5 million pairs would take minutes.
    expect(process.cpuUsage(started).user / 1e6).toBeLessThan(15)
  })
})

describe('normalise', () => {
  it('leaves text of nothing but symbols as it is', () => {
    expect(normalise(' 🐟🐟 ')).toBe('🐟🐟')
    expect(normalise('Ｆｕｌｌ-width')).toBe('full width')
  })
})

import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../test/helpers/random.ts'
import { BehaviorError } from '../errors.ts'
import { type LabelledText, trainTextClassifier } from './text-classifier.ts'

const phrases: Record<string, string[]> = {
  lost_card: ['lost my card', 'card is gone', 'cannot find the card', 'card was stolen'],
  refund: ['money back', 'refund please', 'return the payment', 'refunding my order'],
  limit: ['how much can I spend', 'spending limit', 'maximum amount', 'limits per day'],
}

function sample(seed: number, count: number): LabelledText[] {
  const random = seededRandom(seed)
  const opening = ['Hello, ', 'Hi ', 'I wonder: ', '', 'Please help, ']
  const closing = ['?', '!', ' today', ' for my account', ' thanks']
  return Array.from({ length: count }, () => {
    const label = random.pick(Object.keys(phrases))
    return {
      label,
      text: random.pick(opening) + random.pick(phrases[label]!) + random.pick(closing),
    }
  })
}

describe('trainTextClassifier', () => {
  const classifier = trainTextClassifier(sample(1, 120))

  it('tells intents apart in rows that it has not seen', () => {
    const held = sample(2, 100)
    const right = held.filter(({ text, label }) => classifier.classify(text).label === label)
    expect(right.length).toBeGreaterThan(97)
  })

  it('reads misspelt and inflected words by their pieces', () => {
    expect(classifier.classify('refunnding orders').label).toBe('refund')
    expect(classifier.classify('stollen cards').label).toBe('lost_card')
  })

  it('ranks all labels with probabilities that add up to one', () => {
    const ranked = classifier.rank('what is my limit')
    expect(ranked.map(({ label }) => label).sort()).toEqual(Object.keys(phrases).sort())
    expect(ranked.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 9)
    expect(ranked[0]!.label).toBe('limit')
    expect(ranked[0]!.probability).toBeGreaterThan(ranked[1]!.probability)
  })

  it('has no opinion on a text of unknown words', () => {
    const [first, , last] = classifier.rank('zzz')
    expect(first!.probability - last!.probability).toBeLessThan(0.2)
  })

  it('gives the same model for the same seed', () => {
    const again = trainTextClassifier(sample(1, 120))
    expect(again.rank('card limit')).toEqual(classifier.rank('card limit'))
  })

  it('refuses a single label', () => {
    expect(() => trainTextClassifier([{ text: 'a', label: 'x' }])).toThrow(BehaviorError)
  })
})

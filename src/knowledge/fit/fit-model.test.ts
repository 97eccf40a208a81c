import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../test/helpers/random.ts'
import { fitModel } from './fit-model.ts'
import { createEncoder, packModel, unpackModel } from './fitted-model.ts'

/** Two topics whose words never meet, except for those that all texts share. */
const topics = [
  ['harbour', 'tide', 'anchor', 'lantern', 'mast', 'sail'],
  ['flour', 'oven', 'yeast', 'crust', 'dough', 'butter'],
]

function corpus(count: number): string[] {
  const random = seededRandom(7)
  return Array.from({ length: count }, (_, i) => {
    const topic = topics[i % 2]!
    const drawn = Array.from({ length: 4 }, () => topic[random.between(0, topic.length - 1)]!)
    return `page number ${drawn.join(' ')}`
  })
}

const cosine = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0)

describe('fitModel', () => {
  const model = fitModel(corpus(200), { dimensions: 8 })
  const encode = createEncoder(model)

  it('brings words together that keep the same company', () => {
    const [anchor, mast, oven] = ['anchor', 'mast', 'oven'].map(encode) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ]
    const coarse = createEncoder(fitModel(corpus(200), { dimensions: 2 }))
    expect(cosine(coarse('anchor'), coarse('mast'))).toBeGreaterThan(0.95)
    expect(Math.abs(cosine(coarse('anchor'), coarse('oven')))).toBeLessThan(0.2)
    expect(cosine(anchor, mast)).toBeGreaterThan(cosine(anchor, oven))
  })

  it('gives texts of length 1, and zero to a text without known words', () => {
    expect(cosine(encode('sails and tides'), encode('sails and tides'))).toBeCloseTo(1, 5)
    expect([...encode('unheard of')].every((value) => value === 0)).toBe(true)
    expect([...encode('')].every((value) => value === 0)).toBe(true)
  })

  it('is the same for the same texts, and another for another seed', () => {
    expect(fitModel(corpus(200), { dimensions: 8 })).toEqual(model)
    expect(fitModel(corpus(200), { dimensions: 8, seed: 2 }).codes).not.toEqual(model.codes)
  })

  it('finds the subspace of the largest variance', () => {
    // With as many dimensions as terms nothing is lost, and the cosine is that of TF-IDF itself.
    const texts = corpus(200)
    const full = createEncoder(fitModel(texts, { dimensions: 16 }))
    const idf = (word: string): number =>
      Math.log(texts.length / texts.filter((text) => text.includes(word)).length)
    const [mast, sail] = [idf('mast'), idf('sail')]
    expect(cosine(full('mast sail'), full('mast'))).toBeCloseTo(mast / Math.hypot(mast, sail), 2)
  })

  it.each([
    ['no texts', []],
    ['one text', ['the only text']],
    ['texts without words', ['', '--', '!']],
    ['texts that are all the same', Array.from({ length: 20 }, () => 'the same text again')],
  ])('gives vectors without direction for %s', (_, texts) => {
    const empty = createEncoder(fitModel(texts, { dimensions: 8 }))
    expect([...empty('the same text')]).toEqual(new Array(8).fill(0))
  })

  it('fills what it cannot use with zeros where there are fewer terms than dimensions', () => {
    const small = createEncoder(fitModel(['ebb flow', 'ebb flow', 'tide mast', 'tide mast'], {}))
    const [ebb, tide] = [small('ebb'), small('tide')]
    expect(ebb.every(Number.isFinite)).toBe(true)
    expect(cosine(ebb, small('flow'))).toBeCloseTo(1, 3)
    expect(cosine(ebb, tide)).toBeCloseTo(0, 3)
  })
})

describe('packModel', () => {
  it('comes back as it was, with any stems', () => {
    const model = fitModel(['größe 漢字 v2', 'größe 漢字 v2', 'anderes', 'anderes'], {
      dimensions: 4,
    })
    const packed = packModel(model)
    expect(unpackModel(packed, 4)).toEqual(model)
    expect(model.terms.length).toBe(4)
  })

  it('comes back as it was when it is empty', () => {
    const model = fitModel([], { dimensions: 4 })
    expect(unpackModel(packModel(model), 4)).toEqual(model)
  })
})

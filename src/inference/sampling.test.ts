import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFixture } from '../../test/fixtures/engine/read-fixture.ts'
import { mulberry32 } from '../util/random.ts'
import { createSampler, type Sampler } from './sampling.ts'
import type { SamplingOptions } from './sampling-options.ts'

type Case = {
  logits: number
  options: Omit<SamplingOptions, 'logitBias'> & { logitBias?: [number, number][] }
  probabilities: Record<string, number>
}
type Fixture = {
  prompt: number[]
  output: number[]
  logits: number[][]
  logprobs: number[][]
  cases: Case[]
}
// Written by test/fixtures/engine/make-sampling-fixtures.py with Hugging Face transformers.
const fixture = readFixture<Fixture>('sampling.json')
const logits = fixture.logits.map((values) => Float32Array.from(values))

describe('distribution', () => {
  it.each(fixture.cases)('is that of transformers for $options on logits $logits', (one) => {
    const { logitBias, ...options } = one.options
    const sampler = createSampler(
      { ...options, ...(logitBias && { logitBias: new Map(logitBias) }) },
      { promptTokens: fixture.prompt },
    )
    writeOutput(sampler, fixture.output)
    const found = sampler.distribution(logits[one.logits]!)
    const ids = [...found.keys()].sort((a, b) => a - b)
    expect(ids).toEqual(Object.keys(one.probabilities).map(Number))
    for (const id of ids) expect(found.get(id)).toBeCloseTo(one.probabilities[id]!, 6)
  })

  it('sums to one over allowed tokens only, whatever the options', () => {
    const options = fc.record({
      temperature: fc.double({ min: 0.05, max: 3, noNaN: true }),
      topK: fc.integer({ min: 0, max: 30 }),
      topP: fc.double({ min: 0, max: 1, noNaN: true }),
      minP: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    const values = fc.array(fc.double({ min: -30, max: 30, noNaN: true }), {
      minLength: 1,
      maxLength: 90,
    })
    fc.assert(
      fc.property(options, values, fc.infiniteStream(fc.boolean()), (options, values, coins) => {
        const permitted = new Set([...values.keys()].filter((id) => id === 0 || coins.next().value))
        const found = createSampler(options, { promptTokens: [] }).distribution(
          Float32Array.from(values),
          maskOf(permitted, values.length),
        )
        expect(found.size).toBeGreaterThan(0)
        for (const id of found.keys()) expect(permitted.has(id)).toBe(true)
        const sum = [...found.values()].reduce((a, b) => a + b, 0)
        expect(sum).toBeCloseTo(1, 9)
      }),
    )
  })

  it('keeps the fewest likeliest tokens that reach topP', () => {
    const values = fc.array(fc.double({ min: -8, max: 8, noNaN: true }), {
      minLength: 1,
      maxLength: 200,
    })
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (values, topP) => {
        const numbers = Float32Array.from(values)
        const all = createSampler({ temperature: 1 }, { promptTokens: [] }).distribution(numbers)
        const nucleus = createSampler({ temperature: 1, topP }, { promptTokens: [] })
        const kept = [...nucleus.distribution(numbers).keys()]
        const mass = kept.map((id) => all.get(id)!)
        const total = mass.reduce((a, b) => a + b, 0)
        expect(total).toBeGreaterThan(topP - 1e-9)
        expect(total - Math.min(...mass)).toBeLessThan(topP + 1e-9)
        const out = [...all].filter(([id]) => !kept.includes(id)).map(([, p]) => p)
        expect(Math.max(0, ...out)).toBeLessThanOrEqual(Math.min(...mass))
      }),
    )
  })
})

describe('sample', () => {
  it('takes the likeliest token by default, the smallest id among equals', () => {
    const sampler = createSampler({}, { promptTokens: [] })
    expect(sampler.sample(Float32Array.of(1, 3, -2, 3)).token).toBe(1)
    expect(sampler.sample(Float32Array.of(-5, -5)).token).toBe(0)
  })

  it('rules tokens out by mask before everything else', () => {
    const mask = maskOf(new Set([2, 33]), 40)
    const greedy = createSampler({ logitBias: new Map([[5, 100]]) }, { promptTokens: [] })
    expect([2, 33]).toContain(greedy.sample(logits[0]!, mask).token)
    const one = createSampler({ temperature: 1, topK: 1 }, { promptTokens: [] })
    expect(one.distribution(logits[0]!, maskOf(new Set([9]), 40))).toEqual(new Map([[9, 1]]))
  })

  it('leaves the logits as they are', () => {
    const values = Float32Array.from(logits[1]!)
    const options = { temperature: 1, repetitionPenalty: 2, logitBias: new Map([[1, 5]]) }
    createSampler(options, { promptTokens: [1, 2] }).sample(values)
    expect(values).toEqual(logits[1])
  })

  it('counts what it has chosen as output', () => {
    const sampler = createSampler({ presencePenalty: 10 }, { promptTokens: [0] })
    const values = Float32Array.of(3, 2, 1)
    expect([1, 2, 3].map(() => sampler.sample(values).token)).toEqual([0, 1, 2])
  })

  it('ignores prompt tokens and biases beyond the logits', () => {
    const options = { repetitionPenalty: 2, logitBias: new Map([[99, 5]]) }
    const sampler = createSampler(options, { promptTokens: [50] })
    expect(sampler.sample(Float32Array.of(1, 2)).token).toBe(1)
  })

  it('repeats its choices with a seed and differs without', () => {
    const draw = (options: SamplingOptions): string => {
      const sampler = createSampler({ temperature: 1.5, ...options }, { promptTokens: [] })
      return Array.from({ length: 60 }, () => sampler.sample(logits[0]!).token).join()
    }
    expect(draw({ seed: 5 })).toBe(draw({ seed: 5 }))
    expect(draw({ seed: 5 })).not.toBe(draw({ seed: 6 }))
    expect(draw({ seed: 5 })).not.toBe(draw({ seed: 5 + 2 ** 40 }))
    expect(draw({})).not.toBe(draw({}))
  })

  it('draws tokens as often as their probabilities say', () => {
    const options = { temperature: 1.2, topK: 20, topP: 0.97, seed: 17 }
    const sampler = createSampler(options, { promptTokens: [] })
    const expected = sampler.distribution(logits[0]!)
    const counts = new Map<number, number>()
    const draws = 20_000
    for (let i = 0; i < draws; i++) {
      const { token } = sampler.sample(logits[0]!)
      counts.set(token, (counts.get(token) ?? 0) + 1)
    }
    expect([...counts.keys()].every((token) => expected.has(token))).toBe(true)
    const chiSquare = [...expected].reduce((sum, [token, probability]) => {
      const mean = probability * draws
      return sum + ((counts.get(token) ?? 0) - mean) ** 2 / mean
    }, 0)
    // The 99.9th percentile for 19 degrees of freedom; the seed is fixed, so this cannot change by chance.
    expect(expected.size).toBeLessThanOrEqual(20)
    expect(chiSquare).toBeLessThan(43.8)
  })

  it('reports log-probabilities of the raw logits', () => {
    const options = { logprobs: 20, temperature: 0.2, topK: 2, repetitionPenalty: 3, seed: 1 }
    const sampler = createSampler(options, { promptTokens: [1, 2, 3] })
    const { token, logprob, topLogprobs } = sampler.sample(logits[1]!)
    const expected = fixture.logprobs[1]!
    expect(logprob).toBeCloseTo(expected[token]!, 5)
    const order = [...expected.keys()].sort((a, b) => expected[b]! - expected[a]!).slice(0, 20)
    expect(topLogprobs!.map((top) => top.token)).toEqual(order)
    for (const top of topLogprobs!) expect(top.logprob).toBeCloseTo(expected[top.token]!, 5)
  })

  it('reports no more log-probabilities than asked for', () => {
    const sample = (options: SamplingOptions): object =>
      createSampler(options, { promptTokens: [] }).sample(Float32Array.of(0, 0))
    expect(sample({})).toEqual({ token: 0 })
    expect(sample({ logprobs: 0 })).toEqual({ token: 0, logprob: -Math.LN2, topLogprobs: [] })
    expect(sample({ logprobs: 5 })).toMatchObject({ topLogprobs: [{ token: 0 }, { token: 1 }] })
  })

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY]])('refuses the logit %s', (value) => {
    const sampler = createSampler({}, { promptTokens: [] })
    expect(() => sampler.sample(Float32Array.of(0, value))).toThrow(
      expect.objectContaining({
        code: 'logits_invalid',
        message: expect.stringContaining('token 1'),
      }),
    )
  })

  it('says that nothing is allowed', () => {
    const sampler = createSampler({ temperature: 1 }, { promptTokens: [] })
    const nothing = expect.objectContaining({ code: 'nothing_allowed' })
    expect(() => sampler.sample(logits[0]!, new Int32Array(2))).toThrow(nothing)
    expect(() => sampler.sample(Float32Array.of(-Infinity))).toThrow(nothing)
  })

  it.each<[keyof SamplingOptions, unknown, string]>([
    ['temperature', -1, '-1'],
    ['temperature', Number.NaN, 'NaN'],
    ['topK', 1.5, '1.5'],
    ['topP', 1.01, '1.01'],
    ['minP', -0.1, '-0.1'],
    ['repetitionPenalty', 0, '0'],
    ['presencePenalty', Number.POSITIVE_INFINITY, 'Infinity'],
    ['frequencyPenalty', '1', '1'],
    ['logitBias', new Map([[-1, 2]]), '[[-1,2]]'],
    ['seed', 0.5, '0.5'],
    ['logprobs', 21, '21'],
  ])('refuses %s %s', (name, value, shown) => {
    expect(() => createSampler({ [name]: value }, { promptTokens: [] })).toThrow(
      expect.objectContaining({
        code: 'option_invalid',
        message: expect.stringContaining(`${name} is ${shown}, expected`),
      }),
    )
  })

  it('keeps samplers apart that share their working memory', () => {
    const random = mulberry32(3)
    const long = Float32Array.from({ length: 500 }, () => 4 * random())
    const options = { temperature: 1, topK: 50, topP: 0.9, repetitionPenalty: 1.2, seed: 8 }
    const alone = createSampler(options, { promptTokens: [1] })
    const expected = Array.from({ length: 30 }, () => alone.sample(logits[0]!).token)
    const [one, other] = [options, options].map((o) => createSampler(o, { promptTokens: [1] }))
    const mixed = Array.from({ length: 30 }, () => {
      other!.sample(long)
      return one!.sample(logits[0]!).token
    })
    expect(mixed).toEqual(expected)
  })
})

function maskOf(allowed: ReadonlySet<number>, size: number): Int32Array {
  const mask = new Int32Array(Math.ceil(size / 32))
  for (const id of allowed) mask[id >> 5]! |= 1 << (id & 31)
  return mask
}

/** Makes the sampler choose these tokens, by allowing nothing else. */
function writeOutput(sampler: Sampler, tokens: number[]): void {
  for (const token of tokens) {
    const chosen = sampler.sample(new Float32Array(40), maskOf(new Set([token]), 40))
    expect(chosen.token).toBe(token)
  }
}

describe('noRepeatNgram', () => {
  // The likeliest tokens, in order; a plain sampler would write the first for ever.
  const values = Float32Array.from([3, 2, 1, 0])
  const write = (noRepeatNgram: number, count: number, allowed?: Int32Array): number[] => {
    const sampler = createSampler({ noRepeatNgram }, { promptTokens: [0, 0, 0] })
    return Array.from({ length: count }, () => sampler.sample(values, allowed).token)
  }

  it('never writes a run of so many tokens twice while another token is left', () => {
    expect(write(0, 5)).toEqual([0, 0, 0, 0, 0])
    expect(write(1, 4)).toEqual([0, 1, 2, 3])
    expect(write(2, 8)).toEqual([0, 0, 1, 0, 2, 0, 3, 0])
  })

  it('repeats where a constraint leaves nothing else', () => {
    expect(write(2, 4, Int32Array.of(1))).toEqual([0, 0, 0, 0])
  })

  it.each([-1, 1.5, Number.NaN])('is refused when it is %d', (noRepeatNgram) => {
    expect(() => createSampler({ noRepeatNgram }, { promptTokens: [] })).toThrow(/noRepeatNgram/)
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fixturePath } from '../../test/fixtures/engine/read-fixture.ts'
import { type LanguageModel, openLanguageModel } from '../models/index.ts'
import { mulberry32 } from '../util/random.ts'
import { type Decoder, type DecoderBatch, openDecoder } from './decoder.ts'
import type { Job } from './job.ts'
import { createScheduler, type Scheduler } from './scheduler.ts'

let model: LanguageModel
let decoder: Decoder
beforeAll(async () => {
  model = await openLanguageModel(fixturePath('models/llama'))
  decoder = await openDecoder(model, { contextTokens: 128 })
})
afterAll(async () => {
  await decoder.close()
  await model.close()
})

const random = mulberry32(7)
const randomTokens = (count: number) =>
  Array.from({ length: count }, () => Math.floor(random() * 360))

/** A scheduler on a cache of its own, and the runs that it asks the decoder for. */
async function createTested(maxBatch: number): Promise<{
  scheduler: Scheduler
  batches: DecoderBatch[]
  close(): Promise<void>
}> {
  const own = await openDecoder(model, { contextTokens: 128 })
  const batches: DecoderBatch[] = []
  const scheduler = createScheduler(
    {
      ...own,
      run(batch) {
        batches.push(batch)
        return own.run(batch)
      },
    },
    { maxBatch },
  )
  return { scheduler, batches, close: own.close }
}

type Outcome = { tokens: number[]; cached: number }

/** Writes `count` tokens, the likeliest each time; with `onToken` a hook after each. */
function write(
  prompt: readonly number[],
  count: number,
  onToken: (tokens: number[]) => void = () => undefined,
): { job: Job & { isEnded: boolean }; outcome: Promise<Outcome> } {
  const { promise: outcome, resolve, reject } = Promise.withResolvers<Outcome>()
  const tokens: number[] = []
  let cached = 0
  const job = {
    prompt,
    adapter: undefined,
    wantsAll: false,
    isEnded: false,
    begin(count: number) {
      cached = count
    },
    take(logits: Float32Array) {
      tokens.push(logits.indexOf(Math.max(...logits)))
      onToken(tokens)
      if (tokens.length < count && !job.isEnded) return tokens.at(-1)
      resolve({ tokens, cached })
      return undefined
    },
    fail: reject,
  }
  return { job, outcome }
}

/** What the model writes when nothing else runs and nothing is cached. */
async function alone(prompt: readonly number[], count: number): Promise<number[]> {
  const { scheduler, close } = await createTested(1)
  const { job, outcome } = write(prompt, count)
  scheduler.submit(job)
  const { tokens } = await outcome
  await close()
  return tokens
}

describe('the scheduler', () => {
  it('writes the same for each request, whoever shares the batch', async () => {
    const { scheduler, batches, close } = await createTested(3)
    const requests = [5, 40, 1, 70, 12, 33, 90].map((length, i) => ({
      prompt: randomTokens(length),
      count: 3 + 4 * (i % 3),
    }))
    const outcomes = requests.map(({ prompt, count }) => {
      const { job, outcome } = write(prompt, count)
      scheduler.submit(job)
      return outcome
    })
    const written = await Promise.all(outcomes)
    await close()
    for (const [i, { prompt, count }] of requests.entries())
      expect(written[i]!.tokens).toEqual(await alone(prompt, count))
    expect(Math.max(...batches.map(({ starts }) => starts.length))).toBe(3)
  })

  it('lets requests join and leave while others run', async () => {
    const { scheduler, close } = await createTested(4)
    const late = write(randomTokens(20), 6)
    const first = write(randomTokens(10), 20, (tokens) => {
      if (tokens.length === 5) scheduler.submit(late.job)
    })
    scheduler.submit(first.job)
    expect((await late.outcome).tokens).toEqual(await alone(late.job.prompt, 6))
    expect((await first.outcome).tokens).toEqual(await alone(first.job.prompt, 20))
    await close()
  })

  it('computes only what the cache does not hold of a prompt', async () => {
    const { scheduler, batches, close } = await createTested(2)
    const prompt = randomTokens(30)
    const first = write(prompt, 5)
    scheduler.submit(first.job)
    const { tokens } = await first.outcome
    const longer = [...prompt, ...tokens.slice(0, 3), ...randomTokens(4)]
    const second = write(longer, 5)
    batches.length = 0
    scheduler.submit(second.job)
    const outcome = await second.outcome
    await close()
    expect(outcome).toEqual({ tokens: await alone(longer, 5), cached: 33 })
    expect(batches[0]!.tokens).toEqual([longer.slice(33)])
  })

  it('always runs the last token of a prompt', async () => {
    const { scheduler, close } = await createTested(1)
    const prompt = randomTokens(10)
    const first = write(prompt, 2)
    scheduler.submit(first.job)
    const { tokens } = await first.outcome
    const again = write(prompt, 2)
    scheduler.submit(again.job)
    expect(await again.outcome).toEqual({ tokens, cached: 9 })
    await close()
  })

  it('gives room back after a long request', async () => {
    const { scheduler, batches, close } = await createTested(1)
    const long = write(randomTokens(100), 20)
    const short = write(randomTokens(5), 2)
    scheduler.submit(long.job)
    await long.outcome
    scheduler.submit(short.job)
    expect((await short.outcome).tokens).toEqual(await alone(short.job.prompt, 2))
    expect(batches.length).toBeGreaterThan(20)
    await close()
  })

  it('drops a request that has ended, running or waiting', async () => {
    const { scheduler, batches, close } = await createTested(1)
    const waiting = write(randomTokens(4), 10)
    const running = write(randomTokens(4), 50, (tokens) => {
      if (tokens.length === 3) Object.assign(running.job, { isEnded: true })
    })
    const last = write(randomTokens(4), 2)
    for (const { job } of [running, waiting, last]) scheduler.submit(job)
    waiting.job.isEnded = true
    expect((await running.outcome).tokens).toHaveLength(3)
    expect((await last.outcome).tokens).toHaveLength(2)
    // Three runs of the first request, two of the last one.
    expect(batches).toHaveLength(5)
    await close()
  })

  it('goes on when one request fails', async () => {
    const { scheduler, close } = await createTested(4)
    const good = write(randomTokens(8), 12)
    const bad = write(randomTokens(8), 12, (tokens) => {
      if (tokens.length === 4) throw new Error('spilt ink')
    })
    scheduler.submit(good.job)
    scheduler.submit(bad.job)
    await expect(bad.outcome).rejects.toThrow('spilt ink')
    expect((await good.outcome).tokens).toEqual(await alone(good.job.prompt, 12))
    await close()
  })

  it('fails the requests of a run that fails, and no others', async () => {
    const { scheduler, close } = await createTested(2)
    const bad = write([3, 100_000], 4)
    const good = write(randomTokens(8), 4)
    scheduler.submit(bad.job)
    scheduler.submit(good.job)
    await expect(bad.outcome).rejects.toMatchObject({ code: 'run_failed' })
    expect((await good.outcome).tokens).toEqual(await alone(good.job.prompt, 4))
    await close()
  })

  it('does other work between two steps', async () => {
    const { scheduler, close } = await createTested(1)
    const order: string[] = []
    const { job, outcome } = write(randomTokens(4), 4, (tokens) =>
      order.push(`token ${tokens.length}`),
    )
    scheduler.submit(job)
    const work = scheduler.between(async () => order.push('work'))
    await Promise.all([outcome, work])
    await expect(scheduler.between(() => Promise.reject(new Error('broken')))).rejects.toThrow(
      'broken',
    )
    expect(order.indexOf('work')).toBeGreaterThanOrEqual(0)
    expect(order.indexOf('work')).toBeLessThan(4)
    await close()
  })
})

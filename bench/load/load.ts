/** @file Many streams at once: are events lost or mixed, does memory grow, how long until the first byte. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { GraftError } from '../../src/errors.ts'
import { positiveInteger, readOptions } from '../options.ts'
import { rounded, writeReport } from '../report.ts'
import { summariseLatency } from '../timing.ts'
import type { LoadJob, Memory, Ready } from './serve-process.ts'
import { pieceOf, startStubModel } from './stub-model.ts'

type Settings = { streams: number; seconds: number }

type Tally = {
  answers: number
  /** Answers that lack a piece, have one out of order, or have one of another answer. */
  faulty: number
  /** Requests that were refused or broke off. */
  failed: number
  firstByteMs: number[]
  echoMs: number[]
}

/** A piece of an answer each 50 ms for two seconds, as a fast model would write. */
const PIECES = 40
const PAUSE_MS = 50
const SAMPLE_MS = 1_000
const GIVE_UP_MS = 10_000

/** `npm run bench -- load [--streams 200] [--seconds 120] [--quick]` */
export async function run(options: string[]): Promise<void> {
  const values = readOptions(options, {
    streams: { type: 'string' },
    seconds: { type: 'string' },
    quick: { type: 'boolean' },
  })
  const quick = values.quick === true
  const settings: Settings = {
    streams: positiveInteger('streams', String(values.streams ?? 200)),
    seconds: positiveInteger('seconds', String(values.seconds ?? (quick ? 10 : 120))),
  }
  const model = await startStubModel({ pieces: PIECES, pauseMs: PAUSE_MS })
  const served = await startServed({ modelUrl: model.url, streams: settings.streams })
  try {
    const tally: Tally = { answers: 0, faulty: 0, failed: 0, firstByteMs: [], echoMs: [] }
    const memory = await underLoad(served, settings, tally)
    const freedMs = await timeToFree(served, settings.streams)
    report({ settings, tally, memory, freedMs, options, quick })
  } finally {
    await served.stop()
    await model.close()
  }
}

type Served = { ready: Ready; memory(): Promise<Memory>; stop(): Promise<void> }

async function startServed(job: LoadJob): Promise<Served> {
  const child: ChildProcess = fork(new URL('./serve-process.ts', import.meta.url), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  child.send(job)
  const [ready] = (await once(child, 'message')) as [Ready]
  return {
    ready,
    async memory() {
      child.send('memory')
      const [memory] = (await once(child, 'message')) as [Memory]
      return memory
    },
    async stop() {
      child.send('stop')
      await once(child, 'exit')
    },
  }
}

/** Keeps all streams busy until the time is over; samples the memory of the server meanwhile. */
async function underLoad(
  { ready, memory }: Served,
  { streams, seconds }: Settings,
  tally: Tally,
): Promise<Memory[]> {
  const end = performance.now() + seconds * 1_000
  const isOver = (): boolean => performance.now() >= end
  let marks = 0
  const client = async (): Promise<void> => {
    while (!isOver()) await askOnce(ready.url, String(marks++), tally)
  }
  const echo = async (): Promise<void> => {
    while (!isOver()) {
      tally.echoMs.push(await firstByte(await post(ready.echoUrl, { question: 'echo' })))
      await sleep(PAUSE_MS)
    }
  }
  const samples: Memory[] = []
  const sampling = async (): Promise<void> => {
    while (!isOver()) {
      samples.push(await memory())
      await sleep(SAMPLE_MS)
    }
  }
  await Promise.all([...Array.from({ length: streams }, client), echo(), sampling()])
  return samples
}

async function askOnce(url: string, mark: string, tally: Tally): Promise<void> {
  try {
    const sent = await post(`${url}/api/ask`, { question: `How are refunds paid? mark${mark}x` })
    const chunks: string[] = []
    const decoder = new TextDecoder()
    for await (const chunk of sent.response.body ?? []) {
      if (chunks.length === 0) tally.firstByteMs.push(performance.now() - sent.started)
      chunks.push(decoder.decode(chunk, { stream: true }))
    }
    tally.answers++
    if (!isWhole(chunks.join(''), mark)) tally.faulty++
  } catch {
    tally.failed++
  }
}

/** Every piece of this answer in its order, no other, and the end. */
function isWhole(stream: string, mark: string): boolean {
  const events = stream.split('\n\n').flatMap((block) => /^data: (.*)$/m.exec(block)?.[1] ?? [])
  const parsed = events.map((data) => JSON.parse(data) as { type: string; delta?: string })
  const text = parsed.map(({ delta = '' }) => delta).join('')
  const expected = Array.from({ length: PIECES }, (_, index) => pieceOf(mark, index)).join('')
  return text.trim() === expected.trim() && parsed.at(-1)?.type === 'finish'
}

type Sent = { response: Response; started: number }

async function post(url: string, body: object, signal?: AbortSignal): Promise<Sent> {
  const started = performance.now()
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  })
  if (!response.ok) throw new Error(`status ${response.status}`)
  return { response, started }
}

async function firstByte({ response, started }: Sent): Promise<number> {
  const reader = response.body!.getReader()
  await reader.read()
  const ms = performance.now() - started
  await reader.cancel()
  return ms
}

/** With all places taken: how long after one client has gone until the next is served. */
async function timeToFree({ ready }: Served, streams: number): Promise<number> {
  const leaving = new AbortController()
  const others = new AbortController()
  const ask = (signal: AbortSignal): Promise<Sent> =>
    post(`${ready.url}/api/ask`, { question: 'How are refunds paid? mark0x' }, signal)
  await Promise.all([
    ask(leaving.signal),
    ...Array.from({ length: streams - 1 }, () => ask(others.signal)),
  ])
  const started = performance.now()
  leaving.abort()
  try {
    while (performance.now() - started < GIVE_UP_MS) {
      const next = await ask(others.signal).catch(() => undefined)
      if (next) return performance.now() - started
      await sleep(10)
    }
  } finally {
    others.abort()
  }
  throw new GraftError('bench_failed', `no place was free after ${GIVE_UP_MS} ms`, {
    hint: 'A client that leaves has to end its answer: see beginWork in src/server/work.ts.',
  })
}

type Measured = {
  settings: Settings
  tally: Tally
  memory: Memory[]
  freedMs: number
  options: string[]
  quick: boolean
}

function report({ settings, tally, memory, freedMs, options, quick }: Measured): void {
  const first = summariseLatency(tally.firstByteMs)
  const echo = summariseLatency(tally.echoMs)
  const third = Math.max(1, Math.floor(memory.length / 3))
  const middle = (samples: Memory[], field: 'rssMb' | 'heapMb'): number =>
    rounded(samples.map((one) => one[field]).sort((a, b) => a - b)[samples.length >> 1]!)
  const [second, last] = [memory.slice(third, 2 * third), memory.slice(-third)]
  const latency = ({ p50, p95, max }: typeof first): number[] => [p50, p95, max].map(rounded)
  writeReport({
    name: 'load',
    title: 'Many streams at once',
    options,
    seeds: {},
    tables: [
      {
        title: `${settings.streams} streams for ${settings.seconds} s`,
        columns: ['answers', 'lost or mixed', 'failed', 'ms until a place is free again'],
        rows: [[tally.answers, tally.faulty, tally.failed, rounded(freedMs)]],
      },
      {
        title: 'Milliseconds until the first byte',
        columns: ['server', 'p50', 'p95', 'max'],
        rows: [
          ['graft serve, POST /api/ask', ...latency(first)],
          ['Hono echo in the same process', ...latency(echo)],
        ],
      },
      {
        title: 'Memory of the server, MB: medians of the second and the last third',
        columns: ['', 'second third', 'last third'],
        rows: (['rssMb', 'heapMb'] as const).map((field) => [
          field === 'rssMb' ? 'resident' : 'heap',
          middle(second, field),
          middle(last, field),
        ]),
      },
    ],
    notes: [
      `The model is a stub that writes ${PIECES} pieces, one each ${PAUSE_MS} ms. Clients and stub share the machine with the server.`,
      'An answer is lost or mixed unless it holds every piece of its own in order, none of another, and its end.',
    ],
    measurements: { settings, answers: tally.answers, first, echo, memory, freedMs },
    quick,
  })
}

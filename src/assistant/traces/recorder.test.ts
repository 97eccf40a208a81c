import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestWorkspace, type TestWorkspace } from '../../../test/helpers/workspace.ts'
import type { Database } from '../../db/index.ts'
import { createTraceDraft } from './draft.ts'
import { createTraceRecorder } from './recorder.ts'
import type { Trace } from './trace.ts'
import { traceSettings } from './trace-settings.ts'

let test: TestWorkspace
let store: Database
/** The same store, as long as it can be reached. */
let flaky: Database
let isAway: boolean

beforeAll(async () => {
  test = await openTestWorkspace()
  store = await test.openStore()
  flaky = {
    ...store,
    query: async (sql, parameters) => {
      if (isAway) throw new Error('connection refused')
      return await store.query(sql, parameters)
    },
  }
})
afterAll(() => test.close())

function traceOf(question: string): Trace {
  const made: Trace[] = []
  const sink = { record: (trace: Trace) => void made.push(trace) }
  const [reader, settings, signal] = [undefined, undefined, undefined]
  const start = { question, history: [], reader, filter: {}, model: 'm', choice: {} }
  createTraceDraft({ ...start, settings, signal }, sink).close()
  return made[0]!
}

describe('createTraceRecorder', () => {
  it('keeps what waits for a store that is away, as far as there is room, and writes it later', async () => {
    isAway = true
    const told: string[] = []
    const onError = ({ message }: Error): void => void told.push(message)
    const recorder = createTraceRecorder(flaky, traceSettings({ onError }))
    for (let n = 0; n < 1_003; n++) recorder.record(traceOf(`Question ${n}?`))
    await recorder.flush()
    expect(told).toEqual([
      ...Array(3).fill('a trace was lost: the store is away, and too many wait for it'),
      'traces could not be written: connection refused; 1000 wait for the next attempt',
    ])
    isAway = false
    await recorder.close()
    const rows = await store.query<{ question: string }>(
      `select texts->>'question' as question from graft.trace`,
    )
    const kept = new Set(rows.map(({ question }) => question))
    expect(kept.size).toBe(1_000)
    expect([kept.has('Question 2?'), kept.has('Question 3?')]).toEqual([false, true])
    expect(told).toHaveLength(4)
  })

  it('says how many are lost when it is closed before the store is back', async () => {
    isAway = true
    const told: string[] = []
    const onError = ({ message }: Error): void => void told.push(message)
    const recorder = createTraceRecorder(flaky, traceSettings({ onError }))
    for (const question of ['One?', 'Two?']) recorder.record(traceOf(question))
    await recorder.close()
    expect(told.at(-1)).toBe('2 traces were lost: the store is away')
  })

  it('breaks nothing when whoever is told of a failure fails', async () => {
    isAway = true
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
    const onError = (): never => {
      throw new Error('the listener fails')
    }
    const recorder = createTraceRecorder(flaky, traceSettings({ onError }))
    recorder.record(traceOf('Why?'))
    await recorder.flush()
    expect((await warned).message).toContain('traces could not be written')
  })
})

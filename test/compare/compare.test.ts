import { appendFileSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readExamples } from '../../src/behavior/index.ts'
import {
  type ArmName,
  type CompareEvent,
  type CompareOptions,
  type ComparisonResult,
  documentStates,
  readQuestions,
  summarizeRun,
  toProbeFile,
} from '../../src/compare/index.ts'
import {
  type OpenAiServer,
  type RecordedRequest,
  startOpenAiServer,
} from '../fixtures/openai-server.ts'
import { runCli } from '../helpers/cli.ts'
import { openTestWorkspace, type TestWorkspace, temporaryFolder } from '../helpers/workspace.ts'
import { examples as exampleText, questionText, rows, writeWorld } from './world.ts'

const folder = temporaryFolder()
const world = writeWorld(folder)
const questions = readQuestions(questionText(), 'jsonl')
const examples = readExamples(exampleText, { name: 'examples.jsonl' })
let test: TestWorkspace

beforeAll(async () => {
  test = await openTestWorkspace()
})

afterAll(async () => {
  await test.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Options of a run with documents of its own; another seed is another run. */
async function options(seed: number, more: Partial<CompareOptions> = {}): Promise<CompareOptions> {
  const { documents, update } = world
  const copy = path.join(folder, 'copy')
  const states = await documentStates(test.workspace.knowledge, { documents, update, copy })
  return { questions, arms: ['base', 'rag', 'oracle'], documents: states, seed, ...more }
}

function recordOf(run: string): { type: string; arm: string; phase: string; question: string }[] {
  const lines = readFileSync(path.join(run, 'record.jsonl'), 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line))
}

function metric(result: ComparisonResult, arm: ArmName, name: 'fact' | 'abstention'): number {
  return result.arms.find((one) => one.arm === arm)!.metrics.initial[name]!.range!.estimate
}

describe('compare', { timeout: 120_000 }, () => {
  it('runs from questions to a verdict, with an update in the middle', async () => {
    const events: CompareEvent[] = []
    const { result } = await test.workspace.compare({
      ...(await options(1)),
      onEvent: (event) => events.push(event),
    })
    expect(result.complete).toBe(true)
    expect(result.arms.map(({ arm, status }) => [arm, status])).toEqual([
      ['base', 'complete'],
      ['rag', 'complete'],
      ['oracle', 'complete'],
    ])
    expect(metric(result, 'base', 'fact')).toBe(0)
    expect(metric(result, 'rag', 'fact')).toBeGreaterThanOrEqual(0.5)
    expect(metric(result, 'rag', 'abstention')).toBe(1)
    expect(result.verdict.recommended).toBe('rag')
    const rag = result.freshness!.arms.find(({ arm }) => arm === 'rag')!
    expect(result.freshness).toMatchObject({ update: { documents: 2 }, changed: 1, deleted: 1 })
    expect(rag).toMatchObject({ stale: { range: { estimate: 0 } }, corrected: 1 })
    const trial = result.questions[0]!.items.filter(({ arm }) => arm === 'rag')
    const answers = trial.map(({ outcome }) =>
      outcome.status === 'answered' ? outcome.answer : '',
    )
    expect(answers[0]).toContain('thirty days')
    expect(answers[1]).toContain('fourteen days')
    // Off-topic questions have no gold source, so the oracle is not asked them.
    const oracle = result.arms.find(({ arm }) => arm === 'oracle')!
    expect(oracle.items).toMatchObject({ failed: 0, missing: 0 })
    expect(oracle.items.notApplicable).toBeGreaterThanOrEqual(2)
    expect(events[0]).toMatchObject({ type: 'plan', plan: { questions: 8, changed: 2 } })
    const progress = events.filter(({ type }) => type === 'progress')
    expect(progress.at(-1)).toMatchObject({ phase: 'updated', secondsLeft: 0 })
  })

  it('is summed up again byte for byte from its folder, also on the command line', async () => {
    const { folder: run } = await test.workspace.compare(await options(1))
    const file = path.join(run, 'result.json')
    const first = readFileSync(file)
    rmSync(file)
    await summarizeRun(run)
    expect(readFileSync(file).equals(first)).toBe(true)
    rmSync(file)
    const cli = await runCli(['compare', '--from', run, '--json'], {
      workspace: path.join(folder, 'none'),
      cwd: folder,
    })
    expect(cli).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(file).equals(first)).toBe(true)
  })

  it('asks nothing again when it is complete', async () => {
    const { folder: run } = await test.workspace.compare(await options(1))
    const before = recordOf(run).length
    const { result } = await test.workspace.compare(await options(1))
    expect(recordOf(run)).toHaveLength(before)
    expect(result.complete).toBe(true)
  })

  it.each(['initial', 'updated'] as const)(
    'goes on where it was stopped, in the phase %s, and loses nothing to a torn line',
    async (phase) => {
      const seed = phase === 'initial' ? 2 : 3
      const stop = new AbortController()
      let seen = 0
      const stopped = await test.workspace.compare({
        ...(await options(seed)),
        signal: stop.signal,
        onEvent: (event) => {
          if (event.type === 'progress' && event.phase === phase && ++seen === 3) stop.abort()
        },
      })
      expect(stopped.result.complete).toBe(false)
      const kept = recordOf(stopped.folder).filter(({ type }) => type === 'item')
      expect(kept.length).toBeGreaterThanOrEqual(3)
      appendFileSync(path.join(stopped.folder, 'record.jsonl'), '{"type":"item","arm":"ra')
      const { result, folder: run } = await test.workspace.compare(await options(seed))
      expect(run).toBe(stopped.folder)
      expect(result.complete).toBe(true)
      const items = recordOf(run).filter(({ type }) => type === 'item')
      expect(items.slice(0, kept.length)).toEqual(kept)
      const keys = items.map(({ arm, phase: when, question }) => `${arm} ${when} ${question}`)
      expect(new Set(keys).size).toBe(keys.length)
      expect(result.arms.every(({ items: { missing } }) => missing === 0)).toBe(true)
      const whole = await test.workspace.compare(await options(1))
      for (const arm of ['base', 'rag'] as const)
        expect(metric(result, arm, 'fact')).toBe(metric(whole.result, arm, 'fact'))
    },
  )

  it('holds the untuned model to the form of the examples, and says what cannot be run', async () => {
    const { result } = await test.workspace.compare(
      await options(4, { arms: ['rag', 'rag_form', 'long_context', 'tuned'], examples }),
    )
    const status = Object.fromEntries(result.arms.map((arm) => [arm.arm, arm]))
    expect(status.rag_form).toMatchObject({ status: 'complete' })
    expect(status.rag_form!.metrics.initial.format!.range!.estimate).toBeGreaterThan(0.5)
    expect(status.rag!.metrics.initial.format!.range!.estimate).toBe(0)
    expect(status.long_context).toMatchObject({ status: 'skipped' })
    expect(status.long_context!.reason).toContain('six sentences')
    // Ten examples are too few to tune on: the arm fails, and the others are right.
    expect(status.tuned).toMatchObject({ status: 'failed' })
    expect(result.verdict.reasons.join(' ')).toContain('fine-tuned takes no part')
    expect(result.verdict.standings.map(({ arm }) => arm)).not.toContain('tuned')
  })

  it('refuses questions that are wrong, before anything is asked', async () => {
    const faulty = readQuestions('{"question": "Why?"}', 'jsonl')
    await expect(test.workspace.compare({ questions: faulty })).rejects.toMatchObject({
      code: 'questions_have_errors',
      message: expect.stringContaining('line 1'),
    })
  })

  it('says little about a tiny set', async () => {
    const few = readQuestions(questionText(rows.slice(1, 3)), 'jsonl')
    const { result } = await test.workspace.compare(await options(5, { questions: few }))
    expect(result.verdict).toMatchObject({ outcome: 'no_verdict', recommended: null })
    expect(result.plan.sentence).toMatch(/no difference/)
  })
})

describe('probe', { timeout: 120_000 }, () => {
  it('measures the headrooms, and writes what graft advise reads', async () => {
    const { documents } = await options(6)
    await documents!.bring('initial')
    const { result } = await test.workspace.probe({ questions, limit: 6 })
    expect(result.plan.questions).toBeLessThanOrEqual(7)
    const know = result.headroom.parts.find(({ name }) => name === 'know')!
    expect(know.value!.estimate).toBeGreaterThan(0)
    const file = toProbeFile(result)
    expect(file).toMatchObject({ version: 1, closedBook: { value: 0 } })
    expect(file.headroom.knowledge!.value).toBe(know.value!.estimate)
    expect(file.recallAt5!.value).toBeGreaterThan(0.5)
  })
})

describe('a language model', { timeout: 120_000 }, () => {
  let server: OpenAiServer
  let asked: TestWorkspace
  let judged: string
  /** Answers from memory fail; evidence is cited by its first number. */
  const reply = ({ body }: RecordedRequest) => {
    const text = body.messages.map(({ content }) => JSON.stringify(content)).join(' ')
    if (text.includes('You grade answers')) return { text: judged }
    if (text.includes('from what you know'))
      return { status: 400, error: { message: 'out of order' } }
    return { text: 'It lasts thirty days [1].', usage: { prompt_tokens: 50, completion_tokens: 6 } }
  }

  beforeAll(async () => {
    server = await startOpenAiServer(reply)
    asked = await openTestWorkspace({ model: { baseURL: server.baseURL, model: 'm' } })
  })

  afterAll(async () => {
    await asked.close()
    await server.close()
  })

  async function run(seed: number, more: Partial<CompareOptions> = {}): Promise<ComparisonResult> {
    const copy = path.join(folder, 'copy-of-model')
    const documents = await documentStates(asked.workspace.knowledge, {
      documents: world.documents,
      copy,
    })
    const base = { questions, documents, seed, timeoutMs: 20_000 }
    const { result } = await asked.workspace.compare({
      ...base,
      arms: ['base', 'long_context', 'rag'],
      ...more,
    })
    return result
  }

  it('loses one arm that keeps failing, and is right about the rest', async () => {
    const result = await run(1, {
      prices: { input: 2, output: 10, currency: 'USD', date: '2026-11-20' },
    })
    const [base, long, rag] = result.arms
    expect(base).toMatchObject({ status: 'partial', items: { answered: 0, failed: 5, missing: 3 } })
    expect(base!.reason).toContain('5 times in a row')
    expect(base!.metrics.initial.fact).toMatchObject({ range: null, items: 0, failed: 5 })
    expect(long).toMatchObject({ status: 'complete', model: 'm' })
    // Two questions find no evidence, so no model is asked.
    expect(rag!.tokens).toEqual({ input: 0.75 * 50, output: 0.75 * 6 })
    expect(rag!.cost!.perRequest).toBeCloseTo((0.75 * (50 * 2 + 6 * 10)) / 1e6, 12)
    expect(metric(result, 'rag', 'fact')).toBeCloseTo(1 / 6, 12)
    expect(result.complete).toBe(true)
    expect(result.verdict.standings.map(({ arm }) => arm).toSorted()).toEqual([
      'long_context',
      'rag',
    ])
  })

  it('counts the nonsense of a judge as failures', async () => {
    judged = 'I would say that this is rather good!'
    const judge = { baseURL: server.baseURL, model: 'judge' }
    const nonsense = await run(2, { arms: ['rag'], judge })
    expect(nonsense.arms[0]!.metrics.initial.judged).toMatchObject({ range: null, failed: 6 })
    expect(nonsense.judge).toMatchObject({ items: 0, failed: 6, kappa: null, reliable: false })
    expect(metric(nonsense, 'rag', 'fact')).toBeCloseTo(1 / 6, 12)
    judged = '**Correct.**'
    const kind = await run(3, { arms: ['rag'], judge })
    expect(kind.arms[0]!.metrics.initial.judged).toMatchObject({
      range: { estimate: 1 },
      failed: 0,
    })
  })
})

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomExamples, writeTinyModel } from '../../test/engine/tiny-training.ts'
import type { StepEvent, TrainingEvent, TrainingResult, ValidationEvent } from './events.ts'
import type { TrainOptions } from './options.ts'
import { toJob } from './train.ts'
import { runTraining } from './train-loop.ts'

const home = mkdtempSync(path.join(os.tmpdir(), 'graft-loop-'))
const model = path.join(home, 'model')
let outputs = 0
const newOutput = (): string => path.join(home, `run-${outputs++}`)

beforeAll(() => writeTinyModel(model))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const base = {
  model,
  examples: randomExamples(1, 24),
  learningRate: 1e-2,
  threads: 1,
} satisfies Partial<TrainOptions>
const packed = { rows: 2, length: 32 } satisfies Partial<TrainOptions>

type Outcome = { result: TrainingResult; events: TrainingEvent[] }

/** Runs on this thread; `onEvent` may abort at an exact place. */
async function run(
  options: Partial<TrainOptions> & { output: string },
  onEvent: (event: TrainingEvent, controller: AbortController) => void = () => undefined,
): Promise<Outcome> {
  const events: TrainingEvent[] = []
  const controller = new AbortController()
  const emit = (event: TrainingEvent): void => {
    events.push(event)
    onEvent(event, controller)
  }
  const job = toJob({ ...base, ...options })
  const result = await runTraining(job, { signal: controller.signal, emit })
  return { result, events }
}

function bytesOf(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), 'base64')]),
  )
}

const stepsOf = (events: TrainingEvent[]): StepEvent[] =>
  events.filter(({ type }) => type === 'step') as StepEvent[]
const validationsOf = (events: TrainingEvent[]): ValidationEvent[] =>
  events.filter(({ type }) => type === 'validation') as ValidationEvent[]
const aborted = expect.objectContaining({ code: 'aborted' })

describe('a run', () => {
  it.each<[string, Partial<TrainOptions>]>([
    ['LoRA', { ...packed, method: { type: 'lora', rank: 4 } }],
    ['LoRA without packing', { packing: false, rows: 4 }],
    ['all weights', { ...packed, method: { type: 'full' } }],
  ])('learns: %s', async (_, options) => {
    const { events } = await run({ ...options, output: newOutput(), epochs: 12, warmup: 2 })
    const losses = stepsOf(events).map(({ loss }) => loss)
    expect(losses.at(-1)).toBeLessThan(losses[0]! * 0.8)
  })

  it('reports each step, checkpoints and the end, and writes them to train.jsonl', async () => {
    const output = newOutput()
    const { events, result } = await run({ ...packed, output, epochs: 2, checkpointEvery: 5 })
    const start = events[0]!
    expect(start).toMatchObject({
      type: 'start',
      resumedFrom: 0,
      examples: 24,
      batch: { rows: 2, length: 32 },
    })
    const steps = stepsOf(events)
    expect(steps.map(({ step }) => step)).toEqual(
      Array.from({ length: result.steps }, (_, i) => i + 1),
    )
    expect(steps.at(-1)).toMatchObject({ secondsLeft: 0, epoch: 2 })
    expect(events.at(-1)).toEqual({ type: 'done', ...result })
    const lines = readFileSync(path.join(output, 'train.jsonl'), 'utf8').trim().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual(events)
  })

  it('keeps the two newest checkpoints', async () => {
    const output = newOutput()
    const { result } = await run({
      output,
      steps: 9,
      checkpointEvery: 2,
      ...{ epochs: undefined },
    } as never)
    expect(result.steps).toBe(9)
    expect(readdirSync(path.join(output, 'checkpoints'))).toEqual(['step-000008', 'step-000009'])
  })

  it('gives what validated best, and ends when that was long ago', async () => {
    const output = newOutput()
    const options = {
      ...packed,
      output,
      validation: randomExamples(9, 6),
      // Far too high: what is learned about the examples harms others.
      learningRate: 0.1,
      epochs: 20,
      validateEvery: 2,
      earlyStopping: { patience: 3 },
    }
    const { result, events } = await run(options)
    const validations = validationsOf(events)
    const best = validations.reduce((a, b) => (b.loss < a.loss ? b : a))
    expect(result).toMatchObject({
      stoppedEarly: true,
      bestStep: best.step,
      validationLoss: best.loss,
      steps: best.step + 3 * 2,
    })
    expect(validations.filter(({ isBest }) => isBest).at(-1)).toEqual(best)

    const last = await run({ ...options, output: newOutput(), keepBest: false })
    expect(last.result.bestStep).toBe(result.steps)
    expect(bytesOf(last.result.path)).not.toEqual(bytesOf(result.path))
  })
})

describe('a run that is ended', () => {
  const thorough = {
    validation: randomExamples(9, 4),
    validateEvery: 3,
    accumulate: 2,
    rows: 1,
    length: 32,
    epochs: 2,
  } satisfies Partial<TrainOptions>

  it.each<[string, Partial<TrainOptions>]>([
    ['LoRA with dropout', { method: { type: 'lora', rank: 2, dropout: 0.2 } }],
    ['all weights', { method: { type: 'full' } }],
  ])('after any step goes on to the same bytes: %s', async (_, options) => {
    const whole = await run({ ...thorough, ...options, output: newOutput() })
    const steps = whole.result.steps
    expect(steps).toBeGreaterThan(5)
    const output = newOutput()
    const seen: StepEvent[] = []
    for (let step = 1; step < steps; step++) {
      const ended = run({ ...thorough, ...options, output }, (event, controller) => {
        if (event.type === 'step') seen.push(event)
        if (event.type === 'step') controller.abort()
      })
      await expect(ended).rejects.toThrow(aborted)
    }
    const last = await run({ ...thorough, ...options, output })
    expect(last.events[0]).toMatchObject({ type: 'start', resumedFrom: steps - 1 })
    seen.push(...stepsOf(last.events))
    expect(seen.map(({ step, loss, gradientNorm }) => ({ step, loss, gradientNorm }))).toEqual(
      stepsOf(whole.events).map(({ step, loss, gradientNorm }) => ({ step, loss, gradientNorm })),
    )
    expect(bytesOf(last.result.path)).toEqual(bytesOf(whole.result.path))
    expect(last.result.validationLoss).toBe(whole.result.validationLoss)
    const logged = readFileSync(path.join(output, 'train.jsonl'), 'utf8').trim().split('\n')
    const loggedSteps = logged.map((line) => JSON.parse(line)).filter(({ type }) => type === 'step')
    expect(loggedSteps.map(({ step }) => step)).toEqual(seen.map(({ step }) => step))
  })

  it('before its first step leaves no checkpoint', async () => {
    const output = newOutput()
    const ended = run({ output }, (_, controller) => controller.abort())
    await expect(ended).rejects.toThrow(aborted)
    expect(readdirSync(output)).toEqual(['train.jsonl'])
  })

  it('does not go on with other settings or examples, and says what differs', async () => {
    const output = newOutput()
    await run({ output })
    const mismatch = (message: RegExp) =>
      expect.objectContaining({
        code: 'checkpoint_mismatch',
        message: expect.stringMatching(message),
      })
    await expect(run({ output, seed: 1 })).rejects.toThrow(mismatch(/: seed was 42, is 1$/))
    await expect(run({ output, examples: randomExamples(2, 24) })).rejects.toThrow(
      mismatch(/: examples changed$/),
    )
    const { events } = await run({ output, seed: 1, resume: false })
    expect(events[0]).toMatchObject({ resumedFrom: 0 })
  })

  it('keeps the number of threads of its checkpoint, and warns when told another', async () => {
    const output = newOutput()
    await run({ output, threads: 2 })
    const { threads: _, ...silent } = base
    const events: TrainingEvent[] = []
    const { signal } = new AbortController()
    const emit = (event: TrainingEvent): void => void events.push(event)
    await runTraining(toJob({ ...silent, output }), { signal, emit })
    expect(events[0]).toMatchObject({ threads: 2, warnings: [] })
    const other = await run({ output, threads: 1 })
    expect(other.events[0]).toMatchObject({
      threads: 1,
      warnings: [expect.stringContaining('made with 2 threads, not 1')],
    })
  })

  it('after its last step gives the same result once more', async () => {
    const output = newOutput()
    const { result } = await run({ output })
    const bytes = bytesOf(result.path)
    const again = await run({ output })
    expect(again.result).toEqual(result)
    expect(stepsOf(again.events)).toEqual([])
    expect(bytesOf(result.path)).toEqual(bytes)
  })
})

describe('a run that diverges', () => {
  it('says where, and leaves the last checkpoint as it was', async () => {
    const output = newOutput()
    const options = { output, learningRate: 1e30, warmup: 4, checkpointEvery: 1, clipNorm: 0 }
    await expect(run(options)).rejects.toThrow(
      expect.objectContaining({
        code: 'diverged',
        message: expect.stringMatching(/ in step \d+, at learning rate \S+, in examples \d+/),
      }),
    )
    // The first step of a warm-up has rate 0.
    expect(readdirSync(path.join(output, 'checkpoints'))).toContain('step-000001')
    expect(readdirSync(output)).not.toContain('adapter')
  })
})

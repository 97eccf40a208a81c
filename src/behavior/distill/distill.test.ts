import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GraftError } from '../../errors.ts'
import { readExamples } from '../examples/read.ts'
import { type DistillOptions, distill } from './distill.ts'
import { estimateDistillation } from './estimate.ts'
import { distillPairs } from './pairs.ts'
import { readQuestions } from './questions.ts'
import type { Teacher } from './teacher.ts'

let folder: string
let output: string
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'graft-distill-'))
  output = path.join(folder, 'distilled.jsonl')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const prompt = 'Answer like a pirate.'
const questions = Array.from({ length: 12 }, (_, i) => `question ${i}`)
const usage = { inputTokens: 10, outputTokens: 5 }

/** Replies to everything but what `fail` throws at; keeps what it was asked. */
function teacherOf(
  fail: (question: string, times: number) => Error | undefined = () => undefined,
): {
  teacher: Teacher
  asked: string[]
} {
  const asked: string[] = []
  const teacher: Teacher = {
    model: 'pirate-1',
    async *write({ system, prompt: question, signal }) {
      signal?.throwIfAborted()
      asked.push(question)
      const error = fail(question, asked.filter((one) => one === question).length)
      if (error) throw error
      yield `Arr, ${question}`
      yield ` (${system.length})`
      yield usage
    },
  }
  return { teacher, asked }
}

function rows(): { messages: { content: string }[] }[] {
  const lines = readFileSync(output, 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line) as { messages: { content: string }[] })
}

function optionsWith(teacher: Teacher, more: Partial<DistillOptions> = {}): DistillOptions {
  return { prompt, questions, teacher, output, retryDelayMs: 1, ...more }
}

describe('distill', () => {
  it('writes chat examples without the prompt, in the order of the questions', async () => {
    const { teacher } = teacherOf()
    const result = await distill(optionsWith(teacher))
    expect(result).toMatchObject({ rows: 12, kept: 0, failures: [], teacher: 'pirate-1' })
    expect(result.usage).toEqual({ inputTokens: 120, outputTokens: 60 })
    expect(rows().map(({ messages }) => messages.map(({ content }) => content))).toEqual(
      questions.map((question) => [question, `Arr, ${question} (${prompt.length})`]),
    )
    expect(readExamples(readFileSync(output)).findings).toEqual([])
  })

  it('asks what a stopped run has not asked, also behind a line that was cut off', async () => {
    const stop = new AbortController()
    const first = teacherOf()
    const stopped = distill(
      optionsWith(first.teacher, {
        concurrency: 1,
        signal: stop.signal,
        onProgress: ({ done }) => done === 5 && stop.abort(new Error('enough')),
      }),
    )
    await expect(stopped).rejects.toThrow('enough')
    writeFileSync(output, readFileSync(output, 'utf8').slice(0, -20))
    const second = teacherOf()
    const result = await distill(optionsWith(second.teacher))
    expect(second.asked).toEqual(questions.slice(4))
    expect(result).toMatchObject({ rows: 12, kept: 4 })
    expect(rows().map(({ messages }) => messages[0]!.content)).toEqual(questions)
  })

  it('keeps replies to questions that are no longer asked', async () => {
    await distill(optionsWith(teacherOf().teacher))
    const { teacher, asked } = teacherOf()
    await distill(optionsWith(teacher, { questions: ['new', ...questions.slice(10)] }))
    expect(asked).toEqual(['new'])
    expect(
      rows()
        .map(({ messages }) => messages[0]!.content)
        .slice(0, 4),
    ).toEqual(['new', 'question 10', 'question 11', 'question 0'])
    expect(rows()).toHaveLength(13)
  })

  it('refuses to mix prompts or teachers in one file', async () => {
    const { teacher } = teacherOf()
    await distill(optionsWith(teacher))
    for (const other of [
      optionsWith(teacher, { prompt: 'Answer like a judge.' }),
      optionsWith({ ...teacher, model: 'judge-1' }),
    ])
      await expect(distill(other)).rejects.toMatchObject({ code: 'distillation_mismatch' })
    expect(rows()).toHaveLength(12)
  })

  it('waits and asks again when it was too fast, and goes past a question that fails', async () => {
    const { teacher, asked } = teacherOf((question, times) => {
      if (question === 'question 3' && times < 3) return new GraftError('rate_limited', '429')
      return question === 'question 7' ? new Error('no reply to that') : undefined
    })
    const result = await distill(optionsWith(teacher))
    expect(asked.filter((question) => question === 'question 3')).toHaveLength(3)
    expect(result.failures).toEqual([{ question: 'question 7', message: 'no reply to that' }])
    expect(result.rows).toBe(11)
    const again = teacherOf()
    await distill(optionsWith(again.teacher))
    expect(again.asked).toEqual(['question 7'])
  })

  it('stops at once where every question would fail, and soon where all do', async () => {
    const unauthorized = new GraftError('model_unauthorized', 'no key')
    const refused = teacherOf(() => unauthorized)
    await expect(distill(optionsWith(refused.teacher, { concurrency: 1 }))).rejects.toBe(
      unauthorized,
    )
    expect(refused.asked).toHaveLength(1)
    const broken = teacherOf(() => new Error('broken'))
    await expect(distill(optionsWith(broken.teacher, { concurrency: 1 }))).rejects.toThrow('broken')
    expect(broken.asked).toHaveLength(5)
  })

  it('asks a number at a time, no more', async () => {
    let now = 0
    let most = 0
    const teacher: Teacher = {
      model: 'slow',
      async *write({ prompt: question }) {
        most = Math.max(most, ++now)
        await new Promise((resolve) => setTimeout(resolve, 5))
        now--
        yield question
      },
    }
    await distill(optionsWith(teacher, { concurrency: 3 }))
    expect(most).toBe(3)
  })

  it('keeps requests apart by the number that a minute allows', async () => {
    const starts: number[] = []
    const { teacher } = teacherOf(() => void starts.push(performance.now()))
    await distill(
      optionsWith(teacher, { questions: questions.slice(0, 4), requestsPerMinute: 60_000 / 30 }),
    )
    expect(starts[3]! - starts[0]!).toBeGreaterThan(80)
  })
})

describe('estimateDistillation', () => {
  it('counts what is left to ask, and prices it at most', async () => {
    const { teacher } = teacherOf()
    await distill(optionsWith(teacher, { questions: questions.slice(0, 2) }))
    const plan = await estimateDistillation(optionsWith(teacher, { maxOutputTokens: 100 }), {
      input: 2,
      output: 10,
    })
    const inputTokens = Math.ceil((10 * prompt.length + questions.slice(2).join('').length) / 4)
    expect(plan).toEqual({
      kept: 2,
      requests: 10,
      inputTokens,
      maxOutputTokens: 1000,
      price: (2 * inputTokens + 10 * 1000) / 1e6,
    })
  })
})

describe('distillPairs', () => {
  it('leaves the prompt out, keeps other fields, and rows with another prompt aside', async () => {
    const pair = [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: 'Arr' },
    ]
    const lines = [
      { messages: [{ role: 'system', content: `${prompt}\n` }, ...pair], page: 'a.md' },
      { messages: pair },
      { messages: [{ role: 'system', content: 'Be brief.' }, ...pair] },
    ]
    const set = readExamples(lines.map((line) => JSON.stringify(line)).join('\n'))
    expect(await distillPairs(set, { prompt, output })).toEqual({
      output,
      rows: 2,
      otherPrompt: [3],
    })
    expect(rows()).toEqual([{ messages: pair, page: 'a.md' }, { messages: pair }])
  })
})

describe('readQuestions', () => {
  it('reads lines and JSON, each question once', async () => {
    const file = path.join(folder, 'questions')
    writeFileSync(file, 'How?\n\n{"question": " Why? ", "id": 1}\nHow?\n')
    expect(await readQuestions(file)).toEqual(['How?', 'Why?'])
  })

  it.each([
    ['\n \n', 'no_questions'],
    ['{"ask": "How?"}', 'no_questions'],
    ['{"question": "How?"', 'no_questions'],
  ])('refuses %j', async (text, code) => {
    const file = path.join(folder, 'questions')
    writeFileSync(file, text)
    await expect(readQuestions(file)).rejects.toMatchObject({ code })
  })
})

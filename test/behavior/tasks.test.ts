/** @file Each kind of task from a file of examples to a gated adapter, with real training on a little data. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  embeddedTrainer,
  type GateCheck,
  readExamplesFile,
  type Trainer,
  type TuneResult,
} from '../../src/behavior/index.ts'
import type { ChatMessage, ToolDefinition } from '../../src/tokenizers/index.ts'
import type { WorkspaceTuneOptions } from '../../src/workspace-behavior.ts'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'

type Row = { messages: ChatMessage[]; tools?: ToolDefinition[] }

let test: TestWorkspace
beforeAll(async () => {
  test = await openTestWorkspace()
})
afterAll(() => test.close())

const colours = ['red', 'green', 'blue', 'black']
const things = ['car', 'coat', 'door', 'lamp', 'chair', 'bike']
const phrases = [
  'please paint my',
  'i would like a',
  'do you sell a',
  'can i see the',
  'show me one',
]

/** Of every combination some are held out; no wording is in both parts. */
function rowsOf(make: (text: string, colour: string, thing: string) => Row): {
  train: Row[]
  test: Row[]
} {
  const all = phrases.flatMap((phrase, p) =>
    things.flatMap((thing, t) =>
      colours.map((colour, c) => ({
        isTest: (p + t + c) % 5 === 0,
        row: make(`${phrase} ${colour} ${thing}`, colour, thing),
      })),
    ),
  )
  const part = (isTest: boolean): Row[] =>
    all.filter((one) => one.isTest === isTest).map(({ row }) => row)
  return { train: part(false), test: part(true) }
}

async function tune(
  name: string,
  rows: { train: Row[]; test: Row[] },
  more: Partial<WorkspaceTuneOptions> = {},
): Promise<TuneResult> {
  const read = (part: 'train' | 'test') => {
    const file = path.join(path.dirname(test.folder), `${name}.${part}.jsonl`)
    writeFileSync(file, rows[part].map((row) => `${JSON.stringify(row)}\n`).join(''))
    return readExamplesFile(file)
  }
  return await test.workspace.behavior.tune({
    name,
    examples: await read('train'),
    test: await read('test'),
    learningRates: [4e-3],
    epochs: 4,
    rank: 8,
    // The wordings are few, so many rows are nearly the same.
    ignoreErrors: true,
    ...more,
  })
}

function checksOf({ evaluation }: TuneResult): Record<string, GateCheck> {
  return Object.fromEntries(evaluation.gate.checks.map((check) => [check.name, check]))
}

const system = { role: 'system', content: 'Which colour?' }
const labels = rowsOf((text, colour) => ({
  messages: [
    system,
    { role: 'user', content: text },
    { role: 'assistant', content: `colour_${colour}` },
  ],
}))

describe('labels', { timeout: 600_000 }, () => {
  it('are recognised, learned, and measured by accuracy and macro-F1 beside simple baselines', async () => {
    const tasks: string[] = []
    const tuned = await tune('colours', labels, {
      onEvent: (event) => {
        if (event.type === 'task') tasks.push(event.task)
      },
    })
    expect(tasks).toEqual(['label'])
    const checks = checksOf(tuned)
    expect(checks['the right label']).toMatchObject({
      result: 'passed',
      items: 24,
      before: { share: 0 },
    })
    expect(checks['the right label']!.after!.share).toBeGreaterThan(0.8)
    expect(checks['macro-F1 over labels']!.result).toBe('passed')
    expect(checks['beside TF-IDF and logistic regression']).toMatchObject({ before: { share: 1 } })
    for (const name of ['facts', 'abstention'])
      expect(checks[name]).toMatchObject({ result: 'not_applicable', items: 0 })
    expect(tuned.adapter.verdict).toBe('passed')
    expect(tuned.evaluation.parts.map(({ name, wanted }) => [name, wanted])).toEqual(
      colours.map((colour) => [`colour_${colour}`, 6]).sort(),
    )
  })

  it('are not for serving where the adapter only knows the usual one', async () => {
    const usual: Trainer = {
      ...embeddedTrainer,
      name: 'usual',
      train: (job) =>
        embeddedTrainer.train({
          ...job,
          turns: job.turns.map((turn) => ({ ...turn, text: 'colour_red' })),
        }),
    }
    const tuned = await tune('usual', labels, { trainer: usual, epochs: 2 })
    const { checks } = tuned.evaluation.gate
    const beside = checks.find(({ name }) => name.startsWith('beside always replying colour_'))
    expect(checksOf(tuned)['the right label']!.result).toBe('passed')
    expect(beside!.result).not.toBe('passed')
    expect(tuned.adapter.verdict).toBe('refused')
  })
})

describe('JSON', { timeout: 600_000 }, () => {
  const rows = rowsOf((text, colour, thing) => ({
    messages: [
      { role: 'system', content: 'Extract as JSON: colour, thing.' },
      { role: 'user', content: text },
      { role: 'assistant', content: JSON.stringify({ colour, thing, size: null }) },
    ],
  }))

  it('is recognised, and measured as a whole and by field; documents are left out of it', async () => {
    await test.workspace.knowledge.add({
      name: 'paint.md',
      text: '# Paint\n\nWe sell a red car and a blue coat.',
    })
    const tuned = await tune('extract', rows)
    const checks = checksOf(tuned)
    expect(tuned.evaluation.task).toBe('json')
    expect(checks['the right JSON']!.after!.share).toBeGreaterThan(
      checks['the right JSON']!.before!.share,
    )
    expect(checks['F1 over fields']!.after!.share).toBeGreaterThan(0.5)
    expect(tuned.evaluation.parts.map(({ name }) => name)).toEqual(['colour', 'thing'])
    expect(tuned.evaluation.outcomes.tuned[0]).not.toHaveProperty('references')
  })
})

describe('calls of tools', { timeout: 600_000 }, () => {
  const toolOf = (name: string, ...parameters: string[]): ToolDefinition => ({
    type: 'function',
    function: {
      name,
      parameters: {
        type: 'object',
        properties: Object.fromEntries(parameters.map((one) => [one, { type: 'string' }])),
      },
    },
  })
  const tools = [toolOf('paint_thing', 'colour', 'thing'), toolOf('find_thing', 'thing')]
  const rows = rowsOf((text, colour, thing) => {
    const call = text.startsWith('please')
      ? { name: 'paint_thing', arguments: JSON.stringify({ colour, thing }) }
      : { name: 'find_thing', arguments: JSON.stringify({ thing }) }
    return {
      messages: [
        { role: 'user', content: text },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'call_1', type: 'function', function: call }],
        },
      ],
      tools,
    }
  })

  it('are recognised, and measured by tool and by arguments', async () => {
    const tuned = await tune('paint', rows, { epochs: 2 })
    const checks = checksOf(tuned)
    expect(tuned.evaluation).toMatchObject({ task: 'tool-calls', format: [] })
    expect(checks['the right tool']!.after!.share).toBeGreaterThan(0.7)
    expect(checks['the right call']!.items).toBe(24)
    expect(checks['F1 over arguments']!.after!.share).toBeGreaterThan(0.5)
    expect(tuned.evaluation.parts.map(({ name }) => name)).toEqual([
      'find_thing.thing',
      'paint_thing.colour',
      'paint_thing.thing',
    ])
    // Serving must not hold calls to a form of empty replies.
    const files = await test.workspace.behavior.registry.files(tuned.adapter)
    const format = files.find(({ path: name }) => name === 'graft_format.json')!
    expect(JSON.parse(Buffer.from(format.content).toString())).toEqual({})
  })
})

describe('a task that is named', { timeout: 600_000 }, () => {
  it('is judged as that task', async () => {
    const few = { train: labels.train.slice(0, 40), test: labels.test.slice(0, 6) }
    const tuned = await tune('named', few, { task: 'reply', epochs: 1 })
    expect(Object.keys(checksOf(tuned))).toContain('the house format')
    expect(Object.keys(checksOf(tuned))).not.toContain('the right label')
  })
})

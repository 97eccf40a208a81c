/** @file One task from end to end: tuned as a user would, held against what is simpler, on the same items. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { entriesOf } from '../../src/behavior/examples/example.ts'
import {
  type AdapterVersion,
  type EvaluationItem,
  houseConstraint,
  materializeAdapter,
  readExamplesFile,
  readHouseFormat,
  servedTokens,
  type TaskKind,
  type TuneResult,
  withoutContext,
} from '../../src/behavior/index.ts'
import { type Judges, judge, type Outcome } from '../../src/behavior/tune/outcome.ts'
import { openLocalModel } from '../../src/inference/index.ts'
import { embeddedBase } from '../../src/models/index.ts'
import type { Workspace } from '../../src/workspace.ts'
import { replyOf, type Solver, type TaskCase } from './cases.ts'
import type { TaskRow } from './data.ts'

export type MeasuredArm = { name: string; outcomes: readonly Outcome[] }

export type MeasuredTask = {
  name: string
  title: string
  task: TaskKind
  rows: { train: number; test: number }
  items: readonly EvaluationItem[]
  arms: readonly MeasuredArm[]
  gate: TuneResult['evaluation']['gate']
  adapter: AdapterVersion
}

/** Jobs lie below the workspace: what was trained before is not trained again. */
export async function measureTask(
  { name, title, data, instructions, simple, settings }: TaskCase,
  { workspace, folder }: { workspace: Workspace; folder: string },
): Promise<MeasuredTask> {
  const { train, test } = data()
  const files = {
    train: writeRows(folder, `${name}.train`, train),
    test: writeRows(folder, `${name}.test`, test),
  }
  const held = await readExamplesFile(files.test)
  const { adapter, evaluation } = await workspace.behavior.tune({
    name,
    examples: await readExamplesFile(files.train),
    test: held,
    ...(instructions && { instructions: instructions({ train, test }) }),
    ...settings,
    onEvent: (event) => {
      if (event.type === 'stage' || event.type === 'rate')
        console.error(name, JSON.stringify(event))
    },
  })
  const { task, gate } = evaluation
  const items = await itemsOf(held)
  const judged = (solve: Solver): Outcome[] =>
    items.map((item, i) => judge(item, solve(test[i]!), judgesOf(task)))
  const usual = mostFrequent(train.map(replyOf))
  const arms: MeasuredArm[] = [
    ...(task === 'reply'
      ? []
      : [{ name: 'the most frequent reply', outcomes: judged(() => usual) }]),
    ...Object.entries(simple).map(([solver, learn]) => ({
      name: solver,
      outcomes: judged(learn(train)),
    })),
    {
      name: instructions ? 'the base, told the labels' : 'the base, prompted as in the examples',
      outcomes: evaluation.outcomes.prompted,
    },
    { name: 'the adapter', outcomes: evaluation.outcomes.tuned },
    ...(await servedArm(adapter, { workspace, folder, items, task })),
  ]
  const rows = { train: train.length, test: test.length }
  return { name, title, task, rows, items, arms, gate, adapter }
}

/** The adapter as it is served: held to the form of its replies, where they have one. */
async function servedArm(
  adapter: AdapterVersion,
  {
    workspace,
    folder,
    items,
    task,
  }: { workspace: Workspace; folder: string; items: readonly EvaluationItem[]; task: TaskKind },
): Promise<MeasuredArm[]> {
  if (task !== 'label' && task !== 'json') return []
  const { registry } = workspace.behavior
  const files = await materializeAdapter(path.join(folder, 'adapters'), adapter, () =>
    registry.files(adapter),
  )
  const constraint = houseConstraint((await readHouseFormat(files)) ?? {}, [])
  if (!constraint) return []
  const model = await openLocalModel(await embeddedBase(), { adapters: { tuned: files } })
  try {
    const outcomes = await Promise.all(
      items.map(async (item) => {
        const prompt = servedTokens(model.tokenizer, item)
        const { text } = await model.complete({
          prompt,
          adapter: 'tuned',
          temperature: 0,
          constraint,
        })
        return judge(item, text, judgesOf(task))
      }),
    )
    return [{ name: 'the adapter, held to its form', outcomes }]
  } finally {
    await model.close()
  }
}

async function itemsOf(held: Parameters<typeof entriesOf>[0]): Promise<EvaluationItem[]> {
  const items: EvaluationItem[] = []
  for await (const { item } of withoutContext(entriesOf(held).map(({ example }) => example)))
    items.push(item)
  return items
}

function judgesOf(task: TaskKind): Judges {
  return { task, declines: () => false }
}

function mostFrequent(replies: readonly string[]): string {
  const [usual] = [...Map.groupBy(replies, (reply) => reply)].reduce((a, b) =>
    b[1].length > a[1].length ? b : a,
  )
  return usual
}

function writeRows(folder: string, name: string, rows: readonly TaskRow[]): string {
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, `${name}.jsonl`)
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  return file
}

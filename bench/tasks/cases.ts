/** @file The tasks that are measured: where their examples are, how they are tuned, what they are held against. */
import path from 'node:path'
import { type LabelledText, trainTextClassifier } from '../../src/behavior/text/text-classifier.ts'
import type { ToolDefinition } from '../../src/tokenizers/index.ts'
import { readJsonLinesFile } from '../json-lines.ts'
import { intentData, NO_TOOL, styleData, type TaskData, type TaskRow } from './data.ts'
import { extractWithExpressions } from './slot-expressions.ts'

export type TaskCase = {
  name: string
  title: string
  /** Examples to learn and to hold out. */
  data(): TaskData
  /** What the base is told in words; default: only what the examples say themselves. */
  instructions?: (data: TaskData) => string
  /** What a developer would do without a language model, by name. */
  simple: Record<string, (train: readonly TaskRow[]) => Solver>
  settings?: { epochs?: number; learningRates?: readonly number[] }
}

/** Answers a row without a language model. */
export type Solver = (row: TaskRow) => string

export const seeds = { data: 7 }

const examples = path.resolve(import.meta.dirname, '../../examples')

export const cases: readonly TaskCase[] = [
  {
    name: 'intents',
    title: '20 intents of BANKING77 (examples/intents)',
    data: () => exampleFolder('intents'),
    instructions: labelInstructions,
    simple: { 'TF-IDF + logistic regression': classifyIntents },
  },
  {
    name: 'extraction',
    title: 'Slots of bookings (examples/extraction)',
    data: () => exampleFolder('extraction'),
    simple: {
      'regular expressions': () => (row) => JSON.stringify(extractWithExpressions(questionOf(row))),
    },
  },
  {
    name: 'tool-choice',
    title: 'Calls of tools (examples/tool-choice)',
    data: () => exampleFolder('tool-choice'),
    simple: { 'TF-IDF + logistic regression, no arguments': chooseTools },
  },
  ...(['terse', 'verbose'] as const).map(
    (style): TaskCase => ({
      name: `style-${style}`,
      title: `bitext, the ${style} house`,
      data: () => styleData(style, { train: 300, test: 90, seed: seeds.data }),
      simple: {},
      settings: { learningRates: [4e-3] },
    }),
  ),
  {
    name: 'banking77',
    title: 'All 77 intents of BANKING77, test as published',
    data: () => intentData({ seed: seeds.data }),
    simple: { 'TF-IDF + logistic regression': classifyIntents },
    // The rate that the sweep over 20 intents chose; half the epochs over ten times the rows.
    settings: { epochs: 3, learningRates: [4e-3] },
  },
]

function questionOf({ messages }: TaskRow): string {
  return messages.findLast(({ role }) => role === 'user')!.content!
}

export function replyOf({ messages }: TaskRow): string {
  const { content, tool_calls: calls = [] } = messages.at(-1)!
  return content ?? calls.map(({ function: call }) => JSON.stringify(call)).join('\n')
}

function exampleFolder(name: string): TaskData {
  const read = (part: string): TaskRow[] =>
    readJsonLinesFile<TaskRow>(path.join(examples, name, `${part}.jsonl`))
  return { train: read('train'), test: read('test') }
}

/** What a base is told that was not tuned. */
export function labelInstructions({ train }: TaskData): string {
  return `Labels: ${[...new Set(train.map(replyOf))].sort().join(', ')}.`
}

function classifyIntents(train: readonly TaskRow[]): Solver {
  const { classify } = trainTextClassifier(train.map((row) => labelled(row, replyOf(row))))
  return (row) => classify(questionOf(row)).label
}

/** The likeliest of all tools; none where that one is not offered. */
function chooseTools(train: readonly TaskRow[]): Solver {
  const rows = train.flatMap((row) => {
    const [call] = row.messages.at(-1)!.tool_calls ?? []
    return call ? [labelled(row, call.function.name)] : []
  })
  const { classify } = trainTextClassifier(rows)
  return (row) => {
    const { label: name } = classify(questionOf(row))
    const offered = (row.tools ?? []).map(nameOf)
    return offered.includes(name) ? JSON.stringify({ name, arguments: {} }) : NO_TOOL
  }
}

function labelled(row: TaskRow, label: string): LabelledText {
  return { text: questionOf(row), label }
}

function nameOf(tool: ToolDefinition): string {
  return (tool.function as { name: string }).name
}

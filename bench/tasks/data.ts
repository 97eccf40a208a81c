/** @file Public data sets as chat examples: intents, slots of bookings, commands as calls of tools. */
import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import type { ChatMessage, ToolDefinition } from '../../src/tokenizers/index.ts'
import { createDraw, type Draw } from '../../training-recipes/base/draw.ts'
import { dataFile } from '../quality/data.ts'

/** A line of a chat JSONL file. */
export type TaskRow = { messages: ChatMessage[]; tools?: ToolDefinition[] }
export type TaskData = { train: TaskRow[]; test: TaskRow[] }
export type Sizes = { train: number; test: number }

export type IntentOptions = {
  /** How many of the 77 intents; default all. */
  intents?: number
  /** Rows of each intent; default all. */
  perIntent?: Sizes
  seed: number
}

const INTENT_TASK = 'Classify the message of a customer of a bank.'

/** BANKING77: a question to a bank -> its intent, split as published. */
export function intentData({ intents, perIntent, seed }: IntentOptions): TaskData {
  const draw = createDraw(seed)
  const train = Map.groupBy(bankingRows('train.csv'), ({ category }) => category)
  const test = Map.groupBy(bankingRows('test.csv'), ({ category }) => category)
  const kept = draw.some([...train.keys()], intents ?? train.size).sort()
  const rows = (part: typeof train, size: number | undefined): TaskRow[] =>
    shuffled(
      kept.flatMap((name) => {
        const all = part.get(name)!
        return draw.some(all, size ?? all.length)
      }),
      draw,
    ).map(({ text, category }) => exchange(INTENT_TASK, text, category))
  return apart({ train: rows(train, perIntent?.train), test: rows(test, perIntent?.test) })
}

type BankingRow = { text: string; category: string }

function bankingRows(name: string): BankingRow[] {
  const rows = parse<BankingRow>(readFileSync(dataFile('banking77', name), 'utf8'), {
    columns: true,
    relax_quotes: true,
  })
  return rows.map(({ text, category }) => ({ text: oneLine(text), category }))
}

const slotNames = ['people', 'date', 'time', 'first_name', 'last_name'] as const
export type SlotName = (typeof slotNames)[number]
export type Slots = Record<SlotName, string | null>

const SLOT_TASK = `Extract as JSON: ${slotNames.join(', ')}.`

type RestaurantRow = {
  userInput: { text: string }
  context?: { requestedSlots?: string[] }
  labels?: { slot: SlotName; valueSpan: { startIndex?: number; endIndex: number } }[]
}

/** Restaurant8k: a message of a guest -> people, date, time and names as JSON, null where it says nothing. */
export function slotData({ train, test, seed }: Sizes & { seed: number }): TaskData {
  const draw = createDraw(seed)
  const rows = (file: string, size: number): TaskRow[] => {
    const all = JSON.parse(readFileSync(dataFile('restaurant8k', file), 'utf8')) as RestaurantRow[]
    return draw.some(all, size).map(bookingRow)
  }
  return apart({ train: rows('train_0.json', train), test: rows('test.json', test) })
}

function bookingRow({ userInput: { text }, context, labels = [] }: RestaurantRow): TaskRow {
  const slots = Object.fromEntries(slotNames.map((name) => [name, null])) as Slots
  for (const { slot, valueSpan } of labels)
    slots[slot] = text.slice(valueSpan.startIndex ?? 0, valueSpan.endIndex).trim()
  const asked = context?.requestedSlots ?? []
  const question = asked.length > 0 ? `(asked for: ${asked.join(', ')}) ` : ''
  return exchange(SLOT_TASK, question + oneLine(text), JSON.stringify(slots))
}

/** What is said where no tool fits. */
export const NO_TOOL = 'None of the tools can do that.'

export type CommandOptions = {
  /** Commands of each of the seven intents. */
  perIntent: Sizes
  /** Share of rows that offer no tool that fits. */
  withoutTool: number
  seed: number
}

type Piece = { text: string; entity?: string }
type Command = { intent: string; pieces: Piece[] }

/** Snips: a command and some tools with their arguments -> the call that carries it out, if one does. */
export function commandData({ perIntent, withoutTool, seed }: CommandOptions): TaskData {
  const draw = createDraw(seed)
  const tools = new Map(commandIntents.map((intent) => [intent, toolOf(intent)]))
  const rows = (part: 'train' | 'validate', size: number): TaskRow[] =>
    shuffled(
      commandIntents.flatMap((intent) => draw.some(commandsOf(intent, part), size)),
      draw,
    ).map((command) => commandRow(command, { tools, fits: !draw.chance(withoutTool), draw }))
  return apart({ train: rows('train', perIntent.train), test: rows('validate', perIntent.test) })
}

const commandIntents = [
  'AddToPlaylist',
  'BookRestaurant',
  'GetWeather',
  'PlayMusic',
  'RateBook',
  'SearchCreativeWork',
  'SearchScreeningEvent',
]

/** Rows whose parts occur once: an argument has one value. */
function commandsOf(intent: string, part: 'train' | 'validate'): Command[] {
  const file = readFileSync(dataFile('snips', `${part}_${intent}.json`), 'utf8')
  const rows = (JSON.parse(file) as Record<string, { data: Piece[] }[]>)[intent]!
  return rows
    .map(({ data }) => ({ intent, pieces: data }))
    .filter(({ pieces }) => {
      const names = pieces.flatMap(({ entity }) => entity ?? [])
      return new Set(names).size === names.length
    })
}

function toolOf(intent: string): ToolDefinition {
  const names = commandsOf(intent, 'train').flatMap(({ pieces }) =>
    pieces.flatMap(({ entity }) => entity ?? []),
  )
  const properties = Object.fromEntries(
    [...new Set(names)].sort().map((name) => [name, { type: 'string' }]),
  )
  return {
    type: 'function',
    function: { name: snakeCase(intent), parameters: { type: 'object', properties } },
  }
}

function commandRow(
  { intent, pieces }: Command,
  { tools, fits, draw }: { tools: ReadonlyMap<string, ToolDefinition>; fits: boolean; draw: Draw },
): TaskRow {
  const others = draw.some(
    commandIntents.filter((name) => name !== intent),
    draw.between(1, 3),
  )
  const offered = draw.some(fits ? [intent, ...others] : others, 4)
  const text = oneLine(pieces.map((piece) => piece.text).join(''))
  const values = pieces.flatMap(({ text: value, entity }) =>
    entity === undefined ? [] : [[entity, oneLine(value)]],
  )
  const call = {
    id: 'call_1',
    type: 'function' as const,
    function: {
      name: snakeCase(intent),
      arguments: JSON.stringify(Object.fromEntries(values)),
    },
  }
  return {
    messages: [
      { role: 'user', content: text },
      fits
        ? { role: 'assistant', content: null, tool_calls: [call] }
        : { role: 'assistant', content: NO_TOOL },
    ],
    tools: offered.map((name) => tools.get(name)!),
  }
}

export type StyleName = 'terse' | 'verbose'
type StyledRow = { instruction: string; intent: string } & Record<StyleName, string>

/** bitext: the same questions to a shop, answered in one of two house styles. */
export function styleData(
  style: StyleName,
  { train, test, seed }: Sizes & { seed: number },
): TaskData {
  const draw = createDraw(seed)
  const lines = readFileSync(dataFile('bitext', 'paired_styles.train.jsonl'), 'utf8')
  const rows = lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as StyledRow)
  const drawn = draw.some(rows, train + test)
  const examples = drawn.map((row) => ({
    messages: [
      { role: 'user', content: oneLine(row.instruction) },
      { role: 'assistant', content: row[style].trim() },
    ],
  }))
  return apart({ train: examples.slice(0, train), test: examples.slice(train) })
}

function exchange(system: string, user: string, assistant: string): TaskRow {
  return {
    messages: [
      { role: 'system', content: system },
      { role: 'user', content: user },
      { role: 'assistant', content: assistant },
    ],
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase()
}

function shuffled<T>(rows: readonly T[], draw: Draw): T[] {
  return draw.some(rows, rows.length)
}

/** Each question once, and none of the test in training. */
function apart({ train, test }: TaskData): TaskData {
  const seen = new Set<string>()
  const isNew = ({ messages }: TaskRow): boolean => {
    const asked = messages.find(({ role }) => role === 'user')!.content!
    const key = asked
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim()
    if (seen.has(key)) return false
    seen.add(key)
    return true
  }
  const kept = test.filter(isNew)
  return { train: train.filter(isNew), test: kept }
}

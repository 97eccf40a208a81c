/** @file Dated example prices and the workload of a typical request; a file of your own overrides them. */
import { z } from 'zod'
import { AdviseError } from './errors.ts'
import { readDataFile } from './read-data-file.ts'

/** Dollars a million tokens. */
export type ModelPrice = {
  name: string
  input: number
  cached: number
  output: number
  date: string
  source: string
}

export type Prices = {
  /** A cheap and a capable model over an API. */
  smallModel: ModelPrice
  largeModel: ModelPrice
  /** A GPU that is kept on for a model of your own. */
  gpu: { name: string; usdPerHour: number; date: string; source: string }
  /** Training of an adapter, in dollars a million tokens. */
  training: { usdPerMillionTokens: number; date: string; source: string }
  /** Reading and correcting one example. */
  curation: { minutesPerExample: number; usdPerHour: number }
  /** Tokens of a request: what is the same each time, and what is not. */
  tokens: {
    system: number
    guide: number
    question: number
    passages: number
    toolResults: number
    answer: number
    perExample: number
  }
}

const positive = z.number().nonnegative()
const model = z.strictObject({
  name: z.string(),
  input: positive,
  cached: positive,
  output: positive,
  date: z.string(),
  source: z.string(),
})

const schema = z.strictObject({
  smallModel: model,
  largeModel: model,
  gpu: z.strictObject({
    name: z.string(),
    usdPerHour: positive,
    date: z.string(),
    source: z.string(),
  }),
  training: z.strictObject({ usdPerMillionTokens: positive, date: z.string(), source: z.string() }),
  curation: z.strictObject({ minutesPerExample: positive, usdPerHour: positive }),
  tokens: z.strictObject({
    system: positive,
    guide: positive,
    question: positive,
    passages: positive,
    toolResults: positive,
    answer: positive,
    perExample: positive,
  }),
})

const SURVEY = 'survey of public price lists (LiteLLM, codexometer, claudit)'

/** Collected in autumn 2026. */
export const defaultPrices: Prices = {
  smallModel: {
    name: 'GPT-6 Luna',
    input: 0.1,
    cached: 0.01,
    output: 0.5,
    date: '2026-09-22',
    source: SURVEY,
  },
  largeModel: {
    name: 'Claude Sonnet 5.5',
    input: 2,
    cached: 0.1,
    output: 10,
    date: '2026-10',
    source: SURVEY,
  },
  gpu: {
    name: 'NVIDIA L4',
    usdPerHour: 0.78,
    date: '2026-11',
    source: 'upper end of public rental prices (0.44 to 0.78)',
  },
  training: {
    usdPerMillionTokens: 0.48,
    date: '2026-03',
    source: 'Together, LoRA up to 16 billion parameters',
  },
  curation: { minutesPerExample: 5, usdPerHour: 60 },
  tokens: {
    system: 200,
    guide: 1200,
    question: 50,
    passages: 2000,
    toolResults: 500,
    answer: 250,
    perExample: 1500,
  },
}

/** Reads a file with some of the prices; the rest stay as they are. @throws AdviseError */
export async function readPrices(file: string): Promise<Prices> {
  const parsed = schema.partial().safeParse(await readDataFile(file))
  if (parsed.success) return { ...defaultPrices, ...(parsed.data as Partial<Prices>) }
  throw new AdviseError(
    'invalid_prices',
    `${file} holds no prices: ${z.prettifyError(parsed.error).replaceAll(/\s*\n\s*/g, ' ')}`,
    { hint: 'Write them as docs/guides/advise.md shows, each part whole or left out.' },
  )
}

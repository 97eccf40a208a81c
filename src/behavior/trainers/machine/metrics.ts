/** @file What a training script prints: lines of JSON with its steps, and any other text. */
import { z } from 'zod'
import type { TrainerEvent } from '../trainer.ts'

const step = z.object({
  type: z.literal('step'),
  step: z.number(),
  steps: z.number(),
  epoch: z.number(),
  loss: z.number(),
  gradientNorm: z.number(),
  learningRate: z.number(),
  tokens: z.number(),
  tokensPerSecond: z.number(),
  secondsLeft: z.number(),
})

const validation = z.object({
  type: z.literal('validation'),
  step: z.number(),
  loss: z.number(),
  isBest: z.boolean(),
})

const metric = z.discriminatedUnion('type', [step, validation])

/** Reported by our script and of no interest to a reader. */
const SILENT = new Set(['start', 'checkpoint'])

/** The event of a line of output; nothing for lines that say nothing. */
export function parseMetricsLine(line: string): TrainerEvent | undefined {
  const text = line.trim()
  if (text === '') return undefined
  const value = text.startsWith('{') ? parse(text) : undefined
  const parsed = metric.safeParse(value)
  if (parsed.success) return parsed.data
  if (SILENT.has((value as { type?: string } | undefined)?.type ?? '')) return undefined
  return { type: 'log', text }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

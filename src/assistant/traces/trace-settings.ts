/** @file What is kept of answers, and for how long. */
import { AssistantError } from '../errors.ts'

/** Prices of a model, of a million tokens each, in any currency. */
export type ModelPrice = { input: number; output: number }

export type TraceOptions = {
  /** Older traces are deleted. Default 30; Infinity keeps them all. */
  keepDays?: number
  /** Whether questions, conversations and answers are kept, or only their hashes. Default true. */
  keepText?: boolean
  /** By model, as traces name it: what an answer cost. */
  prices?: Readonly<Record<string, ModelPrice>>
  /** Told when traces could not be written. Default: a warning of the process. */
  onError?: (error: Error) => void
}

export type TraceSettings = Required<TraceOptions>

/** @throws AssistantError `invalid_configuration` */
export function traceSettings(options: TraceOptions = {}): TraceSettings {
  const { keepDays = 30, keepText = true, prices = {}, onError = warn } = options
  if (!(keepDays > 0))
    throw new AssistantError('invalid_configuration', `traces.keepDays is ${keepDays}`, {
      hint: 'Give a number of days above 0, or set traces to false to keep none.',
    })
  for (const [model, { input, output }] of Object.entries(prices))
    if (!(input >= 0 && output >= 0))
      throw new AssistantError(
        'invalid_configuration',
        `traces.prices of "${model}" are ${input} and ${output}`,
        { hint: 'Give the price of a million tokens as { input, output }, each 0 or more.' },
      )
  return { keepDays, keepText, prices, onError }
}

/** What `onError` does by default. */
export function warn(error: Error): void {
  process.emitWarning(error.message, { type: 'GraftWarning', code: 'GRAFT_TRACES' })
}

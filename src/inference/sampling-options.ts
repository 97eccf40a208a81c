/** @file Options of sampling, and what they may be. */
import { InferenceError } from './errors.ts'

export type SamplingOptions = {
  /** Divides the logits. Default 0: always the likeliest token. */
  temperature?: number
  /** Keeps this many of the likeliest tokens. Default 0: all. */
  topK?: number
  /** Keeps the likeliest tokens that have this probability together. Default 1: all. */
  topP?: number
  /** Keeps tokens with at least this share of the likeliest token's probability. Default 0: all. */
  minP?: number
  /** Divides positive and multiplies negative logits of tokens in prompt and output. Default 1. */
  repetitionPenalty?: number
  /** Subtracted from the logits of tokens in the output. Default 0. */
  presencePenalty?: number
  /** Subtracted from the logits of tokens as often as they are in the output. Default 0. */
  frequencyPenalty?: number
  /**
   * Tokens that would repeat a run of so many tokens of the output come last: what runs in a loop leaves it.
   * Default 0: runs may repeat.
   */
  noRepeatNgram?: number
  /** Added to the logits of these tokens. */
  logitBias?: ReadonlyMap<number, number>
  /** Makes the choices repeatable. Default: different each time. */
  seed?: number
  /** Reports log-probabilities: of the chosen token, and of this many of the likeliest (0 to 20). */
  logprobs?: number
}

type Rule = { expected: string; isValid: (value: unknown) => boolean }

const isWithin = (value: unknown, min: number, max: number): boolean =>
  typeof value === 'number' && value >= min && value <= max

const share: Rule = { expected: 'a number from 0 to 1', isValid: (value) => isWithin(value, 0, 1) }
const anyNumber: Rule = { expected: 'a number', isValid: Number.isFinite }

const rules: Readonly<Record<keyof SamplingOptions, Rule>> = {
  temperature: {
    expected: 'a number from 0',
    isValid: (value) => isWithin(value, 0, Number.MAX_VALUE),
  },
  topK: {
    expected: 'a whole number from 0',
    isValid: (value) => Number.isInteger(value) && isWithin(value, 0, Number.MAX_SAFE_INTEGER),
  },
  topP: share,
  minP: share,
  repetitionPenalty: {
    expected: 'a number above 0',
    isValid: (value) => isWithin(value, Number.MIN_VALUE, Number.MAX_VALUE),
  },
  presencePenalty: anyNumber,
  frequencyPenalty: anyNumber,
  noRepeatNgram: {
    expected: 'a whole number from 0',
    isValid: (value) => Number.isInteger(value) && isWithin(value, 0, Number.MAX_SAFE_INTEGER),
  },
  logitBias: { expected: 'numbers by token id', isValid: isBias },
  seed: { expected: 'a whole number', isValid: Number.isSafeInteger },
  logprobs: {
    expected: 'a whole number from 0 to 20',
    isValid: (value) => Number.isInteger(value) && isWithin(value, 0, 20),
  },
}

function isBias(value: unknown): boolean {
  if (!(value instanceof Map)) return false
  return [...value].every(([id, bias]) => Number.isInteger(id) && id >= 0 && Number.isFinite(bias))
}

/** @throws InferenceError `option_invalid` */
export function checkSamplingOptions(options: SamplingOptions): void {
  for (const [name, { expected, isValid }] of Object.entries(rules)) {
    const value = options[name as keyof SamplingOptions]
    if (value === undefined || isValid(value)) continue
    const shown = value instanceof Map ? JSON.stringify([...value].slice(0, 10)) : String(value)
    throw new InferenceError('option_invalid', `${name} is ${shown}, expected ${expected}`, {
      hint: `Give ${name} ${expected}, or leave it out.`,
    })
  }
}

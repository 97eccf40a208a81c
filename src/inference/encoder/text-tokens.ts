/** @file Texts as an encoder reads them: tokens between special ones, cut at the longest length. */
import type { Tokenizer } from '../../tokenizers/index.ts'
import { InferenceError } from '../errors.ts'

export type TextTokensOptions = {
  /** Special tokens included. */
  readonly maxTokens: number
  readonly lowercase: boolean
}

/** Cuts the text, never the special tokens behind it. */
export function createTextTokens(
  tokenizer: Tokenizer,
  { maxTokens, lowercase }: TextTokensOptions,
): (text: string) => number[] {
  const { before, after } = specialTokens(tokenizer)
  const room = maxTokens - before.length - after.length
  if (room < 1)
    throw new InferenceError(
      'option_invalid',
      `maxTokens is ${maxTokens}, of which special tokens take ${before.length + after.length}`,
      { hint: 'Give maxTokens room for the text as well.' },
    )
  return (text) => {
    const ids = tokenizer.encode(lowercase ? text.toLowerCase() : text)
    return [...before, ...ids.slice(0, room), ...after]
  }
}

/** What tokenizer.json puts around a text, such as [CLS] and [SEP]. */
function specialTokens(tokenizer: Tokenizer): { before: number[]; after: number[] } {
  const plain = tokenizer.encode('a')
  const whole = tokenizer.encode('a', { addSpecialTokens: true })
  const start = whole.findIndex((_, at) => plain.every((id, i) => whole[at + i] === id))
  return { before: whole.slice(0, start), after: whole.slice(start + plain.length) }
}

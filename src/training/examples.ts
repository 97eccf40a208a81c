/** @file Examples side by side in flat arrays, which move between threads without a copy, and their checks. */
import { sha256 } from '../util/hash.ts'
import { TrainingError } from './errors.ts'

/** Tokens, and for each whether it is to be learned, as `renderTraining` gives them. */
export type TrainingExample = {
  readonly tokens: ArrayLike<number>
  readonly mask: ArrayLike<number>
}

export type ExampleSet = {
  readonly tokens: Int32Array<ArrayBuffer>
  readonly mask: Uint8Array<ArrayBuffer>
  /** Where each example starts, and last where the last one ends. */
  readonly starts: Int32Array<ArrayBuffer>
}

/** What to do with examples that are longer than `maxLength`. */
export type TooLong = 'error' | 'skip'

export type Selection = {
  /** Numbers of the examples to use. */
  readonly used: readonly number[]
  readonly warnings: readonly string[]
}

/** @throws TrainingError `no_examples` | `invalid_example` */
export function collectExamples(examples: readonly TrainingExample[]): ExampleSet {
  if (examples.length === 0)
    throw new TrainingError('no_examples', 'there are no examples', {
      hint: 'Pass at least one example; a few dozen are a sensible start.',
    })
  const total = examples.reduce((sum, { tokens }) => sum + tokens.length, 0)
  const set: ExampleSet = {
    tokens: new Int32Array(total),
    mask: new Uint8Array(total),
    starts: new Int32Array(examples.length + 1),
  }
  let at = 0
  for (const [i, { tokens, mask }] of examples.entries()) {
    assertWellFormed(i, tokens, mask)
    set.tokens.set(tokens, at)
    set.mask.set(mask, at)
    at += tokens.length
    set.starts[i + 1] = at
  }
  return set
}

export function exampleCount({ starts }: ExampleSet): number {
  return starts.length - 1
}

export function exampleLength({ starts }: ExampleSet, example: number): number {
  return starts[example + 1]! - starts[example]!
}

/** How many tokens of an example the loss is taken at: the first one has nothing to be predicted from. */
export function trainedCount({ mask, starts }: ExampleSet, example: number): number {
  let count = 0
  for (let at = starts[example]! + 1; at < starts[example + 1]!; at++) count += mask[at]!
  return count
}

/** SHA-256 of everything in the set. */
export function hashExamples({ tokens, mask, starts }: ExampleSet): string {
  return sha256(...[tokens, mask, starts].map(({ buffer }) => new Uint8Array(buffer)))
}

/** The examples a model can be trained on.
 * @throws TrainingError `token_out_of_range` | `example_too_long` | `nothing_trained`
 */
export function selectExamples(
  set: ExampleSet,
  options: { vocabSize: number; maxLength: number; tooLong: TooLong },
): Selection {
  assertTokens(set, options.vocabSize)
  const all = Array.from({ length: exampleCount(set) }, (_, i) => i)
  const long = all.filter((i) => exampleLength(set, i) > options.maxLength)
  if (long.length > 0 && options.tooLong === 'error') throw tooLong(set, long, options.maxLength)
  const isLong = new Set(long)
  const silent = all.filter((i) => !isLong.has(i) && trainedCount(set, i) === 0)
  const isSilent = new Set(silent)
  const used = all.filter((i) => !isLong.has(i) && !isSilent.has(i))
  if (used.length === 0) throw nothingTrained(all.length, long.length)
  const warnings = [
    ...(long.length > 0
      ? [`${long.length} examples longer than ${options.maxLength} tokens are left out`]
      : []),
    ...(silent.length > 0
      ? [`${silent.length} examples without a trained token are left out`]
      : []),
  ]
  return { used, warnings }
}

function assertWellFormed(i: number, tokens: ArrayLike<number>, mask: ArrayLike<number>): void {
  if (tokens.length !== mask.length)
    throw invalidExample(i, `has ${tokens.length} tokens and a mask of ${mask.length}`)
  for (let at = 0; at < tokens.length; at++) {
    if (!Number.isInteger(tokens[at])) throw invalidExample(i, `has the token ${tokens[at]}`)
    if (mask[at] !== 0 && mask[at] !== 1)
      throw invalidExample(i, `has ${mask[at]} in its mask, which holds 0 and 1 only`)
  }
}

function assertTokens({ tokens, starts }: ExampleSet, vocabSize: number): void {
  const at = tokens.findIndex((token) => token < 0 || token >= vocabSize)
  if (at < 0) return
  const example = starts.findLastIndex((start) => start <= at)
  throw new TrainingError(
    'token_out_of_range',
    `example ${example} has token ${tokens[at]} at ${at - starts[example]!}; the model has ${vocabSize} tokens`,
    { hint: "Tokenize the examples with the model's own tokenizer." },
  )
}

function invalidExample(i: number, problem: string): TrainingError {
  return new TrainingError('invalid_example', `example ${i} ${problem}`, {
    hint: 'Pass tokens and mask as renderTraining gives them.',
  })
}

function tooLong(set: ExampleSet, long: readonly number[], maxLength: number): TrainingError {
  const some = long.slice(0, 5).map((i) => `${i} (${exampleLength(set, i)})`)
  const list = `${some.join(', ')}${long.length > some.length ? ', …' : ''}`
  return new TrainingError(
    'example_too_long',
    `${long.length} examples are longer than ${maxLength} tokens: ${list}`,
    { hint: 'Shorten or split them, raise maxLength, or leave them out with tooLong: "skip".' },
  )
}

function nothingTrained(count: number, long: number): TrainingError {
  return new TrainingError(
    'nothing_trained',
    `none of ${count} examples has a token to train${long > 0 ? `; ${long} are too long` : ''}`,
    { hint: "Set the mask to 1 on the tokens of the assistant's turns, or raise maxLength." },
  )
}

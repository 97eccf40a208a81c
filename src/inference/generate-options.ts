/** @file What a generation can be asked for, checked and brought into the worker's form. */
import {
  type ChatMessage,
  type ChatTemplateOptions,
  renderChat,
  type Tokenizer,
} from '../tokenizers/index.ts'
import type { ConstraintSpec } from './constraint/constraint.ts'
import { InferenceError } from './errors.ts'
import type { GenerateRequest } from './messages.ts'
import { checkSamplingOptions, type SamplingOptions } from './sampling-options.ts'
import { createStopMatcher } from './stop-strings.ts'

/** Token ids; or text as it is; or a conversation, which the chat template renders. */
export type Prompt =
  | { readonly prompt: string | readonly number[] }
  | ({ readonly messages: readonly ChatMessage[] } & ChatTemplateOptions)

export type GenerateOptions = Prompt &
  SamplingOptions & {
    /** The name of a loaded adapter. Default: the model as it is. */
    readonly adapter?: string
    /** Default 256. The context may end before. */
    readonly maxTokens?: number
    /** The text ends before the first of these. */
    readonly stop?: readonly string[]
    /** What the output must look like. */
    readonly constraint?: ConstraintSpec
    /** Write on where the model would end its turn, up to `maxTokens`. Default false. */
    readonly ignoreEnd?: boolean
    readonly signal?: AbortSignal
  }

export type ModelLimits = {
  readonly tokenizer: Tokenizer
  readonly vocabSize: number
  readonly contextTokens: number
}

const defaultMaxTokens = 256

/** @throws InferenceError `option_invalid` | `prompt_…` | `token_unknown`; TokenizerError */
export function toRequest(options: GenerateOptions, limits: ModelLimits): GenerateRequest {
  const sampling = samplingPart(options)
  checkSamplingOptions(sampling)
  const { adapter, constraint, stop = [], ignoreEnd = false } = options
  const { maxTokens = defaultMaxTokens } = options
  if (!Number.isInteger(maxTokens) || maxTokens < 1)
    throw new InferenceError('option_invalid', `maxTokens is ${maxTokens}`, {
      hint: 'Give maxTokens a whole number from 1.',
    })
  createStopMatcher(stop)
  const prompt = promptTokens(options, limits.tokenizer)
  assertPrompt(prompt, limits)
  return { prompt, adapter, constraint, settings: { sampling, maxTokens, stop, ignoreEnd } }
}

/** @throws InferenceError `prompt_empty` | `prompt_too_long` | `token_unknown` */
export function assertPrompt(
  tokens: readonly number[],
  { vocabSize, contextTokens }: Omit<ModelLimits, 'tokenizer'>,
  { reserved = 1 }: { reserved?: number } = {},
): void {
  if (tokens.length === 0)
    throw new InferenceError('prompt_empty', 'the prompt has no tokens', {
      hint: 'Give it one token or more, such as BOS.',
    })
  if (tokens.length + reserved > contextTokens)
    throw new InferenceError(
      'prompt_too_long',
      `the prompt has ${tokens.length} tokens, the context ${contextTokens}${reserved ? `, ${reserved} of them for the answer` : ''}`,
      { hint: 'Shorten the prompt, or open the model with more contextTokens.' },
    )
  const unknown = tokens.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabSize)
  if (unknown !== undefined)
    throw new InferenceError(
      'token_unknown',
      `the prompt has the token ${unknown}, the model knows 0 to ${vocabSize - 1}`,
      { hint: "Encode the text with the model's own tokenizer." },
    )
}

function promptTokens(options: Prompt, tokenizer: Tokenizer): readonly number[] {
  if ('messages' in options) {
    const { template, tools, variables } = options
    const { tokens } = renderChat(tokenizer, options.messages, {
      ...(template !== undefined && { template }),
      ...(tools && { tools }),
      ...(variables && { variables }),
    })
    return tokens
  }
  const { prompt } = options
  return typeof prompt === 'string' ? tokenizer.encode(prompt, { addSpecialTokens: true }) : prompt
}

const samplingKeys = [
  'temperature',
  'topK',
  'topP',
  'minP',
  'repetitionPenalty',
  'presencePenalty',
  'frequencyPenalty',
  'noRepeatNgram',
  'logitBias',
  'seed',
  'logprobs',
] as const satisfies readonly (keyof SamplingOptions)[]

function samplingPart(options: SamplingOptions): SamplingOptions {
  return Object.fromEntries(
    samplingKeys.filter((key) => options[key] !== undefined).map((key) => [key, options[key]]),
  )
}

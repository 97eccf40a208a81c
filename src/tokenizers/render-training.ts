/** @file A conversation as training text: tokens, and which of them the loss is taken at. */
import { assertNoSpecialTokens, type ChatMessage } from './chat-message.ts'
import {
  assertSingleBos,
  type ChatTemplate,
  type ChatTemplateOptions,
  createChatTemplate,
} from './chat-template.ts'
import { TokenizerError } from './errors.ts'
import type { Tokenizer } from './tokenizer.ts'

export type RenderTrainingOptions = ChatTemplateOptions & {
  /** `assistant` (default): every assistant message that has no weight 0. `last`: only the last one. */
  trainOn?: 'assistant' | 'last'
}

export type TrainingText = {
  text: string
  tokens: number[]
  /** 1 where the token is to be learned. */
  mask: Uint8Array
}

/** Tokens of one turn: `start` is where generation begins when served, `end` is past the end-of-turn. */
type Turn = { message: number; start: number; end: number }

type Job = {
  tokenizer: Tokenizer
  template: ChatTemplate
  messages: readonly ChatMessage[]
  text: string
  tokens: number[]
}

/**
 * Renders a conversation and marks what is trained: what the model itself would write from the serving
 * prompt on, end-of-turn token included. A template's own `{% generation %}` marks narrow that further.
 *
 * What is trained must be what is served, so these are errors: `nothing_trained`, `doubled_bos`,
 * `prefix_mismatch` (the serving prompt's tokens are not how the training text starts), `turn_rewritten`
 * (later messages change how a trained turn is written), `template_without_end_of_turn`,
 * `end_of_turn_untrained`, `special_token_in_message`, and those of `renderChat`.
 * @throws TokenizerError
 */
export function renderTraining(
  tokenizer: Tokenizer,
  messages: readonly ChatMessage[],
  { trainOn = 'assistant', ...options }: RenderTrainingOptions = {},
): TrainingText {
  assertNoSpecialTokens(messages, tokenizer.specialTokens)
  const template = createChatTemplate(tokenizer, options)
  const text = template.render(messages, false)
  const tokens = tokenizer.encode(text)
  assertSingleBos(tokenizer, tokens)

  const job: Job = { tokenizer, template, messages, text, tokens }
  const turns = trainedMessages(messages, trainOn).map((message) => locateTurn(job, message))
  const mask = new Uint8Array(tokens.length)
  for (const { start, end } of turns) mask.fill(1, start, end)
  narrowToGenerations(job, mask)
  for (const turn of turns) assertEndTrained(job, turn, mask)
  if (!mask.includes(1)) throw nothingTrained(messages, trainOn)
  return { text, tokens, mask }
}

function trainedMessages(
  messages: readonly ChatMessage[],
  trainOn: 'assistant' | 'last',
): number[] {
  const assistant = [...messages.keys()].filter((at) => messages[at]!.role === 'assistant')
  const candidates = trainOn === 'last' ? assistant.slice(-1) : assistant
  return candidates.filter((at) => messages[at]!.weight !== 0)
}

function locateTurn(job: Job, message: number): Turn {
  const { tokenizer, template, messages, tokens } = job
  const prompt = tokenizer.encode(template.render(messages.slice(0, message), true))
  const agreed = commonLength(prompt, tokens)
  if (agreed < prompt.length) throw prefixMismatch(job, { message, prompt, agreed })

  const turn = tokenizer.encode(template.render(messages.slice(0, message + 1), false))
  const lastControl = turn.findLastIndex(
    (id) => tokenizer.isSpecial(id) || id === tokenizer.eosTokenId,
  )
  if (lastControl < prompt.length) throw withoutEndOfTurn(job, message, turn.slice(prompt.length))
  const end = lastControl + 1
  const kept = commonLength(turn.slice(0, end), tokens)
  if (kept < end) throw turnRewritten(job, { message, turn, kept })
  return { message, start: prompt.length, end }
}

/** Clears what the template does not mark as generated. */
function narrowToGenerations(
  { tokenizer, template, messages, text, tokens }: Job,
  mask: Uint8Array,
): void {
  const spans = template.generationSpans(messages)
  if (!spans) return
  // Marks stand beside control tokens, which are token borders. Anywhere else, a token across the border
  // counts for what starts there.
  const tokenAt = (char: number): number =>
    commonLength(tokenizer.encode(text.slice(0, char)), tokens)
  const marked = new Uint8Array(mask.length)
  for (const [start, end] of spans) marked.fill(1, tokenAt(start), tokenAt(end))
  for (let i = 0; i < mask.length; i++) mask[i] = mask[i]! & marked[i]!
}

function commonLength(a: readonly number[], b: readonly number[]): number {
  let length = 0
  while (length < a.length && length < b.length && a[length] === b[length]) length++
  return length
}

function assertEndTrained({ tokenizer, tokens }: Job, turn: Turn, mask: Uint8Array): void {
  if (mask[turn.end - 1] === 1) return
  throw new TokenizerError(
    'end_of_turn_untrained',
    `message ${turn.message}: the template leaves ${tokenizer.token(tokens[turn.end - 1]!)} out of its generation marks`,
    {
      hint: 'Move {% endgeneration %} behind the end-of-turn token, or the model never learns to stop.',
    },
  )
}

function nothingTrained(
  messages: readonly ChatMessage[],
  trainOn: 'assistant' | 'last',
): TokenizerError {
  const assistant = messages.filter(({ role }) => role === 'assistant')
  const muted = assistant.filter(({ weight }) => weight === 0).length
  return new TokenizerError(
    'nothing_trained',
    `no token is trained: ${messages.length} messages, ${assistant.length} of the assistant, ${muted} of them with weight 0, trainOn "${trainOn}"`,
    { hint: 'Give the conversation an assistant message without weight 0, or leave it out.' },
  )
}

function prefixMismatch(
  { tokenizer, tokens }: Job,
  { message, prompt, agreed }: { message: number; prompt: number[]; agreed: number },
): TokenizerError {
  const served = quote(tokenizer, prompt, agreed)
  const trained = quote(tokenizer, tokens, agreed)
  return new TokenizerError(
    'prefix_mismatch',
    `message ${message}: when served the prompt goes on with ${served} at token ${agreed}, in training with ${trained}`,
    {
      hint: 'Train one turn per example (trainOn "last", later messages cut off), trim leading blanks of the answer, and set template variables as when serving.',
    },
  )
}

function turnRewritten(
  { tokenizer, tokens }: Job,
  { message, turn, kept }: { message: number; turn: number[]; kept: number },
): TokenizerError {
  const alone = quote(tokenizer, turn, kept)
  const inside = quote(tokenizer, tokens, kept)
  return new TokenizerError(
    'turn_rewritten',
    `message ${message} is written ${alone} as the last turn, but ${inside} once others follow (token ${kept})`,
    { hint: 'Train one turn per example: trainOn "last", with later messages cut off.' },
  )
}

function withoutEndOfTurn({ tokenizer }: Job, message: number, tail: number[]): TokenizerError {
  return new TokenizerError(
    'template_without_end_of_turn',
    `message ${message} ends with ${quote(tokenizer, tail, Math.max(0, tail.length - 4))}, which holds no control token`,
    {
      hint: 'Use a template that ends assistant turns with a control token such as <|im_end|>; without it the model never learns to stop.',
    },
  )
}

/** A few tokens as a JSON string: blanks and line ends are what differs most often. */
function quote(tokenizer: Tokenizer, tokens: readonly number[], from: number): string {
  return JSON.stringify(tokenizer.decode(tokens.slice(from, from + 8)))
}

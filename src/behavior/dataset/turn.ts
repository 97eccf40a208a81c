/** @file One turn as a model is served it and as it learns it: prompt, what is given, what it writes. */
import {
  type ChatMessage,
  renderChat,
  renderTraining,
  type Tokenizer,
  type ToolDefinition,
} from '../../tokenizers/index.ts'

/** What the model is served: it goes on behind `given`. */
export type ServedTurn = {
  /** The conversation up to the last message of the user. */
  readonly prompt: readonly ChatMessage[]
  /** How the answer begins, decided for the model: the line that names its evidence, or nothing. */
  readonly given: string
  readonly tools?: readonly ToolDefinition[]
}

/** What the model is to write there: text, or calls of tools. */
export type TrainingTurn = ServedTurn & {
  readonly text: string
  readonly toolCalls?: NonNullable<ChatMessage['tool_calls']>
}

export type TurnTokens = { readonly tokens: number[]; readonly mask: Uint8Array }

/** @throws TokenizerError */
export function servedTokens(tokenizer: Tokenizer, { prompt, given, tools }: ServedTurn): number[] {
  const { tokens } = renderChat(tokenizer, prompt, tools ? { tools } : {})
  return given === '' ? tokens : [...tokens, ...tokenizer.encode(given)]
}

/**
 * Tokens of the turn, and a mask of what is learned: the text and the end of the turn. What is given when
 * served is not learned.
 * @throws TokenizerError
 */
export function trainingTokens(
  tokenizer: Tokenizer,
  { prompt, given, text, toolCalls, tools }: TrainingTurn,
): TurnTokens {
  const reply: ChatMessage = {
    role: 'assistant',
    content: given + text,
    ...(toolCalls && { tool_calls: toolCalls }),
  }
  const options = { trainOn: 'last' as const, ...(tools && { tools }) }
  const { tokens, mask } = renderTraining(tokenizer, [...prompt, reply], options)
  const start = mask.indexOf(1)
  if (given !== '') mask.fill(0, start, start + tokenizer.encode(given).length)
  return { tokens, mask }
}

/** @file The length of an example: exactly with a tokenizer, else by its characters. */
import { renderTraining, type Tokenizer, TokenizerError } from '../../tokenizers/index.ts'
import type { Example } from './example.ts'
import { isTrained } from './texts.ts'

export type Measure = {
  readonly characters: number
  readonly tokens: number
  readonly trainedTokens: number
  /** Why the chat template does not take the example; its tokens are estimated then. */
  readonly error?: TokenizerError
}

/** English text in vocabularies of 32k to 150k tokens comes to about this. */
export const CHARACTERS_PER_TOKEN = 4

export function measure(example: Example, tokenizer: Tokenizer | undefined): Measure {
  const estimated = estimate(example)
  if (!tokenizer) return estimated
  const { messages, tools = [] } = example
  try {
    const { tokens, mask } = renderTraining(tokenizer, messages, { tools })
    const trainedTokens = mask.reduce((sum, bit) => sum + bit, 0)
    return { ...estimated, tokens: tokens.length, trainedTokens }
  } catch (error) {
    if (error instanceof TokenizerError) return { ...estimated, error }
    throw error
  }
}

function estimate({ messages, tools }: Example): Measure {
  let characters = tools ? JSON.stringify(tools).length : 0
  let trained = 0
  for (const message of messages) {
    const { content, tool_calls: calls } = message
    const length = (content ?? '').length + (calls ? JSON.stringify(calls).length : 0)
    characters += length
    if (isTrained(message)) trained += length
  }
  const tokens = Math.ceil(characters / CHARACTERS_PER_TOKEN)
  return { characters, tokens, trainedTokens: Math.ceil(trained / CHARACTERS_PER_TOKEN) }
}

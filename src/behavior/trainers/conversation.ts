/** @file A turn as the chat data that other trainers read. */
import type { ChatMessage, ToolDefinition } from '../../tokenizers/index.ts'
import type { TrainingTurn } from '../dataset/turn.ts'

export type Conversation = {
  readonly messages: readonly ChatMessage[]
  readonly tools?: readonly ToolDefinition[]
}

/** The conversation that ends with the reply to be learned; earlier replies have the weight 0. */
export function conversationOf(turn: TrainingTurn): Conversation {
  const { prompt, given, text, toolCalls, tools } = turn
  const earlier = prompt.map((message) =>
    message.role === 'assistant' ? { ...message, weight: 0 as const } : message,
  )
  const content = given + text
  const reply: ChatMessage = {
    role: 'assistant',
    content: content === '' && toolCalls ? null : content,
    ...(toolCalls && { tool_calls: toolCalls }),
  }
  return { messages: [...earlier, reply], ...(tools && { tools }) }
}

/** @file Messages of a request as a question, the turns before it, and instructions. */
import { z } from 'zod'
import type { ConversationTurn } from '../../assistant/index.ts'
import { openaiError, unsupported } from './shared.ts'

export type Conversation = {
  question: string
  history: ConversationTurn[]
  /** The texts of system and developer messages. */
  instructions?: string
}

/** Earlier turns beyond these are left out: answers look at fewer. */
const MAX_TURNS = 40

const textParts = ['text', 'input_text', 'output_text', 'refusal']
const part = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  refusal: z.string().optional(),
})

export const messageContent: z.ZodType<MessageContent> = z.union([z.string(), z.array(part)])

export type MessageContent =
  | string
  | { type: string; text?: string | undefined; refusal?: string | undefined }[]

export type Message = { role: string; content: MessageContent }

/**
 * The last message is the question; the ones before are the conversation, after `earlier`.
 * @throws RequestError 400
 */
export function toConversation(
  messages: readonly Message[],
  param: string,
  earlier: readonly ConversationTurn[] = [],
): Conversation {
  const turns: ConversationTurn[] = [...earlier]
  const instructions: string[] = []
  for (const [index, { role, content }] of messages.entries()) {
    const text = textOf(content, `${param}.${index}.content`)
    if (role === 'system' || role === 'developer') instructions.push(text)
    else if (role === 'user' || role === 'assistant') turns.push({ role, content: text })
    else throw unknownRole(role, `${param}.${index}.role`)
  }
  const question = turns.pop()
  if (question?.role !== 'user') throw noQuestion(param)
  return {
    question: question.content,
    history: turns.slice(-MAX_TURNS),
    ...(instructions.length > 0 && { instructions: instructions.join('\n\n') }),
  }
}

/** @throws RequestError 400 for parts other than text */
function textOf(content: MessageContent, param: string): string {
  if (typeof content === 'string') return content
  return content
    .map(({ type, text, refusal }, index) => {
      if (textParts.includes(type)) return text ?? refusal ?? ''
      throw unsupported(`${param}.${index}`, `a part of type "${type}" cannot be read`, TEXT_ALONE)
    })
    .join('\n')
}

const TEXT_ALONE = 'Send text; add files to the knowledge with POST /v1/files and a vector store.'

function unknownRole(role: string, param: string): Error {
  return unsupported(
    param,
    `messages of the role "${role}" cannot be read`,
    'Send messages of the roles system, developer, user and assistant.',
  )
}

function noQuestion(param: string): Error {
  return openaiError(400, {
    message: `${param}: the last message is not a user's`,
    param,
    hint: 'End with the question, as a message of the role "user".',
  })
}

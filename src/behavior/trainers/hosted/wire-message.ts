/** @file A chat message as the OpenAI wire wants it. */
import type { ChatMessage } from '../../../tokenizers/index.ts'

/** Calls of tools with an id, a type and their arguments as text; `weight` where it is taken. */
export function toWireMessage(
  { weight, tool_calls: calls, ...message }: ChatMessage,
  { takesWeights = false }: { takesWeights?: boolean } = {},
): Record<string, unknown> {
  return {
    ...message,
    ...(takesWeights && weight !== undefined && { weight }),
    ...(calls && {
      tool_calls: calls.map(({ id, function: { name, arguments: args } }, i) => ({
        id: id ?? `call_${i}`,
        type: 'function',
        function: { name, arguments: typeof args === 'string' ? args : JSON.stringify(args) },
      })),
    }),
  }
}

/** @file OpenAI's chat format: `{"messages": [{"role", "content", …}], "tools": […]}`. */
import type { RowFormat } from './format.ts'
import { readMessages } from './read-message.ts'
import { readTools } from './read-tools.ts'

export const chat: RowFormat = {
  fields: ['messages', 'tools'],
  required: ['messages'],
  read: (fields, fault) => ({
    messages: readMessages(fields.get('messages'), fields.path('messages'), fault),
    ...readTools(fields, fault),
  }),
}

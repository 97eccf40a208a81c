/** @file `{"prompt", "completion"}`, each a text or, as TRL has it, a list of messages. */
import type { RowFormat } from './format.ts'
import { readMessages } from './read-message.ts'
import { readTools } from './read-tools.ts'
import { textField } from './text-field.ts'

const parts = [
  { field: 'prompt', role: 'user' },
  { field: 'completion', role: 'assistant' },
] as const

export const promptCompletion: RowFormat = {
  fields: ['system', 'prompt', 'completion', 'tools'],
  required: ['prompt', 'completion'],
  read: (fields, fault) => ({
    messages: [
      ...textField({ fields, fault }, 'system', { role: 'system', isOptional: true }),
      ...parts.flatMap(({ field, role }) =>
        Array.isArray(fields.get(field))
          ? readMessages(fields.get(field), fields.path(field), fault)
          : textField({ fields, fault }, field, { role }),
      ),
    ],
    ...readTools(fields, fault),
  }),
}

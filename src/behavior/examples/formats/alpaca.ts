/** @file Alpaca: `{"instruction", "input", "output"}`, with an optional system text. */
import type { Draft, PlacedMessage, RowFormat } from './format.ts'
import { textField } from './text-field.ts'

export const alpaca: RowFormat = {
  fields: ['system', 'instruction', 'input', 'output'],
  required: ['instruction', 'output'],
  read(fields, fault): Draft {
    const field = (name: string, role: string, isOptional = false): PlacedMessage[] =>
      textField({ fields, fault }, name, { role, isOptional })
    const instruction = field('instruction', 'user')
    const input = field('input', 'user', true)
    return {
      messages: [
        ...field('system', 'system', true),
        ...joined(instruction, input),
        ...field('output', 'assistant'),
      ],
    }
  },
}

/** One question: the instruction, then a blank line and what it is about. */
function joined(
  [instruction]: readonly PlacedMessage[],
  [input]: readonly PlacedMessage[],
): PlacedMessage[] {
  if (!instruction || !input) return instruction ? [instruction] : []
  const content = `${instruction.message.content}\n\n${input.message.content}`
  return [{ ...instruction, message: { role: 'user', content } }]
}

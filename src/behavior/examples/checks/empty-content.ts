/** @file Messages without text. */
import type { Check } from '../check-context.ts'
import type { Example } from '../example.ts'
import { isBlank, isTrained } from '../texts.ts'

export const checkEmptyContent: Check = ({ sound, report }) => {
  for (const entry of sound) {
    const isFixable = isUseless(entry.example)
    for (const [at, message] of entry.example.messages.entries()) {
      // A tool may have nothing to say.
      if (!isBlank(message) || message.role === 'tool') continue
      report('empty_content', entry, {
        path: entry.places[at]!.content,
        message: `the message of the ${message.role} is empty`,
        ...(isFixable && { isFixable, fix: 'Remove the row.' }),
      })
    }
  }
}

/** Whether nothing is asked or nothing is answered: such a row can go without loss. */
export function isUseless({ messages }: Example): boolean {
  const questions = messages.filter(({ role }) => role !== 'assistant' && role !== 'system')
  const answers = messages.filter(isTrained)
  return [questions, answers].some((group) => group.length > 0 && group.every(isBlank))
}

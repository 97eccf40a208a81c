/** @file Who speaks when: system first, a question before an answer, an answer at the end, something to learn. */
import type { Check, Report } from '../check-context.ts'
import type { Entry } from '../example.ts'
import { isTrained } from '../texts.ts'

export const checkOrder: Check = ({ sound, report }) => {
  for (const entry of sound) {
    checkSystem(entry, report)
    checkTurns(entry, report)
    checkEnd(entry, report)
    checkTrained(entry, report)
  }
}

function checkSystem(entry: Entry, report: Report): void {
  for (const [at, { role }] of entry.example.messages.entries()) {
    if (role !== 'system' || at === 0) continue
    const before = entry.example.messages.slice(0, at).map((message) => message.role)
    report('system_not_first', entry, {
      path: entry.places[at]!.message,
      message: `a system message comes after ${before.join(', ')}`,
    })
  }
}

function checkTurns(entry: Entry, report: Report): void {
  const { messages } = entry.example
  const first = messages.findIndex(({ role }) => role !== 'system')
  if (first !== -1 && messages[first]!.role !== 'user')
    report('no_question', entry, {
      path: entry.places[first]!.message,
      message: `the conversation starts with a message of the ${messages[first]!.role}`,
    })
  for (const [at, { role }] of messages.entries()) {
    const isTwice = messages[at - 1]?.role === role
    if (!isTwice || (role !== 'user' && role !== 'assistant')) continue
    report('repeated_role', entry, {
      path: entry.places[at]!.message,
      message: `two messages of the ${role} in a row (${at - 1} and ${at})`,
    })
  }
}

function checkEnd(entry: Entry, report: Report): void {
  const last = entry.example.messages.at(-1)
  if (!last || last.role === 'assistant') return
  report('no_answer_at_end', entry, {
    path: entry.places.at(-1)!.message,
    message: `the last message is of the ${last.role}, not of the assistant`,
  })
}

function checkTrained(entry: Entry, report: Report): void {
  const answers = entry.example.messages.filter(({ role }) => role === 'assistant')
  if (answers.length === 0 || answers.some(isTrained)) return
  const which = answers.length === 1 ? 'the only answer has' : `all ${answers.length} answers have`
  report('nothing_trained', entry, { message: `${which} weight 0` })
}

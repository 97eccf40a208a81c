/** @file The questions one after another, as a state that a person's replies move on. */
import { type GivenAnswers, type QuestionId, UNKNOWN } from './answers.ts'
import { checkAnswer, choicesOf } from './check-answers.ts'
import { findContradictions } from './contradictions.ts'
import { openQuestions } from './open-questions.ts'
import { questionOf } from './questions.ts'
import type { Signals } from './signals.ts'

export type Interview = {
  readonly answers: GivenAnswers
  /** Questions that were answered here, oldest first: where `back` leads. */
  readonly trail: readonly QuestionId[]
}

export type Reply =
  /** Go on with the next question. */
  | { readonly type: 'go-on'; readonly interview: Interview }
  /** Ask the same question again, after the message. */
  | { readonly type: 'again'; readonly message: string }
  /** The rest stays unanswered. */
  | { readonly type: 'done' }
  | { readonly type: 'quit' }

/** The question to ask now; undefined when all that matter are answered. */
export function currentQuestion({ answers }: Interview, signals: Signals): QuestionId | undefined {
  return openQuestions(answers, signals)[0]
}

/** Words that are no answers. */
const commands: Readonly<Record<string, (interview: Interview, id: QuestionId) => Reply>> = {
  back: goBack,
  b: goBack,
  why: explain,
  done: finish,
  quit: () => ({ type: 'quit' }),
  q: () => ({ type: 'quit' }),
}

/** Takes what a person typed: an answer by number or name, `?` for unknown, or a command. */
export function reply(interview: Interview, id: QuestionId, line: string): Reply {
  const text = line.trim()
  const command = commands[text.toLowerCase()]
  if (command) return command(interview, id)
  if (text === '')
    return { type: 'again', message: 'Type an answer, ? if you do not know, or why.' }
  const checked = checkAnswer(id, text === '?' ? UNKNOWN : byNumber(id, text))
  if ('problem' in checked)
    return { type: 'again', message: `${checked.problem}; it takes ${checked.expected}.` }
  const answers = { ...interview.answers, [id]: checked.value } as GivenAnswers
  const clash = findContradictions(answers).find(({ between }) => between.includes(id))
  if (clash) return { type: 'again', message: `${clash.question} (back changes earlier answers)` }
  return { type: 'go-on', interview: { answers, trail: [...interview.trail, id] } }
}

/** The question as a person reads it, its answers numbered. */
export function describeQuestion(id: QuestionId): string {
  const question = questionOf(id)
  if (question.type === 'number') return `${question.text}\n  a number of ${question.unit}`
  const lines = Object.values(question.choices).map((choice, at) => `  ${at + 1}  ${choice}`)
  return [question.text, ...lines].join('\n')
}

/** `2` -> the second answer; `1,3` -> two of them; anything else as it is. */
function byNumber(id: QuestionId, text: string): string {
  const choices = choicesOf(questionOf(id))
  if (choices.length === 0) return text
  return text
    .split(',')
    .map((part) => choices[Number(part.trim()) - 1] ?? part.trim())
    .join(',')
}

function goBack({ answers, trail }: Interview): Reply {
  const last = trail.at(-1)
  if (last === undefined) return { type: 'again', message: 'This is the first question.' }
  const { [last]: _, ...rest } = answers
  return { type: 'go-on', interview: { answers: rest, trail: trail.slice(0, -1) } }
}

function explain(_: Interview, id: QuestionId): Reply {
  return { type: 'again', message: questionOf(id).why }
}

function finish(_: Interview, id: QuestionId): Reply {
  if (!questionOf(id).isRequired) return { type: 'done' }
  return { type: 'again', message: 'Without this answer there is no advice.' }
}

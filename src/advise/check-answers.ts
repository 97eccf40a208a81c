/** @file Checks answers from outside: ids, values, types. Every fault at once, and never a guess. */
import { type Answers, type GivenAnswers, type QuestionId, UNKNOWN } from './answers.ts'
import { type Question, questionIds, questionOf } from './questions.ts'

export type AnswerFault = {
  readonly id: string
  readonly problem: string
  /** What would be right. */
  readonly expected: string
}

export type CheckedAnswers = {
  readonly answers: GivenAnswers
  readonly faults: readonly AnswerFault[]
}

type Checked = { readonly value: unknown } | { readonly problem: string }

const MAX_NUMBER = 1e12

/** Reads a mapping of question ids to answers. */
export function checkAnswers(given: Readonly<Record<string, unknown>>): CheckedAnswers {
  const faults: AnswerFault[] = []
  const answers: Record<string, unknown> = {}
  for (const [id, value] of Object.entries(given)) {
    const checked = isQuestionId(id) ? checkAnswer(id, value) : unknownQuestion(id)
    if ('problem' in checked) faults.push({ id, ...checked })
    else answers[id] = checked.value
  }
  return { answers: answers as GivenAnswers, faults }
}

/** Checks one answer, as JSON has it or as a person types it. */
export function checkAnswer(
  id: QuestionId,
  value: unknown,
): { value: Answers[QuestionId] | typeof UNKNOWN } | Omit<AnswerFault, 'id'> {
  const question = questionOf(id)
  const expected = describeExpected(question)
  if (value === UNKNOWN)
    return question.isRequired
      ? { problem: '"unknown" is no answer to this question', expected }
      : { value: UNKNOWN }
  const checked = checks[question.type](value, question)
  return 'problem' in checked
    ? { ...checked, expected }
    : { value: checked.value as Answers[QuestionId] }
}

const checks: Readonly<Record<Question['type'], (value: unknown, question: Question) => Checked>> =
  {
    choice: (value, question) =>
      choicesOf(question).includes(value as string)
        ? { value }
        : { problem: `${shown(value)} is none of the answers` },
    many(value, question) {
      const values = typeof value === 'string' ? splitList(value) : value
      if (!Array.isArray(values) || values.length === 0)
        return { problem: `${shown(value)} is no list of answers` }
      const wrong = values.find((one) => !choicesOf(question).includes(one))
      return wrong === undefined
        ? { value: [...new Set(values)] }
        : { problem: `${shown(wrong)} is none of the answers` }
    },
    number(value) {
      const number = typeof value === 'string' ? parseNumber(value) : value
      const isCount = typeof number === 'number' && number >= 0 && number <= MAX_NUMBER
      return isCount ? { value: number } : { problem: `${shown(value)} is no number from 0 up` }
    },
  }

function isQuestionId(id: string): id is QuestionId {
  return (questionIds as readonly string[]).includes(id)
}

export function choicesOf(question: Question): string[] {
  return question.type === 'number' ? [] : Object.keys(question.choices)
}

function unknownQuestion(id: string): Omit<AnswerFault, 'id'> {
  return {
    problem: `there is no question "${id}"`,
    expected: `one of ${questionIds.join(', ')}`,
  }
}

function describeExpected(question: Question): string {
  const unknown = question.isRequired ? '' : `, or ${UNKNOWN}`
  if (question.type === 'number') return `a number of ${question.unit}${unknown}`
  const names = choicesOf(question).join(', ')
  return question.type === 'many' ? `some of ${names}${unknown}` : `one of ${names}${unknown}`
}

/** `a, b` -> ['a', 'b'] */
function splitList(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)
}

/** `20,000`, `20_000`, `20k` and `1.5m` are numbers, too. */
function parseNumber(value: string): number {
  const [, digits = '', suffix = ''] = /^([\d.,_ ]+)([km]?)$/i.exec(value.trim()) ?? []
  const factor = { k: 1e3, m: 1e6 }[suffix.toLowerCase()] ?? 1
  return digits === '' ? Number.NaN : Number(digits.replaceAll(/[,_ ]/g, '')) * factor
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 60) ?? 'nothing'
}

/** @file What has to be asked before advice is more than a guess: missing answers that could turn it. */
import { type GivenAnswers, type QuestionId, UNKNOWN } from './answers.ts'
import { findContradictions } from './contradictions.ts'
import { decide } from './decide.ts'
import type { OptionId } from './options.ts'
import { isAsked, questionIds, questionOf } from './questions.ts'
import type { SignalId, Signals } from './signals.ts'

type Trial = { readonly id: QuestionId; readonly answers: GivenAnswers }

/**
 * Required questions first: without them nothing else can be judged. Then those whose answers could turn the
 * recommendation, as things stand or after one more answer: pages that hardly change matter where they are few.
 */
export function findMissing(answers: GivenAnswers, signals: Signals): QuestionId[] {
  const open = openQuestions(answers, signals)
  const required = open.filter((id) => questionOf(id).isRequired)
  if (required.length > 0) return required
  const after = open.flatMap((id) => trialsOf(id, answers).map((trial) => trial.answers))
  const matters = new Set<QuestionId>()
  for (const supposed of [answers, ...after]) {
    const now = recommend(supposed, signals)
    for (const id of openQuestions(supposed, signals)) {
      const turns = (trial: Trial): boolean => recommend(trial.answers, signals) !== now
      if (!matters.has(id) && trialsOf(id, supposed).some(turns)) matters.add(id)
    }
  }
  return questionIds.filter((id) => matters.has(id))
}

/** Questions that matter here, and have no answer yet; "unknown" is one. */
export function openQuestions(answers: GivenAnswers, signals: Signals): QuestionId[] {
  const isMeasured = (signal: SignalId): boolean => signals[signal] !== undefined
  return questionIds.filter((id) => answers[id] === undefined && isAsked(id, answers, isMeasured))
}

/** The answers with each possible answer to one question in turn; those that contradict others are left out. */
export function trialsOf(id: QuestionId, answers: GivenAnswers): Trial[] {
  const question = questionOf(id)
  const values: readonly (string | number | string[])[] =
    question.type === 'number'
      ? question.landmarks
      : Object.keys(question.choices).map((one) => (question.type === 'many' ? [one] : one))
  return values
    .map((value) => ({ id, answers: { ...answers, [id]: value } as GivenAnswers }))
    .filter((trial) => findContradictions(trial.answers).length === 0)
}

function recommend(answers: GivenAnswers, signals: Signals): OptionId {
  return decide({ answers, signals }).recommendation
}

/** Every question that matters here and has no answer, answered with "unknown". */
export function withUnknowns(answers: GivenAnswers, signals: Signals): GivenAnswers {
  const open = openQuestions(answers, signals).filter((id) => !questionOf(id).isRequired)
  return { ...answers, ...Object.fromEntries(open.map((id) => [id, UNKNOWN])) }
}

/** @file What would change the recommendation: every other answer, and every measurement still to be made. */
import type { Answers, GivenAnswers, QuestionId, UNKNOWN } from './answers.ts'
import { decide } from './decide.ts'
import { trialsOf } from './open-questions.ts'
import type { OptionId } from './options.ts'
import { isAsked, questionIds } from './questions.ts'
import { type SignalId, type Signals, signalIds, signalKinds } from './signals.ts'

/** Another answer to one question, and where it would lead. */
export type AnswerFlip = {
  readonly question: QuestionId
  readonly from: Answers[QuestionId] | typeof UNKNOWN | undefined
  readonly to: Answers[QuestionId]
  readonly recommendation: OptionId
}

/** A measurement that is not made yet, what it might show, and where that would lead. */
export type SignalFlip = {
  readonly signal: SignalId
  readonly value: number
  readonly recommendation: OptionId
}

export type Flips = {
  readonly answers: readonly AnswerFlip[]
  readonly signals: readonly SignalFlip[]
}

export function findFlips(answers: GivenAnswers, signals: Signals): Flips {
  const now = decide({ answers, signals }).recommendation
  return {
    answers: answerFlips(answers, signals, now),
    signals: signalFlips(answers, signals, now),
  }
}

function answerFlips(answers: GivenAnswers, signals: Signals, now: OptionId): AnswerFlip[] {
  const isMeasured = (signal: SignalId): boolean => signals[signal] !== undefined
  const asked = questionIds.filter((id) => isAsked(id, answers, isMeasured))
  const flips = asked.flatMap((id) =>
    trialsOf(id, answers).map((trial) => ({
      question: id,
      from: answers[id],
      to: trial.answers[id] as Answers[QuestionId],
      recommendation: decide({ answers: trial.answers, signals }).recommendation,
    })),
  )
  return flips.filter(({ recommendation }) => recommendation !== now)
}

function signalFlips(answers: GivenAnswers, signals: Signals, now: OptionId): SignalFlip[] {
  const open = signalIds.filter((id) => signals[id] === undefined)
  const flips = open.flatMap((signal) =>
    (signalKinds[signal].trials ?? []).map((value) => {
      const found = { value, low: value, high: value, how: 'supposed' }
      const { recommendation } = decide({ answers, signals: { ...signals, [signal]: found } })
      return { signal, value, recommendation }
    }),
  )
  return flips.filter(({ recommendation }) => recommendation !== now)
}

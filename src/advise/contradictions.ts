/** @file Answers that cannot be true together, and the question to ask back. */
import type { GivenAnswers, QuestionId } from './answers.ts'
import { isAsked } from './questions.ts'

export type Contradiction = {
  /** The answers that clash. */
  readonly between: readonly QuestionId[]
  readonly question: string
}

type Clash = Contradiction & { readonly when: (answers: GivenAnswers) => boolean }

const clashes: readonly Clash[] = [
  {
    between: ['change', 'freshness'],
    question:
      'You say that the documents never change, and that changes must show soon. Which is right?',
    when: ({ change, freshness }) =>
      change === 'never' && (freshness === 'minutes' || freshness === 'day'),
  },
  {
    between: ['change', 'pain'],
    question:
      'You say that the documents never change, and that facts are out of date today. Does something change after all?',
    when: ({ change, pain }) => change === 'never' && has(pain, 'outdated-facts'),
  },
  {
    between: ['facts', 'pain'],
    question:
      'You say that no facts of your own are needed, and that your facts are missing or out of date. Does the assistant need them?',
    when: ({ facts, pain }) =>
      facts === 'none' && (has(pain, 'missing-facts') || has(pain, 'outdated-facts')),
  },
  {
    between: ['pain'],
    question: 'You say that nothing goes wrong, and name something that does. Which is right?',
    when: ({ pain }) => has(pain, 'nothing') && (pain?.length ?? 0) > 1,
  },
  {
    between: ['task', 'facts'],
    question:
      'You say that the assistant works in other systems, and that it needs no facts from systems. Which systems does it reach?',
    when: ({ task, facts }) => task === 'act' && (facts === 'none' || facts === 'documents'),
  },
  {
    between: ['voice', 'pain'],
    question:
      'You say that there is no voice to keep, and that answers do not sound like you. Is there a voice?',
    when: ({ voice, pain }) => voice === 'none' && has(pain, 'wrong-voice'),
  },
  {
    between: ['data-location', 'model'],
    question:
      "You say that the data must stay with you, and that a vendor's model is to answer. Which may give way?",
    when: ({ 'data-location': location, model }) =>
      (location === 'device' || location === 'own-servers') && model === 'hosted',
  },
  {
    between: ['citations', 'priority'],
    question:
      'You say that no sources are needed, and that traceable answers matter most. Which is right?',
    when: ({ citations, priority }) => citations === 'no' && priority === 'traceable',
  },
]

/** The clashes among answers to questions that matter; empty when all fit together. */
export function findContradictions(answers: GivenAnswers): Contradiction[] {
  const asked = Object.fromEntries(
    Object.entries(answers).filter(([id]) => isAsked(id as QuestionId, answers)),
  )
  return clashes
    .filter(({ when }) => when(asked))
    .map(({ between, question }) => ({ between, question }))
}

function has(pain: GivenAnswers['pain'], one: string): boolean {
  return Array.isArray(pain) && (pain as readonly string[]).includes(one)
}

/** @file What holds of advice whatever the answers are. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findContradictions } from '../../src/advise/contradictions.ts'
import { type Decision, decide, isOut } from '../../src/advise/decide.ts'
import { checkAnswers, type GivenAnswers, UNKNOWN } from '../../src/advise/index.ts'
import { findMissing, withUnknowns } from '../../src/advise/open-questions.ts'
import { isAsked, questionIds, questionOf } from '../../src/advise/questions.ts'
import { signalIds } from '../../src/advise/signals.ts'

const answerArbitraries = Object.fromEntries(
  questionIds.map((id) => {
    const question = questionOf(id)
    const unknown = question.isRequired ? [] : [fc.constant(UNKNOWN)]
    if (question.type === 'number')
      return [id, fc.oneof(fc.integer({ min: 0, max: 5_000_000 }), ...unknown)]
    const choice = fc.constantFrom(...Object.keys(question.choices))
    return [
      id,
      fc.oneof(question.type === 'many' ? choice.map((one) => [one]) : choice, ...unknown),
    ]
  }),
)

const someAnswers = fc
  .record(answerArbitraries)
  .map((answers) => checkAnswers(answers).answers)
  .filter((answers) => findContradictions(answers).length === 0)

const someSignals = fc.record(
  Object.fromEntries(
    signalIds.map((id) => [
      id,
      fc.double({ min: -1, max: 1, noNaN: true }).map((value) => ({ value, how: 'drawn' })),
    ]),
  ),
  { requiredKeys: [] },
)

const runs = { numRuns: 400, seed: 7 }
const paces = ['never', 'yearly', 'monthly', 'weekly', 'daily'] as const

const isTrainedFacts = ({ recommendation }: Decision): boolean => recommendation === 'fine-tune'
const shareOf = ({ standings }: Decision, option: string): number =>
  standings.find((one) => one.option === option)!.expectation

describe('advice', () => {
  it('never recommends what is ruled out, and always leaves something', () => {
    fc.assert(
      fc.property(someAnswers, someSignals, (answers, signals) => {
        const { recommendation, standings } = decide({ answers, signals })
        expect(isOut(standings.find(({ option }) => option === recommendation)!)).toBe(false)
      }),
      runs,
    )
  })

  it('does not depend on the order of the answers', () => {
    fc.assert(
      fc.property(someAnswers, (answers) => {
        const turned = Object.fromEntries(Object.entries(answers).reverse())
        expect(decide({ answers: turned, signals: {} })).toEqual(decide({ answers, signals: {} }))
      }),
      runs,
    )
  })

  it('does not change by answers to questions that do not matter', () => {
    fc.assert(
      fc.property(someAnswers, someAnswers, (answers, others) => {
        const relevant = Object.fromEntries(
          questionIds.filter((id) => isAsked(id, answers)).map((id) => [id, answers[id]]),
        ) as GivenAnswers
        const irrelevant = Object.fromEntries(
          questionIds.filter((id) => !isAsked(id, answers)).map((id) => [id, others[id]]),
        )
        const more = { ...relevant, ...irrelevant } as GivenAnswers
        expect(decide({ answers: more, signals: {} })).toEqual(
          decide({ answers: relevant, signals: {} }),
        )
        expect(findContradictions(more)).toEqual(findContradictions(relevant))
      }),
      runs,
    )
  })

  it('moves never towards training facts when they change more often', () => {
    fc.assert(
      fc.property(someAnswers, fc.constantFrom('documents', 'both'), (answers, facts) => {
        const decisions = paces.map((change) =>
          decide({ answers: { ...answers, facts, change } as GivenAnswers, signals: {} }),
        )
        for (const [at, later] of decisions.slice(1).entries()) {
          const before = decisions[at]!
          if (!isTrainedFacts(before)) expect(isTrainedFacts(later)).toBe(false)
        }
        for (const often of decisions.slice(3)) expect(shareOf(often, 'fine-tune')).toBe(0)
      }),
      runs,
    )
  })

  it('never trains facts in where readers have different rights', () => {
    fc.assert(
      fc.property(someAnswers, fc.constantFrom('groups', 'persons'), (answers, access) => {
        const given = { ...answers, facts: 'documents', access } as GivenAnswers
        const { recommendation } = decide({ answers: given, signals: {} })
        expect(['fine-tune', 'long-context']).not.toContain(recommendation)
      }),
      runs,
    )
  })

  it('asks for nothing more once all questions are answered, if only with "unknown"', () => {
    fc.assert(
      fc.property(someAnswers, (answers) => {
        const whole = withUnknowns(answers, {})
        expect(findMissing(whole, {})).toEqual([])
      }),
      { ...runs, numRuns: 50 },
    )
  })

  it('asks for every answer that alone would turn it', () => {
    fc.assert(
      fc.property(someAnswers, fc.constantFrom(...questionIds), (answers, id) => {
        fc.pre(isAsked(id, answers) && !questionOf(id).isRequired)
        const { [id]: given, ...rest } = answers
        const turns =
          decide({ answers, signals: {} }).recommendation !==
          decide({ answers: rest, signals: {} }).recommendation
        const isLandmark = questionOf(id).type !== 'number' || given === 0
        if (turns && isLandmark && given !== UNKNOWN) expect(findMissing(rest, {})).toContain(id)
      }),
      { ...runs, numRuns: 150 },
    )
  })
})

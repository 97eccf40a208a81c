/** @file What would change a verdict: other weights, more questions, arms that were not there. */
import { requiredItems } from '../../statistics/index.ts'
import { type ArmName, armOf } from '../arms/arm.ts'
import type { ArmResult, Plan, Reversal } from '../result.ts'

type Input = {
  readonly arms: readonly ArmResult[]
  readonly plan: Plan
  readonly recommended: ArmName
  readonly reversals: readonly Reversal[]
  readonly isTied: boolean
}

/** A difference that most people would act upon. */
const WORTHWHILE = 0.1

export function wouldChange({ arms, plan, reversals, isTied }: Input): string[] {
  const weights = reversals.flatMap(({ criterion, weight, reversal }) =>
    reversal === null
      ? []
      : [
          `${armOf(reversal.winner).title} scores highest if "${label(criterion)}" weighs ${reversal.weight > weight ? 'more' : 'less'} than ${percent(reversal.weight)} (now ${percent(weight)}).`,
        ],
  )
  const needed = Math.ceil(requiredItems(WORTHWHILE) * plan.designEffect)
  const more =
    isTied && needed > plan.questions
      ? [
          `To see a difference of ${percent(WORTHWHILE)} it takes about ${needed} questions like these.`,
        ]
      : []
  const absent = arms
    .filter(({ status, competes }) => competes && (status === 'skipped' || status === 'failed'))
    .map(({ title, reason }) => `${title} was not measured: ${reason}.`)
  return [...weights, ...more, ...absent]
}

function label(criterion: Reversal['criterion']): string {
  return criterion.replace('_', ' ')
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`
}

/** @file Hard constraints: an arm is out only where the data show that it breaks one. */
import { percentileInterval } from '../../statistics/index.ts'
import { armOf } from '../arms/arm.ts'
import { isDefinedFor } from '../metrics/score-item.ts'
import type { ArmResult, Constraint, ConstraintOutcome } from '../result.ts'

type Bounds = NonNullable<ConstraintOutcome['value']>

/** What each arm makes of each constraint. */
export function checkConstraints(
  arms: readonly ArmResult[],
  constraints: readonly Constraint[],
): ConstraintOutcome[] {
  return arms.flatMap((arm) =>
    constraints.map((constraint) => ({ arm: arm.arm, constraint, ...check(arm, constraint) })),
  )
}

function check(
  arm: ArmResult,
  constraint: Constraint,
): Pick<ConstraintOutcome, 'value' | 'outcome'> {
  const { metric, phase } = constraint
  if (metric === 'latency_p95_ms') return compare(latencyOf(arm), constraint)
  // Nobody can open the source of an answer that has none.
  if (!isDefinedFor(metric, armOf(arm.arm)))
    return { value: null, outcome: (constraint.least ?? 0) > 0 ? 'violated' : 'unknown' }
  return compare(arm.metrics[phase][metric]?.range ?? null, constraint)
}

function latencyOf({ latency }: ArmResult): Bounds | null {
  if (!latency) return null
  const { estimate, low, high } = percentileInterval(latency.total.values, 0.95)
  return { estimate, low, high }
}

function compare(
  value: Bounds | null,
  { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY }: Constraint,
): Pick<ConstraintOutcome, 'value' | 'outcome'> {
  if (value === null) return { value, outcome: 'unknown' }
  const low = value.low ?? Number.NEGATIVE_INFINITY
  const high = value.high ?? Number.POSITIVE_INFINITY
  if (high < least || low > most) return { value, outcome: 'violated' }
  return { value, outcome: low >= least && high <= most ? 'met' : 'unknown' }
}

/** @file What counts in the utility, as a value from 0 to 1 for each question that every arm answered. */
import type { ArmRun, Criterion as Weighted } from '../../statistics/index.ts'
import { type ArmName, armOf } from '../arms/arm.ts'
import { type Criterion, criteria, type Weights } from '../result.ts'
import type { ItemTable } from './item-table.ts'

export type Utilities = {
  readonly criteria: Weighted[]
  readonly runs: ReadonlyMap<ArmName, ArmRun>
}

type Values = (table: ItemTable, arm: ArmName) => Map<string, number>

const values: Record<Criterion, Values> = {
  correct: (table, arm) => table.values('fact', arm),
  // What cannot cite gives no answer that a reader could trace.
  traceable: (table, arm) =>
    armOf(arm).documents ? table.values('grounded', arm) : untraceable(table),
  refuses_well: (table, arm) => table.values('abstention', arm),
  form: (table, arm) => table.values('format', arm),
  fresh: (table, arm) => {
    const changed = new Set(table.questions.filter(({ after }) => after).map(({ id }) => id))
    const all = [
      ...table.values('fact', arm, 'updated'),
      ...table.values('abstention', arm, 'updated'),
    ]
    return new Map(all.filter(([id]) => changed.has(id)))
  },
}

/** Criteria without a weight, or without a question that all arms have a value for, are left out. */
export function utilitiesOf(
  table: ItemTable,
  arms: readonly ArmName[],
  weights: Weights,
): Utilities {
  const measured = criteria.flatMap((name) => {
    const byArm = arms.map((arm) => values[name](table, arm))
    const shared = table.questions
      .map(({ id }) => id)
      .filter((id) => byArm.every((of) => of.has(id)))
    return weights[name] > 0 && shared.length > 0 ? [{ name, byArm, shared }] : []
  })
  return {
    criteria: measured.map(({ name, shared }) => ({
      name,
      weight: weights[name],
      units: shared.map(table.clusterOf),
    })),
    runs: new Map(
      arms.map((arm, at) => [
        arm,
        Object.fromEntries(
          measured.map(({ name, byArm, shared }) => [
            name,
            shared.map((id) => byArm[at]!.get(id)!),
          ]),
        ),
      ]),
    ),
  }
}

function untraceable(table: ItemTable): Map<string, number> {
  const sourced = table.questions.filter(
    ({ kind, sources }) => kind === 'answerable' && sources.length > 0,
  )
  return new Map(sourced.map(({ id }) => [id, 0]))
}

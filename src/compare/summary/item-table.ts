/** @file The items of a run by arm, phase and question, and the values of a metric in a form that statistics take. */
import type { ArmName } from '../arms/arm.ts'
import type { MetricName } from '../metrics/metrics.ts'
import type { Question } from '../questions/question.ts'
import type { ItemRecord, Phase } from '../result.ts'
import { asked } from '../run/plan.ts'
import { keyOf } from '../run/record.ts'

export type ItemTable = {
  readonly questions: readonly Question[]
  /** The questions that are asked in a phase, in the order of the file. */
  asked(phase: Phase): readonly Question[]
  item(arm: ArmName, phase: Phase, question: string): ItemRecord | undefined
  items(arm: ArmName, phase: Phase): ItemRecord[]
  /** Scored values by question. */
  values(metric: MetricName, arm: ArmName, phase?: Phase): Map<string, number>
  clusterOf(question: string): string
}

export function createItemTable(
  questions: readonly Question[],
  latest: ReadonlyMap<string, ItemRecord>,
): ItemTable {
  const clusters = new Map(questions.map(({ id, cluster }) => [id, cluster]))
  const askedIn = {
    initial: asked('initial', questions),
    updated: asked('updated', questions),
  }
  const item: ItemTable['item'] = (arm, phase, question) =>
    latest.get(keyOf({ arm, phase, question }))
  const items: ItemTable['items'] = (arm, phase) =>
    askedIn[phase].flatMap(({ id }) => item(arm, phase, id) ?? [])
  return {
    questions,
    asked: (phase) => askedIn[phase],
    item,
    items,
    values: (metric, arm, phase = 'initial') =>
      new Map(
        items(arm, phase).flatMap(({ question, scores }): [string, number][] => {
          const score = scores[metric]
          return score?.status === 'scored' ? [[question, score.value]] : []
        }),
      ),
    clusterOf: (question) => clusters.get(question) ?? question,
  }
}

/** The values of two arms on the questions that both have, and how many only one has. */
export function paired(
  first: ReadonlyMap<string, number>,
  second: ReadonlyMap<string, number>,
): { ids: string[]; first: number[]; second: number[]; attrition: number } {
  const ids = [...first.keys()].filter((id) => second.has(id))
  return {
    ids,
    first: ids.map((id) => first.get(id)!),
    second: ids.map((id) => second.get(id)!),
    attrition: first.size + second.size - 2 * ids.length,
  }
}

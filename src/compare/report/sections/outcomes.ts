/** @file What can be said of one answer, for badges and filters. */
import type { FailureReason, ItemRecord } from '../../result.ts'
import { failureReasonsOf } from '../../summary/summarize-arm.ts'
import { reasonTitles } from '../words.ts'

export type Outcome =
  | 'success'
  | 'lost'
  | 'found_wrong'
  | FailureReason
  | 'stale'
  | 'failed'
  | 'not_applicable'

/** In the order in which they are offered. */
export const outcomeTitles: Readonly<Record<Outcome, string>> = {
  success: 'everything right',
  lost: 'something wrong',
  found_wrong: 'source found, facts wrong',
  ...reasonTitles,
  stale: 'stale: a value from before the update',
  failed: 'failed',
  not_applicable: 'not asked',
}

export function outcomesOf(item: ItemRecord): Outcome[] {
  const { outcome } = item
  if (outcome.status !== 'answered') return [outcome.status]
  const reasons = failureReasonsOf(item)
  return [
    ...(scoreOf(item, 'joint') === 1 ? (['success'] as const) : []),
    ...(reasons.length > 0 ? (['lost'] as const) : []),
    ...((scoreOf(item, 'retrieved') ?? 0) > 0 && scoreOf(item, 'fact') === 0
      ? (['found_wrong'] as const)
      : []),
    ...reasons,
    ...(scoreOf(item, 'stale') === 1 ? (['stale'] as const) : []),
  ]
}

function scoreOf({ scores }: ItemRecord, name: keyof ItemRecord['scores']): number | undefined {
  const score = scores[name]
  return score?.status === 'scored' ? score.value : undefined
}

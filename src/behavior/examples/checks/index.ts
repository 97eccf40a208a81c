/** @file The checks, in the order in which they run. */
import type { Check } from '../check-context.ts'
import { checkContradictions } from './contradictions.ts'
import { checkDuplicates } from './duplicates.ts'
import { checkEmptyContent } from './empty-content.ts'
import { checkFormatConsistency } from './format-consistency.ts'
import { checkLabels } from './label-balance.ts'
import { checkLabelNoise } from './label-noise.ts'
import { checkLeakage } from './leakage.ts'
import { checkLength } from './length.ts'
import { checkOrder } from './order.ts'
import { checkPersonalData } from './personal-data.ts'
import { checkRefusals } from './refusals.ts'
import { checkText } from './text.ts'
import { checkTools } from './tools.ts'

export type CheckName =
  | 'order'
  | 'tools'
  | 'empty'
  | 'text'
  | 'length'
  | 'duplicates'
  | 'contradictions'
  | 'leakage'
  | 'labels'
  | 'label-noise'
  | 'personal-data'
  | 'refusals'
  | 'format'

export const checks: Readonly<Record<CheckName, Check>> = {
  order: checkOrder,
  tools: checkTools,
  empty: checkEmptyContent,
  text: checkText,
  length: checkLength,
  duplicates: checkDuplicates,
  contradictions: checkContradictions,
  leakage: checkLeakage,
  labels: checkLabels,
  'label-noise': checkLabelNoise,
  'personal-data': checkPersonalData,
  refusals: checkRefusals,
  format: checkFormatConsistency,
}

export const checkNames = Object.keys(checks) as CheckName[]

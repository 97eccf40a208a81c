/** @file What a check is given, and how it reports. */
import type { Tokenizer } from '../../tokenizers/index.ts'
import type { Entry } from './example.ts'
import type { FindingDetails } from './finding.ts'
import type { FindingCode } from './finding-kinds.ts'
import type { Labels } from './labels.ts'
import type { Measure } from './measure.ts'
import type { Neighbour } from './neighbours.ts'

/** Reports a finding; with an entry, at its line. */
export type Report = (
  code: FindingCode,
  entry: Entry | undefined,
  details: Omit<FindingDetails, 'line'>,
) => void

export type CheckContext = {
  readonly entries: readonly Entry[]
  /** Entries without faults of schema: those whose order and meaning can be judged. */
  readonly sound: readonly Entry[]
  /** The held-out file, for leakage. */
  readonly test: readonly Entry[]
  readonly tokenizer: Tokenizer | undefined
  readonly contextLength: number | undefined
  /** Overlap from which prompts count as nearly the same. */
  readonly similarity: number
  /** Lengths of sound entries, in their order. */
  measures(): readonly Measure[]
  /** For each sound entry, earlier ones that ask nearly the same. */
  neighbours(): readonly (readonly Neighbour[])[]
  /** The labels of classification data; undefined where answers are free text. */
  labels(): Labels | undefined
  readonly report: Report
}

export type Check = (context: CheckContext) => void

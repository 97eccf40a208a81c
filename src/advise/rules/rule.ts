/** @file What a rule is: a cited statement, the facts it reads, when it fires and what it then does. */
import type { OptionId } from '../options.ts'
import type { SourceId } from '../sources.ts'
import type { FactId, Known } from '../view.ts'

/** A: replicated or controlled; B: one good study or vendor guidance; C: plausible, or an estimate of ours. */
export type Grade = 'A' | 'B' | 'C'

export type Points = { readonly [Id in OptionId]?: number }

export type Rule = {
  readonly id: string
  /** What is known, for somebody who does not build such systems. */
  readonly statement: string
  /** The facts that it reads; those present are printed as its reasons. */
  readonly reads: readonly FactId[]
  readonly when: (known: Known) => boolean
  readonly grade: Grade
  readonly sources: readonly SourceId[]
  /** Options that cannot be chosen. */
  readonly rulesOut?: readonly OptionId[]
  /** Options that gain or lose. */
  readonly points?: Points
  /** What has to be done along with some of the options. */
  readonly condition?: { readonly for: readonly OptionId[]; readonly text: string }
}

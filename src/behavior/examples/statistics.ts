/** @file Counts and lengths of a set of examples, and what training on it takes. */
import type { CheckContext } from './check-context.ts'
import { type FormShare, formShares } from './checks/format-consistency.ts'
import { refusalIn } from './checks/refusals.ts'
import { answerOf } from './texts.ts'

export type Distribution = {
  readonly min: number
  readonly median: number
  readonly p95: number
  readonly max: number
  readonly total: number
}

export type Statistics = {
  /** Messages by role. */
  readonly messages: Readonly<Record<string, number>>
  readonly characters: Distribution
  /** Tokens of an example; counted with a tokenizer, else characters / 4. */
  readonly tokens: Distribution
  readonly trainedTokens: number
  readonly isEstimated: boolean
  /** Where the longest example starts. */
  readonly longestLine?: number
  readonly refusalShare: number
  /** Forms that at least half of the answers share. */
  readonly forms: readonly FormShare[]
  /** Label -> rows, for classification data. */
  readonly labels?: Readonly<Record<string, number>>
}

/** Reads what is measured of sound examples. */
export function summarise(context: CheckContext): Statistics {
  const { sound, tokenizer } = context
  const measures = context.measures()
  const tokens = measures.map((measured) => measured.tokens)
  const labels = context.labels()
  const longest = tokens.reduce((best, count, at) => (count > tokens[best]! ? at : best), 0)
  const refusals = sound.filter(({ example }) => refusalIn(answerOf(example)) !== undefined)
  return {
    messages: countRoles(context),
    characters: distribute(measures.map(({ characters }) => characters)),
    tokens: distribute(tokens),
    trainedTokens: measures.reduce((sum, { trainedTokens }) => sum + trainedTokens, 0),
    isEstimated: tokenizer === undefined || measures.some(({ error }) => error !== undefined),
    ...(sound[longest] && { longestLine: sound[longest].line }),
    refusalShare: sound.length === 0 ? 0 : refusals.length / sound.length,
    forms: formShares(context),
    ...(labels && { labels: Object.fromEntries(labels.counts) }),
  }
}

/** Nearest-rank percentiles. */
function distribute(values: readonly number[]): Distribution {
  const sorted = Float64Array.from(values).sort()
  const rank = (share: number): number =>
    sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
  return {
    min: sorted[0] ?? 0,
    median: rank(0.5),
    p95: rank(0.95),
    max: sorted.at(-1) ?? 0,
    total: sorted.reduce((sum, value) => sum + value, 0),
  }
}

function countRoles({ sound }: CheckContext): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { example } of sound)
    for (const { role } of example.messages) counts[role] = (counts[role] ?? 0) + 1
  return counts
}

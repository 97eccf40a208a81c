/** @file What a probe measured, as `graft advise --probe` reads it. */
import type { ArmName } from '../arms/arm.ts'
import { matchesSource } from '../questions/source.ts'
import type {
  ComparisonResult,
  HeadroomName,
  ItemRecord,
  QuestionResult,
  Range,
} from '../result.ts'
import { rangeOf } from './ranges.ts'

type Measurement = { value: number; low: number; high: number; items?: number }

export type ProbeFile = {
  readonly version: 1
  readonly headroom: Readonly<Partial<Record<string, Measurement>>>
  readonly closedBook?: Measurement
  readonly recallAt5?: Measurement
  readonly firstTokenP95Ms?: number
}

const NAMES: Record<HeadroomName, string> = {
  know: 'knowledge',
  retrieve: 'retrieval',
  read: 'reading',
  form: 'form',
  voice: 'voice',
  abstain: 'abstention',
  long: 'longContext',
}

export function toProbeFile({ headroom, arms, questions }: ComparisonResult): ProbeFile {
  const parts = headroom.parts.flatMap(({ name, value, items }): [string, Measurement][] =>
    value === null ? [] : [[NAMES[name], measurement(value, items)]],
  )
  const closedBook = arms.find(({ arm }) => arm === 'base')?.metrics.initial.fact
  const recall = recallAtFive(questions)
  const firstText = arms.find(({ arm }) => arm === 'rag')?.latency?.firstText.p95 ?? 0
  return {
    version: 1,
    headroom: Object.fromEntries(parts),
    ...(closedBook?.range && { closedBook: measurement(closedBook.range, closedBook.items) }),
    ...(recall && { recallAt5: recall }),
    ...(firstText > 0 && { firstTokenP95Ms: firstText }),
  }
}

function measurement({ estimate, low, high }: Range, items: number): Measurement {
  return { value: estimate, low, high, ...(items > 0 && { items }) }
}

const FIRST = 5
const ARM: ArmName = 'rag'

/** Gold sources among the first five documents that the search found, of all gold sources. */
function recallAtFive(questions: readonly QuestionResult[]): Measurement | undefined {
  const found = questions.flatMap((question) => {
    const item = question.items.find(({ arm, phase }) => arm === ARM && phase === 'initial')
    const uris = item && documentsOf(item)
    if (!uris || question.kind !== 'answerable' || question.sources.length === 0) return []
    const hits = question.sources.filter((source) =>
      uris.some((uri) => matchesSource({ uri, headingPath: null }, source)),
    )
    return [{ value: hits.length / question.sources.length, cluster: question.cluster }]
  })
  const range = rangeOf(
    found.map(({ value }) => value),
    found.map(({ cluster }) => cluster),
    'mean',
  )
  return range ? measurement(range, found.length) : undefined
}

/** In the order of the search. */
function documentsOf({ outcome }: ItemRecord): string[] | undefined {
  if (outcome.status !== 'answered' || outcome.retrieved === null) return undefined
  return [...new Set(outcome.retrieved.map(({ uri }) => uri))].slice(0, FIRST)
}

/** @file Where there is something to win: what perfect retrieval, form or abstention would add to what is there. */
import { wilsonInterval } from '../../statistics/index.ts'
import type { ArmName } from '../arms/arm.ts'
import type { MetricName } from '../metrics/metrics.ts'
import type {
  ArmResult,
  Headroom,
  HeadroomName,
  HeadroomPart,
  Range,
  RunSettings,
} from '../result.ts'
import { type ItemTable, paired } from './item-table.ts'
import { differenceOf, effectOf, toRange } from './ranges.ts'

export type HeadroomInput = {
  readonly table: ItemTable
  readonly arms: readonly ArmResult[]
  readonly targets: RunSettings['targets']
}

type Measured = Pick<HeadroomPart, 'value' | 'reason' | 'items'>
type Rule = {
  readonly name: HeadroomName
  readonly title: string
  readonly formula: string
  readonly measure: (input: HeadroomInput) => Measured
}

const UNTUNED: readonly ArmName[] = ['base', 'long_context', 'rag', 'rag_form']

const rules: readonly Rule[] = [
  {
    name: 'know',
    title: 'knowledge',
    formula: 'right facts with the gold source, minus without documents',
    measure: (input) => difference(input, 'fact', 'oracle', 'base'),
  },
  {
    name: 'retrieve',
    title: 'retrieval',
    formula: 'right facts with the gold source, minus with what the search finds',
    measure: (input) => difference(input, 'fact', 'oracle', 'rag'),
  },
  {
    name: 'read',
    title: 'reading',
    formula: 'all, minus right facts with the gold source',
    measure: (input) => missing(input, 'fact', ['oracle'], 1),
  },
  {
    name: 'form',
    title: 'house form',
    formula: 'the target, minus the best that was reached without tuning',
    measure: (input) => missing(input, 'format', UNTUNED, input.targets.format),
  },
  {
    name: 'voice',
    title: 'house voice',
    formula: 'the house, minus the best without tuning',
    measure: voice,
  },
  {
    name: 'abstain',
    title: 'abstention',
    formula: 'the target, minus right abstentions with what the search finds',
    measure: (input) => missing(input, 'abstention', ['rag'], input.targets.abstention),
  },
  {
    name: 'long',
    title: 'long context',
    formula: 'right facts with all documents, minus with what the search finds',
    measure: (input) => difference(input, 'fact', 'long_context', 'rag'),
  },
]

export function measureHeadroom(input: HeadroomInput): Headroom {
  const parts = rules.map(({ name, title, formula, measure }) => ({
    name,
    title,
    formula,
    ...measure(input),
  }))
  return { parts, advice: advise(parts) }
}

function difference(
  { table }: HeadroomInput,
  metric: MetricName,
  first: ArmName,
  second: ArmName,
): Measured {
  const pairs = paired(table.values(metric, first), table.values(metric, second))
  const clusters = pairs.ids.map(table.clusterOf)
  const found = differenceOf(pairs.first, pairs.second, clusters, 'share')
  if (!found) return none(`${first} and ${second} have no scored questions in common`)
  return { value: found.difference, reason: null, items: pairs.ids.length }
}

/** What the best of the arms lacks to the target. */
function missing(
  { table }: HeadroomInput,
  metric: MetricName,
  arms: readonly ArmName[],
  target: number,
): Measured {
  const candidates = arms
    .map((arm) => table.values(metric, arm))
    .filter(({ size }) => size > 0)
    .map((values) => ({ values, share: shareOf([...values.values()]) }))
  const best = candidates.toSorted((a, b) => b.share - a.share)[0]
  if (!best) return none(`no question was scored for ${metric} in ${arms.join(', ')}`)
  const values = [...best.values.values()]
  const { estimate, low, high } = wilsonInterval(values.filter(Boolean).length, values.length, {
    designEffect: effectOf(values, [...best.values.keys()].map(table.clusterOf)),
  })
  const value: Range = { estimate: target - estimate, low: target - high, high: target - low }
  return { value, reason: null, items: values.length }
}

function voice({ arms }: HeadroomInput): Measured {
  const reached = arms
    .filter(({ arm }) => UNTUNED.includes(arm))
    .flatMap(({ voice: measured }) => measured?.characters ?? [])
  const best = reached.toSorted((a, b) => b.estimate - a.estimate)[0]
  if (!best) return none('no held-out replies of the house, or too few to tell its voice')
  const { estimate, low, high } = toRange(best)
  return { value: { estimate: 1 - estimate, low: 1 - high, high: 1 - low }, reason: null, items: 0 }
}

function none(reason: string): Measured {
  return { value: null, reason, items: 0 }
}

function shareOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** A retrieval loss above this hides what tuning could do. */
const RETRIEVAL_LOSS = 0.1
const READING_LOSS = 0.15

/** The patterns of headrooms and what each asks for, in the order in which to look at them. */
function advise(parts: readonly HeadroomPart[]): string[] {
  const of = (name: HeadroomName): Range | null =>
    parts.find((part) => part.name === name)?.value ?? null
  /** Shown: the whole range lies above. */
  const above = (name: HeadroomName, bound = 0): boolean => (of(name)?.low ?? -1) > bound
  const likely = (name: HeadroomName, bound: number): boolean => (of(name)?.estimate ?? -1) > bound
  const behaves = above('form') || above('voice')
  const advice = [
    likely('retrieve', RETRIEVAL_LOSS) &&
      'Fix retrieval first: the gold source gives many more right answers than what the search finds, and no tuning mends that.',
    likely('read', READING_LOSS) &&
      !likely('retrieve', RETRIEVAL_LOSS) &&
      'The model often fails with the gold source before it: compare a larger model, and tuning in context.',
    above('know') &&
      behaves &&
      'Both knowledge and form are missing: try fine-tuning in context together with RAG.',
    above('know') &&
      !behaves &&
      'Documents are what is missing: RAG, or all documents in the prompt where they fit.',
    of('know') !== null &&
      !above('know') &&
      behaves &&
      'Form or voice is missing and knowledge was not shown to be: try fine-tuning.',
    above('abstain') &&
      'It answers too often where it should not: raise the bar for answering first; if you tune, put questions without an answer among the examples.',
    above('long') &&
      'All documents in the prompt do better than the search: keep that in the comparison.',
  ].filter((line) => line !== false)
  return advice.length > 0
    ? advice
    : [
        'No headroom was shown with these questions: stay with the simplest arm, or ask more questions.',
      ]
}

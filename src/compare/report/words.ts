/** @file Numbers and names as the report writes them: the same everywhere, in every language of the machine. */
import type { MetricName } from '../metrics/metrics.ts'
import type {
  ArmResult,
  ComparisonResult,
  Criterion,
  FailureReason,
  MetricSummary,
  QuestionResult,
  Range,
} from '../result.ts'
import type { Tone } from './plot/marks.ts'

/** A real minus, which is as wide as a plus. */
const MINUS = '\u2212'
/** Keeps a number and its unit on one line. */
const SPACE = '\u00a0'

export function percent(share: number): string {
  return `${signed(Math.round(100 * share))}${SPACE}%`
}

/** Nothing that was drawn at random is sure. */
export function chance(probability: number): string {
  if (probability > 0.99) return `> 99${SPACE}%`
  return probability < 0.01 ? `< 1${SPACE}%` : percent(probability)
}

/** A difference of shares, with its sign. */
export function points(difference: number): string {
  const rounded = Math.round(100 * difference)
  return `${rounded > 0 ? '+' : ''}${signed(rounded)}`
}

/** `80 % (71 to 87)` */
export function shareWithRange({ estimate, low, high }: Range): string {
  return `${percent(estimate)} (${whole(100 * low)}${SPACE}to${SPACE}${whole(100 * high)})`
}

/** `+12 (3 to 20)`, in points. */
export function pointsWithRange({ estimate, low, high }: Range): string {
  return `${points(estimate)} (${points(low)}${SPACE}to${SPACE}${points(high)})`
}

export function metricText(summary: MetricSummary | null | undefined): string | undefined {
  return summary?.range ? shareWithRange(summary.range) : undefined
}

/** `420 ms`, `1.2 s`, `3 min 10 s` */
export function duration(ms: number): string {
  if (ms < 10) return `${number(ms, 1)}${SPACE}ms`
  if (ms < 1000) return `${Math.round(ms)}${SPACE}ms`
  if (ms < 59_950) return `${number(ms / 1000, 1)}${SPACE}s`
  const seconds = Math.round(ms / 1000)
  const rest = seconds % 60
  const minutes = `${Math.floor(seconds / 60)}${SPACE}min`
  return rest === 0 ? minutes : `${minutes} ${rest}${SPACE}s`
}

/** With at most so many decimals, and thousands apart. */
export function number(value: number, decimals = 0): string {
  return value.toLocaleString('en', { maximumFractionDigits: decimals }).replace('-', MINUS)
}

/** Small amounts keep two digits that say something. */
export function money(amount: number, currency: string): string {
  const digits = amount > 0 && amount < 1 ? 2 : undefined
  const text =
    digits === undefined
      ? amount.toLocaleString('en', { maximumFractionDigits: 2 })
      : amount.toLocaleString('en', { maximumSignificantDigits: digits })
  return `${text}${SPACE}${currency}`
}

export function pValue(p: number): string {
  return p < 0.001 ? '< .001' : p.toFixed(3).replace(/^0/, '')
}

export function count(amount: number, singular: string, plural = `${singular}s`): string {
  return `${number(amount)} ${amount === 1 ? singular : plural}`
}

/** `a`, `a and b`, `a, b and c` */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('')
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** A sentence of the result: it begins with a capital, and no number stands apart from its unit. */
export function prose(text: string): string {
  return capital(text).replaceAll(' %', `${SPACE}%`)
}

/** As it stands within a sentence. */
export function titleOf({ arms }: ComparisonResult, arm: ArmResult['arm']): string {
  return arms.find((one) => one.arm === arm)?.title ?? arm
}

export function toneOf(arm: ArmResult['arm']): Tone {
  return `arm-${arm}`
}

/** Metrics in the order in which people ask for them; of the others the full table tells. */
export const leadingMetrics: readonly MetricName[] = [
  'joint',
  'fact',
  'grounded',
  'abstention',
  'format',
]

export const criterionTitles: Readonly<Record<Criterion, string>> = {
  correct: 'right facts',
  traceable: 'right source',
  refuses_well: 'right abstentions',
  form: 'house form',
  fresh: 'right after the update',
}

export const reasonTitles: Readonly<Record<FailureReason, string>> = {
  fact: 'wrong facts',
  source: 'no right source',
  form: 'not in the house form',
  refused: 'refused, though answerable',
  answered: 'answered, though not answerable',
}

export const kindTitles: Readonly<Record<QuestionResult['kind'], string>> = {
  answerable: 'answerable',
  near_miss: 'near miss',
  off_topic: 'off topic',
  false_premise: 'false premise',
  no_document: 'no document',
}

function signed(value: number): string {
  return String(value + 0).replace('-', MINUS)
}

function whole(value: number): string {
  return signed(Math.round(value))
}

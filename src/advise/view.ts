/** @file What is known about a case: each fact measured, else as stated, else absent. */
import { type Answers, type GivenAnswers, type Pace, type QuestionId, UNKNOWN } from './answers.ts'
import { isAsked, questionOf } from './questions.ts'
import { formatSignal, type SignalId, type Signals, signalKinds } from './signals.ts'

export type Reading<Value> = {
  readonly value: Value
  /** As a clause: `"every week" (How often does …?)`. */
  readonly text: string
  readonly origin: 'measured' | 'stated' | 'estimated'
}

/** Facts that rules ask for; a fact nobody stated or measured is absent. */
export type Facts = {
  task: Answers['task']
  needsDocuments: boolean
  needsLiveData: boolean
  pains: Answers['pain']
  pace: Pace
  freshness: Answers['freshness']
  corpusTokens: number
  reliableTokens: number
  reading: Answers['reading']
  citations: Answers['citations']
  access: Answers['access']
  erasure: Answers['erasure']
  unanswered: Answers['unanswered']
  unansweredShare: number
  output: Answers['output']
  formGap: boolean
  voice: Answers['voice']
  voiceGap: boolean
  /** Either of the two. */
  behaviourGap: boolean
  labels: Answers['labels']
  examples: number
  areExamplesConsistent: boolean
  hasPersonalData: boolean
  hasUnknownFacts: boolean
  refusalShare: number
  location: Answers['data-location']
  model: Answers['model']
  isTight: boolean
  requests: number
  repeats: Answers['repeats']
  maintenance: Answers['maintenance']
  priority: Answers['priority']
  repeatedShare: number
  closedBook: number
  recallAt5: number
  searchLoses: boolean
  readerFails: boolean
  declinesTooFew: boolean
  longContextGains: boolean
  fewShotTokens: number
}

export type FactId = keyof Facts

export type View = { readonly [Id in FactId]?: Reading<Facts[Id]> }

/** The values alone, as rules read them. */
export type Known = { readonly [Id in FactId]?: Facts[Id] }

export type Case = {
  readonly answers: GivenAnswers
  readonly signals: Signals
}

type Reader<Value> = (input: Case) => Reading<Value> | undefined

/** Pages that people count hold about 400 words. */
const TOKENS_PER_PAGE = 500

/**
 * Tokens that a model reads reliably: strong models lose much beyond 32,000 (NoLiMa), weaker ones earlier; the
 * two smaller numbers are estimates.
 */
const RELIABLE_TOKENS: Readonly<Record<Answers['model'], number>> = {
  small: 4000,
  open: 16_000,
  hosted: 32_000,
}

/** Share of examples from which one form is meant, and share of contradictions that is too much. */
const CONSISTENT_SHARE = 0.8
const NOISY_SHARE = 0.1
/** Milliseconds that the answers to `latency` allow. */
const LIMITS_MS: Readonly<Record<Answers['latency'], number>> = {
  instant: 300,
  second: 1000,
  'few-seconds': 5000,
  relaxed: Number.POSITIVE_INFINITY,
}

const readers: { readonly [Id in FactId]: Reader<Facts[Id]> } = {
  task: stated('task'),
  needsDocuments: (input) =>
    gap(input, 'knowledgeHeadroom') ??
    derive(said(input, 'facts'), (facts) => facts === 'documents' || facts === 'both'),
  needsLiveData: (input) =>
    derive(said(input, 'facts'), (facts) => facts === 'live' || facts === 'both'),
  pains: stated('pain'),
  pace: (input) => measured(input, 'changeDays', paceOf) ?? said(input, 'change'),
  freshness: stated('freshness'),
  corpusTokens: (input) =>
    measured(input, 'corpusTokens') ??
    derive(said(input, 'corpus-pages'), (pages) => pages * TOKENS_PER_PAGE),
  reliableTokens: (input) => measured(input, 'effectiveContextTokens') ?? reliableTokensOf(input),
  reading: stated('reading'),
  citations: stated('citations'),
  access: stated('access'),
  erasure: stated('erasure'),
  unanswered: stated('unanswered'),
  unansweredShare: (input) => measured(input, 'unansweredShare'),
  output: stated('output'),
  formGap: (input) =>
    gap(input, 'formHeadroom') ??
    derive(said(input, 'output'), (output) => output === 'complex-record'),
  voice: stated('voice'),
  voiceGap: (input) =>
    gap(input, 'voiceHeadroom') ?? derive(said(input, 'voice'), (voice) => voice === 'implicit'),
  behaviourGap: readBehaviourGap,
  labels: stated('labels'),
  examples: (input) => measured(input, 'examples') ?? said(input, 'examples'),
  areExamplesConsistent: (input) =>
    measured(
      input,
      'labelNoise',
      () => false,
      (share) => share > NOISY_SHARE,
    ) ??
    measured(input, 'exampleConsistency', (share) => share >= CONSISTENT_SHARE) ??
    measured(input, 'labelNoise', () => true) ??
    derive(said(input, 'example-quality'), (quality) => quality === 'consistent'),
  hasPersonalData: (input) => measured(input, 'personalDataShare', (share) => share > 0),
  hasUnknownFacts: (input) => measured(input, 'unknownFactShare', (share) => share > 0.3),
  refusalShare: (input) => measured(input, 'refusalShare'),
  location: stated('data-location'),
  model: stated('model'),
  isTight: readTightness,
  requests: stated('requests'),
  repeats: stated('repeats'),
  maintenance: stated('maintenance'),
  priority: stated('priority'),
  repeatedShare: (input) => measured(input, 'repeatedShare'),
  closedBook: (input) => measured(input, 'closedBook'),
  recallAt5: (input) => measured(input, 'recallAt5'),
  searchLoses: (input) => measured(input, 'retrievalHeadroom', (lost) => lost > 0.1),
  readerFails: (input) => measured(input, 'readingHeadroom', (lost) => lost > 0.15),
  declinesTooFew: (input) => gap(input, 'abstentionHeadroom'),
  longContextGains: (input) => gap(input, 'longContextGain'),
  fewShotTokens: (input) => measured(input, 'fewShotTokens'),
}

export const factIds: readonly FactId[] = Object.keys(readers) as FactId[]

/** Reads every fact that answers and signals give. */
export function readCase(input: Case): View {
  const found = factIds.map((id) => [id, readers[id](input)] as const)
  return Object.fromEntries(found.filter(([, reading]) => reading !== undefined))
}

export function valuesOf(view: View): Known {
  return Object.fromEntries(Object.entries(view).map(([id, { value }]) => [id, value]))
}

/** What was said, where the question is one that matters here. */
function said<Id extends QuestionId>({ answers }: Case, id: Id): Reading<Answers[Id]> | undefined {
  const value = answers[id] as Answers[Id] | typeof UNKNOWN | undefined
  if (value === undefined || value === UNKNOWN || !isAsked(id, answers)) return undefined
  return { value, text: `${describeAnswer(id, value)} (${questionOf(id).text})`, origin: 'stated' }
}

function stated<Id extends QuestionId>(id: Id): Reader<Answers[Id]> {
  return (input) => said(input, id)
}

/** An answer in the words of its question. */
export function describeAnswer(
  id: QuestionId,
  value: Answers[QuestionId] | typeof UNKNOWN,
): string {
  const question = questionOf(id)
  if (value === UNKNOWN) return 'not known'
  if (question.type === 'number') return `${Number(value).toLocaleString('en')} ${question.unit}`
  const values = typeof value === 'string' ? [value] : (value as readonly string[])
  return values.map((one) => `"${question.choices[one]}"`).join(', ')
}

function derive<From, To>(
  reading: Reading<From> | undefined,
  map: (value: From) => To,
): Reading<To> | undefined {
  return reading && { ...reading, value: map(reading.value) }
}

/** A signal as a fact; `applies` leaves values to the next source. */
function measured(input: Case, id: SignalId): Reading<number> | undefined
function measured<Value>(
  input: Case,
  id: SignalId,
  map: (value: number) => Value,
  applies?: (value: number) => boolean,
): Reading<Value> | undefined
function measured(
  { signals }: Case,
  id: SignalId,
  map: (value: number) => unknown = (value) => value,
  applies: (value: number) => boolean = () => true,
): Reading<unknown> | undefined {
  const signal = signals[id]
  if (!signal || !applies(signal.value)) return undefined
  const text = `${signalKinds[id].name}: ${formatSignal(id, signal)} (${signal.how})`
  return { value: map(signal.value), text, origin: 'measured' }
}

/** A headroom is a gap when its interval is above 0, none when it is not positive, else undecided. */
function gap(input: Case, id: SignalId): Reading<boolean> | undefined {
  const { low, value = 0 } = input.signals[id] ?? {}
  const isGap = (low ?? 0) > 0
  return measured(
    input,
    id,
    () => isGap,
    () => isGap || value <= 0,
  )
}

/** The gap that is there; where neither is, one that is known to be closed. */
function readBehaviourGap(input: Case): Reading<boolean> | undefined {
  const gaps = [readers.formGap(input), readers.voiceGap(input)]
  return gaps.find((reading) => reading?.value) ?? gaps.find((reading) => reading !== undefined)
}

function paceOf(daysIn30: number): Pace {
  if (daysIn30 >= 15) return 'daily'
  if (daysIn30 >= 3) return 'weekly'
  return daysIn30 >= 1 ? 'monthly' : 'yearly'
}

function reliableTokensOf(input: Case): Reading<number> {
  const model = said(input, 'model')
  const value = RELIABLE_TOKENS[model?.value ?? 'hosted']
  const text = `a model of this kind reads about ${value.toLocaleString('en')} tokens reliably`
  return { value, text, origin: 'estimated' }
}

/** Retrieved passages take longer to read than the limit allows: measured, else a guess for small models. */
function readTightness(input: Case): Reading<boolean> | undefined {
  const limit = said(input, 'latency')
  if (!limit) return undefined
  const withRetrieval = measured(input, 'firstTokenP95Ms', (ms) => ms > LIMITS_MS[limit.value])
  if (withRetrieval) return withRetrieval
  const model = said(input, 'model')
  if (limit.value !== 'instant' || model?.value !== 'small') return undefined
  return { value: true, text: `${limit.text}, ${model.text}`, origin: 'stated' }
}

/** @file Signals: what can be measured before advising, how it was obtained, and what is not measured. */

/** A number with its 95 % interval, as `graft probe` writes it. */
export type Measurement = {
  readonly value: number
  readonly low: number
  readonly high: number
  /** Items behind it. */
  readonly items?: number
}

/**
 * What `graft probe` hands to the advisor, as a JSON file. Everything is optional: what a probe could not
 * measure is left out. Headrooms are differences of shares, from -1 to 1.
 */
export type ProbeResult = {
  readonly version: 1
  readonly headroom: {
    /** Accuracy with the gold passage, minus that without documents and with the best prompt. */
    readonly knowledge?: Measurement
    /** Accuracy with the gold passage, minus that with retrieved passages. */
    readonly retrieval?: Measurement
    /** 1 minus the accuracy with the gold passage. */
    readonly reading?: Measurement
    /** Target of the form, minus what few-shot prompting or constrained decoding reaches. */
    readonly form?: Measurement
    /** Target of the voice, minus what few-shot prompting reaches, between floor 0 and ceiling 1. */
    readonly voice?: Measurement
    /** Target share of unanswerable questions that are declined, minus the share that retrieval declines. */
    readonly abstention?: Measurement
    /** Accuracy with all documents in the prompt, minus that with retrieved passages. */
    readonly longContext?: Measurement
  }
  /** Share of questions that the model answers without documents. */
  readonly closedBook?: Measurement
  /** Share of questions with a right source among the first five chunks. */
  readonly recallAt5?: Measurement
  /** Longest text in which the model still finds 85 % of what it finds in a short one. */
  readonly effectiveContextTokens?: number
  /** Tokens of instructions and examples that a tune would make superfluous. */
  readonly fewShotTokens?: number
  /** 95th percentile of the time to the first token with retrieved passages. */
  readonly firstTokenP95Ms?: number
  /** Share of facts in the examples that the model does not know by itself. */
  readonly unknownFactShare?: number
}

export type SignalId =
  | 'corpusTokens'
  | 'changeDays'
  | 'changedShare'
  | 'repeatedShare'
  | 'examples'
  | 'exampleConsistency'
  | 'labelNoise'
  | 'personalDataShare'
  | 'refusalShare'
  | 'unansweredShare'
  | 'closedBook'
  | 'recallAt5'
  | 'knowledgeHeadroom'
  | 'retrievalHeadroom'
  | 'readingHeadroom'
  | 'formHeadroom'
  | 'voiceHeadroom'
  | 'abstentionHeadroom'
  | 'longContextGain'
  | 'effectiveContextTokens'
  | 'fewShotTokens'
  | 'firstTokenP95Ms'
  | 'unknownFactShare'

export type Signal = {
  readonly value: number
  readonly low?: number
  readonly high?: number
  /** How it was obtained, as a phrase: "counted as characters / 4 over 12 documents". */
  readonly how: string
}

export type Signals = { readonly [Id in SignalId]?: Signal }

export type Unit = 'count' | 'share' | 'difference' | 'tokens' | 'days' | 'ms'

export type SignalKind = {
  readonly name: string
  readonly unit: Unit
  /** What it takes to measure it. */
  readonly needs: string
  /** Values that are tried when looking for what measuring could change. */
  readonly trials?: readonly number[]
}

const DOCUMENTS = 'a workspace with documents: graft add FOLDER'
const EXAMPLES = 'a file of examples: --examples FILE'
const PROBE = 'a probe of the model on your questions: graft probe, then --probe FILE'
/** A gap that is clearly there, and one that is not. */
const GAP = [0.2, -0.05]

export const signalKinds: Readonly<Record<SignalId, SignalKind>> = {
  corpusTokens: { name: 'length of all documents', unit: 'tokens', needs: DOCUMENTS },
  changeDays: {
    name: 'days with a change in 30 days',
    unit: 'days',
    needs: `${DOCUMENTS}, kept up to date for at least two weeks`,
  },
  changedShare: {
    name: 'documents that change in 30 days',
    unit: 'share',
    needs: `${DOCUMENTS}, kept up to date for at least two weeks`,
  },
  repeatedShare: { name: 'passages that other documents repeat', unit: 'share', needs: DOCUMENTS },
  examples: { name: 'usable examples', unit: 'count', needs: EXAMPLES },
  exampleConsistency: {
    name: 'examples that share one form',
    unit: 'share',
    needs: `${EXAMPLES}, with records or headings`,
  },
  labelNoise: { name: 'examples that contradict others', unit: 'share', needs: EXAMPLES },
  personalDataShare: {
    name: 'examples with personal data or secrets',
    unit: 'share',
    needs: EXAMPLES,
  },
  refusalShare: { name: 'examples that refuse', unit: 'share', needs: EXAMPLES },
  unansweredShare: {
    name: 'questions that the documents do not answer',
    unit: 'share',
    needs: `${DOCUMENTS}, and a file of questions: --questions FILE`,
  },
  closedBook: {
    name: 'questions answered without documents',
    unit: 'share',
    needs: PROBE,
    trials: [0.9, 0.1],
  },
  recallAt5: {
    name: 'questions whose source is found (first 5)',
    unit: 'share',
    needs: PROBE,
    trials: [0.5],
  },
  knowledgeHeadroom: {
    name: 'gained by the right passage',
    unit: 'difference',
    needs: PROBE,
    trials: GAP,
  },
  retrievalHeadroom: {
    name: 'lost because the search misses the passage',
    unit: 'difference',
    needs: PROBE,
    trials: GAP,
  },
  readingHeadroom: {
    name: 'wrong although the right passage was there',
    unit: 'difference',
    needs: PROBE,
    trials: GAP,
  },
  formHeadroom: {
    name: 'missing in form after prompting',
    unit: 'difference',
    needs: PROBE,
    trials: GAP,
  },
  voiceHeadroom: {
    name: 'missing in voice after prompting',
    unit: 'difference',
    needs: PROBE,
    trials: GAP,
  },
  abstentionHeadroom: {
    name: 'missing in declining what has no answer',
    unit: 'difference',
    needs: PROBE,
    trials: GAP,
  },
  longContextGain: {
    name: 'gained by reading all documents',
    unit: 'difference',
    needs: PROBE,
    trials: GAP,
  },
  effectiveContextTokens: {
    name: 'length that the model reads reliably',
    unit: 'tokens',
    needs: PROBE,
    trials: [2000, 200_000],
  },
  fewShotTokens: {
    name: 'length of instructions and examples in the prompt',
    unit: 'tokens',
    needs: PROBE,
  },
  firstTokenP95Ms: {
    name: 'time to the first word with retrieval (95th percentile)',
    unit: 'ms',
    needs: PROBE,
  },
  unknownFactShare: {
    name: 'facts in the examples that the model does not know',
    unit: 'share',
    needs: PROBE,
    trials: [0.6],
  },
}

export const signalIds: readonly SignalId[] = Object.keys(signalKinds) as SignalId[]

const formats: Readonly<Record<Unit, (value: number) => string>> = {
  count: (value) => value.toLocaleString('en'),
  share: (value) => `${Math.round(value * 100)} %`,
  difference: (value) => `${value < 0 ? '-' : '+'}${Math.abs(Math.round(value * 100))} points`,
  tokens: (value) => `${Math.round(value).toLocaleString('en')} tokens`,
  days: (value) => `${Number(value.toFixed(1))}`,
  ms: (value) => `${Math.round(value).toLocaleString('en')} ms`,
}

/** `+12 points (4 to 20)` */
export function formatSignal(id: SignalId, { value, low, high }: Signal): string {
  const format = formats[signalKinds[id].unit]
  const interval =
    low === undefined || high === undefined ? '' : ` (${format(low)} to ${format(high)})`
  return format(value) + interval
}

/**
 * @file The result of a comparison: all that a report shows, as JSON. It follows from the files of the run
 * alone, so the same files give the same bytes.
 */
import type { ArmName } from './arms/arm.ts'
import type { MetricDefinition, MetricName, Scores } from './metrics/metrics.ts'
import type { QuestionKind } from './questions/question.ts'

/** An estimate with its 95 % range. */
export type Range = { readonly estimate: number; readonly low: number; readonly high: number }

/** `initial`: the documents as they were; `updated`: after the update in the middle of the run. */
export type Phase = 'initial' | 'updated'

export type ComparisonResult = {
  readonly format: 'graft-comparison/1'
  readonly manifest: RunManifest
  /** SHA-256 of everything that the run recorded. */
  readonly recordHash: string
  /** False while items are missing: the run was stopped, and goes on with the same command. */
  readonly complete: boolean
  readonly plan: Plan
  readonly definitions: Readonly<Record<MetricName, MetricDefinition>>
  readonly arms: readonly ArmResult[]
  readonly comparisons: readonly Comparison[]
  readonly headroom: Headroom
  readonly freshness: Freshness | null
  readonly judge: JudgeAgreement | null
  readonly verdict: Verdict
  readonly questions: readonly QuestionResult[]
}

/** What was run, fixed before the first question was asked. */
export type RunManifest = {
  readonly id: string
  readonly createdAt: string
  readonly graft: string
  readonly machine: { readonly node: string; readonly cpu: string; readonly threads: number }
  readonly seed: number
  readonly model: string
  readonly judgeModel: string | null
  readonly arms: readonly ArmName[]
  readonly settings: RunSettings
  /** SHA-256 of what went in; null where there was none. */
  readonly hashes: {
    readonly questions: string
    readonly documents: string
    readonly update: string | null
    readonly examples: string | null
    readonly instructions: string | null
  }
}

export type RunSettings = {
  readonly timeoutMs: number
  readonly weights: Weights
  readonly constraints: readonly Constraint[]
  readonly margins: Margins
  readonly prices: Prices | null
  /** Longest prompt for the long-context arm. */
  readonly contextTokens: number
  /** Shares that are aimed at; what is missing to them is headroom. */
  readonly targets: { readonly format: number; readonly abstention: number }
}

/** What counts in the utility, beside the others; any scale. */
export type Weights = Readonly<Record<Criterion, number>>
export const criteria = ['correct', 'traceable', 'refuses_well', 'form', 'fresh'] as const
export type Criterion = (typeof criteria)[number]

/** What an arm must keep, whatever else it can. */
export type Constraint = {
  readonly metric: MetricName | 'latency_p95_ms'
  readonly phase: Phase
  readonly least?: number
  readonly most?: number
}

export type Margins = {
  /** A utility within it is as good. */
  readonly utility: number
  /** How sure it must be that a more complex arm is better. */
  readonly confidence: number
  /** The loss of right facts that matters. */
  readonly facts: number
}

/** Per million tokens, with the day on which they held. */
export type Prices = {
  readonly input: number
  readonly output: number
  readonly currency: string
  readonly date: string
}

export type Plan = {
  readonly questions: number
  readonly kinds: Readonly<Partial<Record<QuestionKind, number>>>
  readonly changed: number
  readonly clusters: number
  /** By how much clusters shrink the sample, with an assumed correlation of .3. */
  readonly designEffect: number
  /** The smallest true difference that these questions find in four of five runs; null: none. */
  readonly detectable: number | null
  /** Ids of questions that stand among the examples to the letter: tuned arms have seen their answers. */
  readonly trained: readonly string[]
  readonly sentence: string
}

export type ArmResult = {
  readonly arm: ArmName
  readonly title: string
  readonly description: string
  readonly documents: boolean
  readonly competes: boolean
  /** `partial`: it stopped half-way; `failed`: it could not start; `skipped`: it does not exist here. */
  readonly status: 'complete' | 'partial' | 'failed' | 'skipped'
  readonly reason: string | null
  readonly model: string | null
  readonly items: {
    readonly planned: number
    readonly answered: number
    readonly failed: number
    readonly notApplicable: number
    readonly missing: number
  }
  readonly training: Training | null
  readonly metrics: Readonly<Record<Phase, Readonly<Partial<Record<MetricName, MetricSummary>>>>>
  readonly abstention: AbstentionSummary
  readonly voice: Voice | null
  readonly latency: Latency | null
  readonly tokens: { readonly input: number; readonly output: number } | null
  /** Mean per request, and per joint success: null where nothing succeeded or no prices are known. */
  readonly cost: { readonly perRequest: number; readonly perSuccess: number | null } | null
  /** Which parts of the joint success failed together, with the number of items. */
  readonly failures: readonly {
    readonly reasons: readonly FailureReason[]
    readonly items: number
  }[]
  /** Whether retrieval found a gold source, against whether the facts were right. */
  readonly retrieval: {
    readonly foundRight: number
    readonly foundWrong: number
    readonly missedRight: number
    readonly missedWrong: number
  } | null
  /** Abstaining below each confidence: how much is answered, and how much of that is wrong. */
  readonly riskCoverage: readonly { readonly coverage: number; readonly risk: number }[]
}

export const failureReasons = ['fact', 'source', 'form', 'refused', 'answered'] as const
/** Wrong facts, no right source, another form, refused though answerable, answered though not. */
export type FailureReason = (typeof failureReasons)[number]

export type MetricSummary = {
  /** Null where no item was scored: there is no number then. */
  readonly range: Range | null
  /** Items that were scored. */
  readonly items: number
  readonly notApplicable: number
  readonly failed: number
}

export type AbstentionSummary = {
  readonly byKind: Readonly<Partial<Record<QuestionKind, MetricSummary>>>
  /** Of the abstentions those that were due; null where there was none. */
  readonly precision: Range | null
}

export type Training = {
  readonly adapter: string | null
  readonly hash: string | null
  readonly examples: number
  readonly seconds: number
  readonly gate: 'passed' | 'refused' | null
}

/** 0 as the untuned model writes, 1 as the house does; undefined where an instrument cannot tell. */
export type Voice = {
  readonly characters: Range | null
  readonly functionWords: Range | null
  readonly words: number
}

export type Latency = {
  readonly retrieval: Percentiles
  readonly firstText: Percentiles
  readonly rest: Percentiles
  readonly total: Percentiles
  /** Load of the machine while this arm answered, in running processes. */
  readonly load: { readonly least: number; readonly most: number }
}

/** In milliseconds; `values` rise, for the curve. */
export type Percentiles = {
  readonly p50: number
  readonly p90: number
  readonly p95: number
  /** Null: too few requests for an upper bound. */
  readonly p95High: number | null
  readonly values: readonly number[]
}

export type Comparison = {
  readonly metric: MetricName
  readonly phase: Phase
  readonly first: ArmName
  readonly second: ArmName
  /** Items that both scored, and those that only one did. */
  readonly items: number
  readonly attrition: number
  /** First minus second. */
  readonly difference: Range
  readonly method: 'newcombe' | 'bootstrap' | 'cluster-t'
  readonly p: number
  /** After Holm among primary comparisons, after Benjamini and Hochberg among the others. */
  readonly adjusted: number
  readonly family: 'primary' | 'exploratory'
  readonly outcome: 'better' | 'worse' | 'tied'
}

export type HeadroomName = 'know' | 'retrieve' | 'read' | 'form' | 'voice' | 'abstain' | 'long'

export type Headroom = {
  readonly parts: readonly HeadroomPart[]
  /** What the pattern says, most important first. */
  readonly advice: readonly string[]
}

export type HeadroomPart = {
  readonly name: HeadroomName
  readonly title: string
  readonly formula: string
  /** Null with the reason why it could not be measured. */
  readonly value: Range | null
  readonly reason: string | null
  readonly items: number
}

export type Freshness = {
  readonly update: {
    readonly documents: number
    /** From the saved files to the end of indexing. */
    readonly indexMs: number
  }
  readonly changed: number
  readonly deleted: number
  readonly neighbours: number
  readonly arms: readonly FreshnessOfArm[]
}

export type FreshnessOfArm = {
  readonly arm: ArmName
  /** Right before and right after, of the questions whose answer changed. */
  readonly before: MetricSummary | null
  readonly after: MetricSummary | null
  readonly stale: MetricSummary | null
  readonly mixed: MetricSummary | null
  readonly deletions: MetricSummary | null
  /** What the update did to untouched questions about the same documents: after minus before. */
  readonly collateral: (Range & { readonly items: number }) | null
  /** Kaplan-Meier: the share not yet corrected at each time after saving. */
  readonly survival: readonly { readonly ms: number; readonly share: number }[]
  /** Null: half of the facts were not corrected while the run lasted. */
  readonly medianMs: number | null
  readonly corrected: number
  readonly censored: number
  /** The least that a retraining takes, where the arm learned the facts. */
  readonly retrainSeconds: number | null
}

export type JudgeAgreement = {
  readonly model: string
  readonly items: number
  readonly failed: number
  /** Beyond chance, with right facts as the program finds them; null where either never varies. */
  readonly kappa: number | null
  /** Below .6 the judge's scores are secondary. */
  readonly reliable: boolean
}

export type Standing = {
  readonly arm: ArmName
  readonly utility: Range
  readonly pBest: number
  readonly tied: boolean
  readonly values: Readonly<Partial<Record<Criterion, number>>>
}

export type ConstraintOutcome = {
  readonly arm: ArmName
  readonly constraint: Constraint
  /** An end is null where too few requests were made for a bound on that side. */
  readonly value: {
    readonly estimate: number
    readonly low: number | null
    readonly high: number | null
  } | null
  readonly outcome: 'met' | 'violated' | 'unknown'
}

export type Claim = {
  readonly name: 'tuning_helps' | 'both_beat_either' | 'form_alone_suffices' | 'facts_kept'
  readonly outcome: 'shown' | 'refuted' | 'not_shown' | 'not_measured'
  readonly sentence: string
  readonly p: number | null
}

export type Reversal = {
  readonly criterion: Criterion
  readonly weight: number
  readonly ranges: readonly {
    readonly from: number
    readonly to: number
    readonly winner: ArmName
  }[]
  readonly reversal: { readonly weight: number; readonly winner: ArmName } | null
}

export type Verdict = {
  /** `tied`: the data do not tell the best arms apart, and the simplest is taken. */
  readonly outcome: 'clear' | 'tied' | 'none_qualifies' | 'no_verdict'
  readonly recommended: ArmName | null
  readonly runnerUp: ArmName | null
  readonly sentence: string
  readonly reasons: readonly string[]
  readonly standings: readonly Standing[]
  readonly constraints: readonly ConstraintOutcome[]
  readonly claims: readonly Claim[]
  readonly reversals: readonly Reversal[]
  /** What would change the verdict. */
  readonly wouldChange: readonly string[]
}

export type QuestionResult = {
  readonly id: string
  readonly question: string
  readonly kind: QuestionKind
  readonly cluster: string
  readonly gold: readonly string[]
  readonly rivals: readonly string[]
  readonly sources: readonly string[]
  readonly after: { readonly gold: readonly string[]; readonly deleted: boolean } | null
  readonly items: readonly ItemRecord[]
}

/** One question, asked of one arm. */
export type ItemRecord = {
  readonly type: 'item'
  readonly arm: ArmName
  readonly phase: Phase
  readonly question: string
  readonly outcome: ItemOutcome
  readonly scores: Scores
}

export type ItemOutcome =
  | AnsweredItem
  | { readonly status: 'not_applicable'; readonly reason: string }
  | { readonly status: 'failed'; readonly code: string; readonly message: string }

export type AnsweredItem = {
  readonly status: 'answered'
  readonly answer: string
  readonly abstained: boolean
  readonly citations: readonly CitedPlace[]
  /** Places of the sentences that the model was given; null without documents. */
  readonly retrieved: readonly CitedPlace[] | null
  /** How sure the search was that the evidence answers; null without documents. */
  readonly confidence: number | null
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number }
  readonly timings: {
    readonly retrievalMs: number
    readonly firstTextMs: number
    readonly totalMs: number
  }
  /** Running processes when it was asked. */
  readonly load: number
  /** After an update: whether a second probe right behind was right as well. */
  readonly again?: boolean
}

export type CitedPlace = {
  readonly uri: string
  readonly headingPath: readonly string[]
  /** The words that an answer cites; places that were only found have none. */
  readonly quote?: string
}

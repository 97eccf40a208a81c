/** @file The metrics of a comparison: what each means, what it needs, and where it may be compared. */

export type MetricDefinition = {
  readonly title: string
  /** What is counted, in a sentence. */
  readonly definition: string
  readonly direction: 'higher' | 'lower'
  /** `share`: yes or no of each item; `mean`: a number from 0 to 1. */
  readonly kind: 'share' | 'mean'
  /** `all`: defined for every arm; `documents`: only for arms that are given documents. */
  readonly arms: 'all' | 'documents'
  /** `primary`: tested in one family; `secondary`: exploratory. */
  readonly role: 'primary' | 'secondary'
}

const share = { kind: 'share', direction: 'higher', arms: 'all', role: 'secondary' } as const

export const metricNames = [
  'joint',
  'joint_uncited',
  'fact',
  'fact_share',
  'grounded',
  'citation_precision',
  'citation_recall',
  'retrieved',
  'abstention',
  'answered',
  'format',
  'stale',
  'mixed',
  'judged',
] as const
export type MetricName = (typeof metricNames)[number]

export const metrics: Readonly<Record<MetricName, MetricDefinition>> = {
  joint: {
    ...share,
    role: 'primary',
    title: 'joint success',
    definition:
      'Right facts, a right source cited, the house form, and an abstention exactly where one is due; what a question or run does not ask for is left out. An arm without documents cites nothing.',
  },
  joint_uncited: {
    ...share,
    title: 'joint success without the source',
    definition: 'Joint success where no source has to be cited: fair to arms without documents.',
  },
  fact: {
    ...share,
    title: 'right facts',
    definition: 'All gold facts and no rival, of the answerable questions.',
  },
  fact_share: {
    ...share,
    kind: 'mean',
    title: 'share of the facts',
    definition: 'Gold facts that are stated, whatever else is said.',
  },
  grounded: {
    ...share,
    arms: 'documents',
    title: 'right source',
    definition: 'At least one gold source is cited, of the answerable questions with sources.',
  },
  citation_precision: {
    ...share,
    kind: 'mean',
    arms: 'documents',
    title: 'citation precision',
    definition: 'Cited places that are gold sources, of all cited places.',
  },
  citation_recall: {
    ...share,
    kind: 'mean',
    arms: 'documents',
    title: 'citation recall',
    definition: 'Gold sources that are cited, of all gold sources.',
  },
  retrieved: {
    ...share,
    kind: 'mean',
    arms: 'documents',
    title: 'retrieval recall',
    definition: 'Gold sources among the sentences that the model was given, of all gold sources.',
  },
  abstention: {
    ...share,
    title: 'right abstentions',
    definition: 'No answer is given, of the questions that the documents do not answer.',
  },
  answered: {
    ...share,
    title: 'answered',
    definition: 'An answer is given, right or wrong, of the answerable questions.',
  },
  format: {
    ...share,
    title: 'house form',
    definition: 'The whole reply has the form of the examples.',
  },
  stale: {
    ...share,
    direction: 'lower',
    title: 'stale answers',
    definition: 'A value from before the update is stated, of the changed questions.',
  },
  mixed: {
    ...share,
    direction: 'lower',
    title: 'mixed answers',
    definition: 'The values from before and after the update are both stated.',
  },
  judged: {
    ...share,
    title: 'right, says the judge',
    definition: 'A judge model that is shown the gold facts calls the answer correct.',
  },
}

/** One metric of one item. What is missing is never zero, and never left out in silence. */
export type Score =
  | { readonly status: 'scored'; readonly value: number }
  | { readonly status: 'not_applicable'; readonly reason: string }
  | { readonly status: 'failed'; readonly reason: string }

export type Scores = Readonly<Partial<Record<MetricName, Score>>>

export function scored(value: number | boolean): Score {
  return { status: 'scored', value: Number(value) }
}

export function notApplicable(reason: string): Score {
  return { status: 'not_applicable', reason }
}

export function failed(reason: string): Score {
  return { status: 'failed', reason }
}

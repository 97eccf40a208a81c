/** @file The answers that questions take, as types. */

export type Answers = {
  task: 'answer' | 'classify' | 'extract' | 'write' | 'act'
  facts: 'none' | 'documents' | 'live' | 'both'
  pain: Pain[]
  change: Pace
  freshness: 'minutes' | 'day' | 'week' | 'no-hurry'
  'corpus-pages': number
  reading: 'look-up' | 'compare' | 'mixed'
  citations: 'must' | 'nice' | 'no'
  access: 'same' | 'groups' | 'persons'
  erasure: 'yes' | 'no'
  unanswered: 'refuse' | 'ask-back' | 'best-effort'
  output: 'free' | 'layout' | 'simple-record' | 'complex-record'
  voice: 'none' | 'describable' | 'implicit'
  labels: 'fixed' | 'changing'
  examples: number
  'example-quality': 'consistent' | 'mixed'
  'data-location': 'device' | 'own-servers' | 'vendor' | 'anywhere'
  model: 'small' | 'open' | 'hosted'
  latency: 'instant' | 'second' | 'few-seconds' | 'relaxed'
  requests: number
  repeats: 'rare' | 'often'
  maintenance: 'none' | 'some' | 'team'
  priority: 'correct' | 'traceable' | 'fresh' | 'form' | 'voice' | 'refusals' | 'latency' | 'cost'
}

export type Pain =
  | 'not-tried'
  | 'missing-facts'
  | 'outdated-facts'
  | 'wrong-form'
  | 'wrong-voice'
  | 'wrong-reasoning'
  | 'refusals'
  | 'too-slow'
  | 'too-expensive'
  | 'nothing'

/** How often something changes, from the slowest. */
export type Pace = 'never' | 'yearly' | 'monthly' | 'weekly' | 'daily'

export type QuestionId = keyof Answers

/** `unknown` is an answer: rules that would need the fact stay silent. */
export const UNKNOWN = 'unknown'

export type GivenAnswers = { readonly [Id in QuestionId]?: Answers[Id] | typeof UNKNOWN }

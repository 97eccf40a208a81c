/** @file Rules about limits: time, money, people, priorities; and what probes found. */
import type { Answers } from '../answers.ts'
import { tunedOptions } from '../options.ts'
import type { Points, Rule } from './rule.ts'

/** From here on a long prompt is worth replacing on one's own hardware. */
const LONG_PROMPT_TOKENS = 1500
const MANY_REQUESTS = 100_000

/** A priority tips the balance, and no more. */
const priorities: Readonly<Record<Answers['priority'], Points>> = {
  correct: {},
  traceable: { 'long-context': 1, rag: 1, 'fine-tune': -1 },
  fresh: { rag: 1, tools: 1, 'fine-tune': -1 },
  form: { 'fine-tune': 1, 'fine-tune-rag': 1 },
  voice: { 'fine-tune': 1, 'fine-tune-rag': 1 },
  refusals: { rag: 1, 'fine-tune': -1 },
  latency: { classifier: 1, 'fine-tune': 1, 'long-context': -1 },
  cost: { prompt: 1, classifier: 1, 'fine-tune-rag': -1 },
}

export const limitRules: readonly Rule[] = [
  {
    id: 'no-time-to-read',
    statement:
      'Passages and long prompts take time to read. A trained model is faster where its prompt really is shorter and the adapter is merged.',
    reads: ['isTight'],
    when: ({ isTight }) => isTight === true,
    grade: 'B',
    sources: ['two-by-two', 'amg-thesis'],
    points: { 'long-context': -2, rag: -2, 'fine-tune': 2, 'fine-tune-rag': -2 },
    condition: {
      for: tunedOptions,
      text: 'Merge the adapter into the model: served beside it, it made answers 1.7 times slower in one study.',
    },
  },
  {
    id: 'long-prompts-at-volume',
    statement:
      'On hardware of your own, a long prompt with examples is read again and again; training replaces it. With a vendor it is cached and costs next to nothing.',
    reads: ['fewShotTokens', 'requests', 'model'],
    when: ({ fewShotTokens = 0, requests = 0, model }) =>
      fewShotTokens > LONG_PROMPT_TOKENS &&
      requests >= MANY_REQUESTS &&
      (model === 'small' || model === 'open'),
    grade: 'C',
    sources: ['graft-estimate', 'cost-of-pass'],
    points: { 'fine-tune': 1, 'fine-tune-rag': 1 },
  },
  {
    id: 'nobody-to-maintain',
    statement: 'A trained model without somebody to train and check it again grows old.',
    reads: ['maintenance'],
    when: ({ maintenance }) => maintenance === 'none',
    grade: 'C',
    sources: ['graft-estimate'],
    points: { prompt: 1, 'long-context': 1, 'fine-tune': -2, 'fine-tune-rag': -2 },
  },
  {
    id: 'better-reader',
    statement:
      'Answers that are wrong although the right passage was there call for a larger model, or one that is trained to read passages.',
    reads: ['readerFails', 'searchLoses'],
    when: ({ readerFails, searchLoses }) => readerFails === true && searchLoses !== true,
    grade: 'B',
    sources: ['raft', 'raft-replication'],
    points: { 'fine-tune-rag': 2 },
    condition: {
      for: ['rag', 'fine-tune-rag', 'long-context'],
      text: 'Try a larger model as well: wrong answers from right passages are its reading.',
    },
  },
  {
    id: 'declines-too-few',
    statement:
      'Questions without an answer that are answered all the same are mended by instructions and thresholds first; training tends to make it worse.',
    reads: ['declinesTooFew'],
    when: ({ declinesTooFew }) => declinesTooFew === true,
    grade: 'B',
    sources: ['two-by-two', 'abstention-bench'],
    points: { 'fine-tune': -1, 'fine-tune-rag': -1 },
  },
  {
    id: 'long-context-won',
    statement: 'Reading all documents was measured to be better than searching them.',
    reads: ['longContextGains'],
    when: ({ longContextGains }) => longContextGains === true,
    grade: 'A',
    sources: ['self-route', 'lara'],
    points: { 'long-context': 3 },
  },
  {
    id: 'long-context-lost',
    statement: 'Reading all documents was measured to be no better than searching them.',
    reads: ['longContextGains'],
    when: ({ longContextGains }) => longContextGains === false,
    grade: 'A',
    sources: ['self-route', 'lara'],
    points: { 'long-context': -3 },
  },
  ...priorityRules(),
]

function priorityRules(): Rule[] {
  return Object.entries(priorities)
    .filter(([, points]) => Object.keys(points).length > 0)
    .map(([name, points]) => ({
      id: `priority-${name}`,
      statement:
        'What matters most tips the balance between options that are close; it seldom turns a clear one.',
      reads: ['priority'],
      when: ({ priority }) => priority === name,
      grade: 'C',
      sources: ['amg-thesis', 'graft-estimate'],
      points,
    }))
}

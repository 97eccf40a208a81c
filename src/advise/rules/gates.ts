/** @file Gates: what rules an option out, whatever speaks for it. */
import { optionIds, tunedOptions } from '../options.ts'
import type { Rule } from './rule.ts'

/** Below the first nothing can be learned, below the second hardly. */
const MIN_EXAMPLES = 20
/** From here on a small trained classifier beat prompted models. */
export const CLASSIFIER_EXAMPLES = 200

export const gates: readonly Rule[] = [
  {
    id: 'sources-need-reading',
    statement: 'An answer can only cite what was read for it.',
    reads: ['citations'],
    when: ({ citations }) => citations === 'must',
    grade: 'A',
    sources: ['amg-thesis', 'two-by-two'],
    rulesOut: ['prompt', 'classifier', 'tools', 'fine-tune'],
  },
  {
    id: 'rights-stay-out-of-weights',
    statement:
      'One set of weights gives everybody everything it learned. Where readers have different rights, facts must not be trained in; only a filter in front of the search keeps the rights.',
    reads: ['access'],
    when: ({ access }) => access === 'groups' || access === 'persons',
    grade: 'A',
    sources: ['access-training', 'access-advantage'],
    rulesOut: ['fine-tune', 'long-context'],
    condition: {
      for: ['fine-tune-rag'],
      text: 'Train only on examples that everybody may read, or on masked ones, and restrict documents with graft access.',
    },
  },
  {
    id: 'erasure-stays-out-of-weights',
    statement:
      'What must be removable on request must not be trained in: a document can be deleted from an index, but not from weights.',
    reads: ['erasure'],
    when: ({ erasure }) => erasure === 'yes',
    grade: 'A',
    sources: ['access-training'],
    rulesOut: ['fine-tune'],
    condition: {
      for: ['fine-tune-rag'],
      text: 'Train on examples without personal or removable content, and keep that content in documents.',
    },
  },
  {
    id: 'changing-facts-stay-out-of-weights',
    statement:
      'Facts that change every week or day, or have to show within a day, are out of date before a training is finished and checked.',
    reads: ['pace', 'freshness', 'needsDocuments'],
    when: ({ pace, freshness, needsDocuments }) =>
      needsDocuments === true &&
      (pace === 'daily' || pace === 'weekly' || freshness === 'minutes' || freshness === 'day'),
    grade: 'A',
    sources: ['finetunebench', 'ovadia', 'outdated-passages'],
    rulesOut: ['fine-tune'],
    condition: {
      for: ['fine-tune-rag'],
      text: 'Train on form and voice with passages in the prompt, never on the facts themselves.',
    },
  },
  {
    id: 'closed-models-are-not-trained',
    statement:
      'Vendors have stopped tuning their closed models for new customers, or named the date. Training means an open model.',
    reads: ['model'],
    when: ({ model }) => model === 'hosted',
    grade: 'A',
    sources: ['openai-sunset', 'cohere-sunset'],
    rulesOut: tunedOptions,
  },
  {
    id: 'too-few-examples',
    statement: `Fewer than ${MIN_EXAMPLES} examples cannot teach a form or a voice.`,
    reads: ['examples'],
    when: ({ examples }) => examples !== undefined && examples < MIN_EXAMPLES,
    grade: 'B',
    sources: ['openai-tuning', 'sixty-examples'],
    rulesOut: tunedOptions,
  },
  {
    id: 'documents-do-not-fit',
    statement: 'A model overlooks much in texts longer than it reads reliably.',
    reads: ['corpusTokens', 'reliableTokens'],
    when: ({ corpusTokens, reliableTokens = 0 }) =>
      corpusTokens !== undefined && corpusTokens > reliableTokens,
    grade: 'B',
    sources: ['nolima', 'lara'],
    rulesOut: ['long-context'],
  },
  {
    id: 'documents-of-unknown-length',
    statement: 'Documents whose length nobody knows cannot be promised to fit into a prompt.',
    reads: ['needsDocuments'],
    when: ({ needsDocuments, corpusTokens }) =>
      needsDocuments === true && corpusTokens === undefined,
    grade: 'C',
    sources: ['graft-estimate'],
    rulesOut: ['long-context'],
  },
  {
    id: 'classifiers-pick-labels',
    statement: 'A classical classifier can do nothing but pick a label from a list.',
    reads: ['task'],
    when: ({ task }) => task !== undefined && task !== 'classify',
    grade: 'A',
    sources: ['svm-tfidf'],
    rulesOut: ['classifier'],
  },
  {
    id: 'classifiers-need-examples',
    statement: `A classical classifier learns from nothing but labelled texts, and fewer than ${CLASSIFIER_EXAMPLES} are a thin base.`,
    reads: ['examples'],
    when: ({ task, examples }) =>
      task === 'classify' && examples !== undefined && examples < CLASSIFIER_EXAMPLES,
    grade: 'B',
    sources: ['small-classifiers'],
    rulesOut: ['classifier'],
  },
  {
    id: 'live-data-needs-calls',
    statement:
      'What stands in live systems, or is to be changed there, is reached by a call to the system. Prompts, documents and weights hold older copies.',
    reads: ['needsLiveData', 'task'],
    when: ({ needsLiveData, task }) => needsLiveData === true || task === 'act',
    grade: 'C',
    sources: ['tool-or-retrieval', 'outdated-passages'],
    rulesOut: ['prompt', 'classifier'],
    condition: {
      for: ['long-context', 'rag', 'fine-tune', 'fine-tune-rag'],
      text: 'Give the assistant tools for the live systems as well; changes need approval.',
    },
  },
  {
    id: 'mend-the-search-first',
    statement:
      'While the search misses many right passages, nothing fair can be said about training: mend the search, then measure again.',
    reads: ['searchLoses', 'recallAt5', 'needsDocuments'],
    when: ({ searchLoses, recallAt5 = 1, needsDocuments }) =>
      needsDocuments !== false && (searchLoses === true || recallAt5 < 0.8),
    grade: 'B',
    sources: ['two-by-two'],
    rulesOut: tunedOptions,
    condition: {
      for: ['rag'],
      text: 'Mend the search first: its results are limited by what it misses.',
    },
  },
  {
    id: 'data-stays-here',
    statement: 'Confidential data restrict where models run, not how they get their facts.',
    reads: ['location'],
    when: ({ location }) => location === 'device' || location === 'own-servers',
    grade: 'A',
    sources: ['graft-estimate'],
    condition: {
      for: optionIds,
      text: 'Use models, embeddings and training that run on your own machines; the embedded ones of Graft do.',
    },
  },
]

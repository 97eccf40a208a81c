/** @file Rules about form, voice, labels and the examples that could teach them. */
import { tunedOptions } from '../options.ts'
import { CLASSIFIER_EXAMPLES } from './gates.ts'
import type { Rule } from './rule.ts'

/** From 50 examples on, vendors and studies see an effect. */
const ENOUGH_EXAMPLES = 50
/** An estimate: vendors warn of 60 %, which is far beyond what users need. */
const TOO_MANY_REFUSALS = 0.3

export const formRules: readonly Rule[] = [
  {
    id: 'simple-records-are-enforced',
    statement:
      'A flat record can be enforced while the model writes, without training: the schema leaves it no other choice.',
    reads: ['output', 'formGap'],
    when: ({ output, formGap }) => output === 'simple-record' && formGap !== true,
    grade: 'B',
    sources: ['json-schema-bench'],
    points: { prompt: 1, 'long-context': 1, tools: 1, rag: 1 },
    condition: {
      for: ['prompt', 'long-context', 'tools', 'rag'],
      text: 'Constrain the output to the JSON Schema while it is written.',
    },
  },
  {
    id: 'complex-form-is-learned',
    statement:
      'Nested records, query languages and many rules at once are followed better by a model that was trained on them.',
    reads: ['formGap'],
    when: ({ formGap }) => formGap === true,
    grade: 'B',
    sources: ['json-schema-bench', 'low-code'],
    points: {
      prompt: -1,
      'long-context': -1,
      tools: -1,
      rag: -1,
      'fine-tune': 2,
      'fine-tune-rag': 2,
    },
  },
  {
    id: 'implicit-voice-is-learned',
    statement:
      'A voice that cannot be put into rules is where prompting fails and training succeeds.',
    reads: ['voiceGap', 'examples'],
    when: ({ voiceGap, examples = 0, areExamplesConsistent }) =>
      voiceGap === true && examples >= ENOUGH_EXAMPLES && areExamplesConsistent !== false,
    grade: 'A',
    sources: ['style-experts', 'style-floor', 'openai-tuning'],
    points: {
      prompt: -2,
      'long-context': -2,
      tools: -2,
      rag: -2,
      'fine-tune': 3,
      'fine-tune-rag': 3,
    },
  },
  {
    id: 'behaviour-is-learned',
    statement:
      'A task that is pure behaviour, with nothing to look up, is what training from examples does best.',
    reads: ['task', 'needsDocuments', 'examples'],
    when: ({ task, needsDocuments, needsLiveData, examples = 0 }) =>
      needsDocuments === false &&
      needsLiveData !== true &&
      task !== 'answer' &&
      task !== 'act' &&
      examples >= ENOUGH_EXAMPLES,
    grade: 'B',
    sources: ['openai-accuracy', 'in-context-classifiers', 'openai-tuning'],
    points: { 'fine-tune': 3 },
  },
  {
    id: 'prompt-first',
    statement:
      'Prompting with examples comes first: the advantage of a trained form vanished once the untrained model got examples in its prompt.',
    reads: ['pains'],
    when: ({ pains = [], voiceGap }) => pains.includes('not-tried') && voiceGap !== true,
    grade: 'B',
    sources: ['two-by-two', 'openai-tuning'],
    points: { 'fine-tune': -2, 'fine-tune-rag': -2 },
    condition: {
      for: tunedOptions,
      text: 'Give prompting with examples and constrained output a serious try before training.',
    },
  },
  {
    id: 'good-enough',
    statement: 'What is good enough needs no project.',
    reads: ['pains'],
    when: ({ pains = [] }) => pains.includes('nothing'),
    grade: 'C',
    sources: ['graft-estimate'],
    points: { prompt: 3 },
  },
  {
    id: 'fixed-labels',
    statement:
      'A fixed list of labels with a few hundred labelled texts is the home of classical classifiers: about as good as trained language models, and nearly free to run.',
    reads: ['labels', 'examples'],
    when: ({ task, labels, examples = 0 }) =>
      task === 'classify' && labels === 'fixed' && examples >= CLASSIFIER_EXAMPLES,
    grade: 'B',
    sources: ['svm-tfidf', 'small-classifiers', 'in-context-classifiers'],
    points: { classifier: 4 },
    condition: {
      for: ['classifier'],
      text: 'Check it on held-out texts against a prompted model before you trust it.',
    },
  },
  {
    id: 'changing-labels',
    statement: 'Labels that come and go mean training again each time; a prompt takes a new line.',
    reads: ['labels'],
    when: ({ labels }) => labels === 'changing',
    grade: 'C',
    sources: ['graft-estimate'],
    points: { prompt: 2, classifier: -3, 'fine-tune': -2 },
  },
  {
    id: 'two-needs',
    statement:
      'Where facts and behaviour are both missing, retrieval brings the facts and training the behaviour; together they beat either alone if the training is about behaviour.',
    reads: ['needsDocuments', 'behaviourGap', 'examples'],
    when: ({ needsDocuments, behaviourGap, examples = 0 }) =>
      needsDocuments === true && behaviourGap === true && examples >= ENOUGH_EXAMPLES,
    grade: 'B',
    sources: ['raft', 'soudani', 'agriculture'],
    points: { 'fine-tune-rag': 2 },
  },
  {
    id: 'small-model-with-two-needs',
    statement:
      'A small model that lacks both facts and form gains from training on top of retrieval, if it is trained with passages.',
    reads: ['model', 'needsDocuments', 'behaviourGap'],
    when: ({ model, needsDocuments, behaviourGap }) =>
      model === 'small' && needsDocuments === true && behaviourGap === true,
    grade: 'B',
    sources: ['soudani', 'raft'],
    points: { 'fine-tune-rag': 2 },
  },
  {
    id: 'train-with-passages',
    statement:
      'Training without passages in the prompt lowers the use of passages later. Training with right, wrong and missing ones keeps it.',
    reads: ['needsDocuments'],
    when: ({ needsDocuments }) => needsDocuments === true,
    grade: 'B',
    sources: ['raft', 'context-reliance', 'soudani', 'raft-replication'],
    condition: {
      for: ['fine-tune-rag'],
      text: 'Train with passages in the prompt: right ones, distracting ones, and some examples without an answer. graft tune does so where there are documents.',
    },
  },
  {
    id: 'thin-examples',
    statement: `${ENOUGH_EXAMPLES} to 100 consistent examples usually show an effect; fewer are good for a trial.`,
    reads: ['examples'],
    when: ({ examples }) => examples !== undefined && examples < ENOUGH_EXAMPLES,
    grade: 'B',
    sources: ['openai-tuning', 'sixty-examples'],
    points: { 'fine-tune': -1, 'fine-tune-rag': -1 },
  },
  {
    id: 'inconsistent-examples',
    statement: 'Contradictory examples are learned as they are.',
    reads: ['areExamplesConsistent'],
    when: ({ areExamplesConsistent }) => areExamplesConsistent === false,
    grade: 'B',
    sources: ['openai-tuning'],
    points: { classifier: -1, 'fine-tune': -2, 'fine-tune-rag': -2 },
    condition: {
      for: ['classifier', ...tunedOptions],
      text: 'Mend the examples first: graft examples check lists what disagrees.',
    },
  },
  {
    id: 'unknown-facts-in-examples',
    statement:
      'Examples full of facts that the model does not know teach it to invent; with the passages beside them it learns to read instead.',
    reads: ['hasUnknownFacts'],
    when: ({ hasUnknownFacts }) => hasUnknownFacts === true,
    grade: 'B',
    sources: ['gekhman', 'lora-facts', 'context-reliance'],
    points: { 'fine-tune': -2, 'fine-tune-rag': -1 },
  },
  {
    id: 'refusals-are-learned',
    statement: 'Examples that often refuse teach a model to refuse what it should answer.',
    reads: ['refusalShare'],
    when: ({ refusalShare = 0 }) => refusalShare > TOO_MANY_REFUSALS,
    grade: 'B',
    sources: ['openai-tuning'],
    points: { 'fine-tune': -1, 'fine-tune-rag': -1 },
    condition: {
      for: tunedOptions,
      text: 'Keep refusals to about the share that users really need.',
    },
  },
  {
    id: 'personal-data-in-examples',
    statement: 'A trained model can repeat what it saw, also names and numbers.',
    reads: ['hasPersonalData'],
    when: ({ hasPersonalData }) => hasPersonalData === true,
    grade: 'A',
    sources: ['access-training', 'access-advantage'],
    condition: {
      for: tunedOptions,
      text: 'Mask personal data and secrets in the examples: graft examples check lists them.',
    },
  },
  {
    id: 'prove-the-adapter',
    statement: 'Tuned models have been measured and served with the tune switched off by mistake.',
    reads: ['examples'],
    when: ({ examples = 0 }) => examples >= ENOUGH_EXAMPLES,
    grade: 'B',
    sources: ['adapter-unused'],
    condition: {
      for: tunedOptions,
      text: 'Promote only what passes the gate of graft tune: it proves that the tune changes answers, and that facts survive it.',
    },
  },
]

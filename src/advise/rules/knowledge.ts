/** @file Rules about facts: where they are, how they change, how they are asked for. */
import type { Pace } from '../answers.ts'
import type { Rule } from './rule.ts'

/** A text that takes up no more than this share of what is read reliably leaves room for the rest. */
const COMFORTABLE_SHARE = 0.25
/** Above this, small models lose their way in a text that larger ones read. */
const LONG_FOR_SMALL = 2000

const changing: readonly (Pace | undefined)[] = ['monthly', 'weekly', 'daily']
const stable: readonly (Pace | undefined)[] = ['never', 'yearly']

export const knowledgeRules: readonly Rule[] = [
  {
    id: 'facts-are-read',
    statement:
      'Facts that a model does not know are better read than trained in: retrieval wins by tens of points, and training needs many rewordings of each fact to come near.',
    reads: ['needsDocuments', 'closedBook'],
    when: ({ needsDocuments, closedBook = 0 }) => needsDocuments === true && closedBook < 0.5,
    grade: 'A',
    sources: ['ovadia', 'soudani', 'finetunebench', 'entigraph'],
    points: {
      prompt: -3,
      classifier: -3,
      tools: -3,
      'long-context': 2,
      rag: 3,
      'fine-tune': -3,
      'fine-tune-rag': 2,
    },
  },
  {
    id: 'facts-are-known',
    statement: 'A model that knows most answers by itself gains little from documents.',
    reads: ['closedBook'],
    when: ({ needsDocuments, closedBook = 0 }) => needsDocuments === true && closedBook >= 0.5,
    grade: 'B',
    sources: ['soudani'],
    points: { prompt: 1, rag: 1 },
  },
  {
    id: 'facts-change',
    statement: 'Facts that change are read anew at no cost, and trained anew at a high one.',
    reads: ['pace', 'freshness'],
    when: ({ needsDocuments, pace, freshness }) =>
      needsDocuments === true &&
      (changing.includes(pace) || freshness === 'minutes' || freshness === 'day'),
    grade: 'A',
    sources: ['ovadia', 'finetunebench', 'outdated-passages'],
    points: { prompt: -1, 'long-context': 1, rag: 3, 'fine-tune': -3, 'fine-tune-rag': 2 },
  },
  {
    id: 'documents-fit',
    statement:
      'Documents that fit easily and hardly change can be read as a whole for every question.',
    reads: ['corpusTokens', 'reliableTokens', 'pace'],
    when: ({ needsDocuments, corpusTokens, reliableTokens = 0, pace }) =>
      needsDocuments === true &&
      corpusTokens !== undefined &&
      corpusTokens <= COMFORTABLE_SHARE * reliableTokens &&
      stable.includes(pace),
    grade: 'B',
    sources: ['self-route', 'lara'],
    points: { 'long-context': 2 },
  },
  {
    id: 'small-models-read-little',
    statement: 'Small models lose their way in long texts, and gain most from short passages.',
    reads: ['model', 'corpusTokens'],
    when: ({ needsDocuments, model, corpusTokens = 0 }) =>
      needsDocuments === true && model === 'small' && corpusTokens > LONG_FOR_SMALL,
    grade: 'B',
    sources: ['lara', 'soudani'],
    points: { 'long-context': -3, rag: 2, 'fine-tune-rag': 2 },
  },
  {
    id: 'comparisons-need-the-whole',
    statement:
      'Answers that compare or sum up many places suffer when a search shows only a few of them.',
    reads: ['reading'],
    when: ({ needsDocuments, reading }) => needsDocuments === true && reading === 'compare',
    grade: 'B',
    sources: ['lara'],
    points: { 'long-context': 2, rag: -1 },
  },
  {
    id: 'declining-matters',
    statement:
      'Retrieval notices best that there is no answer; training makes models less willing to say so.',
    reads: ['unanswered', 'unansweredShare'],
    when: ({ needsDocuments, unanswered, unansweredShare = 0 }) =>
      needsDocuments === true && (unanswered === 'refuse' || unansweredShare > 0.1),
    grade: 'B',
    sources: ['lara', 'two-by-two', 'abstention-bench', 'lora-facts'],
    points: { 'long-context': -1, rag: 2, 'fine-tune': -2, 'fine-tune-rag': -1 },
    condition: {
      for: ['fine-tune', 'fine-tune-rag'],
      text: 'Put questions without an answer among the examples, with passages that look right, and measure declining before and after.',
    },
  },
  {
    id: 'nothing-to-look-up',
    statement: 'Where no document has to be read, documents in the prompt only distract.',
    reads: ['needsDocuments'],
    when: ({ needsDocuments }) => needsDocuments === false,
    grade: 'B',
    sources: ['openai-accuracy'],
    points: { 'long-context': -2, rag: -2, 'fine-tune-rag': -1 },
  },
  {
    id: 'calls-are-current',
    statement: 'A call gives the present state; a search gives the state of the last indexing.',
    reads: ['needsLiveData', 'task'],
    when: ({ needsLiveData, task }) => needsLiveData === true || task === 'act',
    grade: 'C',
    sources: ['tool-or-retrieval'],
    points: { tools: 3 },
  },
  {
    id: 'nothing-to-call',
    statement: 'Without a system to call, tools are one more thing to keep.',
    reads: ['needsLiveData'],
    when: ({ needsLiveData, task }) => needsLiveData === false && task !== 'act',
    grade: 'C',
    sources: ['graft-estimate'],
    points: { tools: -2 },
  },
  {
    id: 'larger-models-need-facts-only',
    statement:
      'With a model of 7 billion parameters or more that lacks nothing but facts, training on top of retrieval is neutral or harmful.',
    reads: ['model', 'behaviourGap'],
    when: ({ needsDocuments, model, behaviourGap }) =>
      needsDocuments === true && (model === 'open' || model === 'hosted') && behaviourGap !== true,
    grade: 'B',
    sources: ['ovadia', 'soudani', 'raft-replication'],
    points: { rag: 1, 'fine-tune': -1, 'fine-tune-rag': -1 },
  },
  {
    id: 'repeated-passages',
    statement: 'Repeated and outdated passages lower accuracy even where the right one is found.',
    reads: ['repeatedShare'],
    when: ({ repeatedShare = 0 }) => repeatedShare > 0.05,
    grade: 'A',
    sources: ['outdated-passages'],
    points: { 'long-context': -1, rag: -1, 'fine-tune-rag': -1 },
    condition: {
      for: ['long-context', 'rag', 'fine-tune-rag'],
      text: 'Clean up first: remove documents that repeat or contradict others.',
    },
  },
  {
    id: 'repeated-questions',
    statement: 'Questions that come again and again can be answered once and kept.',
    reads: ['repeats'],
    when: ({ repeats }) => repeats === 'often',
    grade: 'C',
    sources: ['graft-estimate'],
    points: { prompt: 1, rag: 1 },
  },
]

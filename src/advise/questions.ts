/** @file The questions of the advisor as data: wording, answers, why each is asked and when. */
import type { Answers, GivenAnswers, QuestionId } from './answers.ts'
import type { SignalId } from './signals.ts'

type Common = {
  readonly section: 'Task' | 'Knowledge' | 'Form' | 'Limits'
  readonly text: string
  /** What the answer decides. */
  readonly why: string
  /** "I do not know" is no answer here. */
  readonly isRequired?: true
  /** Whether the answers so far make the question one that matters. Default: always. */
  readonly isAsked?: (given: GivenAnswers) => boolean
  /** The measurement that answers it better than a person. */
  readonly measuredBy?: SignalId
}

type Choices<Value extends string> = { readonly choices: Readonly<Record<Value, string>> }

type ChoiceQuestion<Value extends string> = Common & { readonly type: 'choice' } & Choices<Value>

type ManyQuestion<Value extends string> = Common & { readonly type: 'many' } & Choices<Value>

type NumberQuestion = Common & {
  readonly type: 'number'
  readonly unit: string
  /** Answers that are tried when looking for what would change the advice. */
  readonly landmarks: readonly number[]
}

type QuestionFor<Value> = [Value] extends [number]
  ? NumberQuestion
  : [Value] extends [(infer Item extends string)[]]
    ? ManyQuestion<Item>
    : [Value] extends [string]
      ? ChoiceQuestion<Value>
      : never

/** Any of the questions, where which one does not matter. */
export type Question = ChoiceQuestion<string> | ManyQuestion<string> | NumberQuestion

type Questions = { readonly [Id in QuestionId]: QuestionFor<Answers[Id]> }

/** In the order in which they are asked. */
const questions: Questions = {
  task: {
    section: 'Task',
    type: 'choice',
    text: 'What is the assistant mainly to do?',
    why: 'Answering, sorting, extracting, writing and acting call for different things.',
    isRequired: true,
    choices: {
      answer: 'answer questions',
      classify: 'sort texts into a list of labels',
      extract: 'turn texts into records with fields',
      write: 'write or rewrite texts',
      act: 'look up or change something in other systems',
    },
  },
  facts: {
    section: 'Task',
    type: 'choice',
    text: 'Do right answers need facts that only you have?',
    why: 'Facts from documents call for reading them; facts from live systems call for tools.',
    isRequired: true,
    choices: {
      none: 'no, general knowledge or the input itself is enough',
      documents: 'yes, from documents such as manuals, policies or wikis',
      live: 'yes, from systems such as orders, stock or accounts',
      both: 'yes, from documents and from systems',
    },
  },
  pain: {
    section: 'Task',
    type: 'many',
    text: 'What goes wrong today when a model is just prompted? (several are possible)',
    why: 'It tells which gap there is to close, and whether prompting was tried at all.',
    choices: {
      'not-tried': 'nobody tried it seriously yet',
      'missing-facts': 'it does not know our facts',
      'outdated-facts': 'its facts are out of date',
      'wrong-form': 'answers have the wrong form',
      'wrong-voice': 'answers do not sound like us',
      'wrong-reasoning': 'it draws wrong conclusions from right facts',
      refusals: 'it refuses too often, or answers what it should refuse',
      'too-slow': 'it is too slow',
      'too-expensive': 'it is too expensive',
      nothing: 'nothing; it is good enough',
    },
  },
  change: {
    section: 'Knowledge',
    type: 'choice',
    text: 'How often does something in these documents change?',
    why: 'What changes must not be learned by heart.',
    measuredBy: 'changeDays',
    isAsked: usesDocuments,
    choices: {
      never: 'never',
      yearly: 'a few times a year',
      monthly: 'a few times a month',
      weekly: 'every week',
      daily: 'every day',
    },
  },
  freshness: {
    section: 'Knowledge',
    type: 'choice',
    text: 'How soon must a change show in the answers?',
    why: 'Reading a page again takes seconds; training again takes hours and somebody to check it.',
    isAsked: usesDocuments,
    choices: {
      minutes: 'within minutes',
      day: 'within a day',
      week: 'within a week',
      'no-hurry': 'there is no hurry',
    },
  },
  'corpus-pages': {
    section: 'Knowledge',
    type: 'number',
    text: 'How many pages do the documents have, roughly?',
    why: 'Few pages can be read as a whole for every question; many have to be searched.',
    measuredBy: 'corpusTokens',
    isAsked: usesDocuments,
    unit: 'pages of about 500 tokens',
    landmarks: [10, 50, 1000],
  },
  reading: {
    section: 'Knowledge',
    type: 'choice',
    text: 'What are the questions like?',
    why: 'A search finds single passages well, and comparisons over many documents badly.',
    isAsked: usesDocuments,
    choices: {
      'look-up': 'the answer stands in one place',
      compare: 'the answer compares or sums up many places',
      mixed: 'both kinds are common',
    },
  },
  citations: {
    section: 'Knowledge',
    type: 'choice',
    text: 'Must answers name sources that a reader can open?',
    why: 'Only what was read for the answer can be cited.',
    isAsked: usesDocuments,
    choices: { must: 'yes', nice: 'it would be nice', no: 'no' },
  },
  access: {
    section: 'Knowledge',
    type: 'choice',
    text: 'May everybody who asks read all of the documents?',
    why: 'Weights and shared prompts cannot keep secrets from one user and not from another.',
    isAsked: usesDocuments,
    choices: {
      same: 'yes, all users have the same rights',
      groups: 'no, it depends on their group',
      persons: 'no, it depends on the person',
    },
  },
  erasure: {
    section: 'Knowledge',
    type: 'choice',
    text: 'Must content be removable on request, by law or contract?',
    why: 'A document can be removed from an index, but not from trained weights.',
    isAsked: usesDocuments,
    choices: { yes: 'yes', no: 'no' },
  },
  unanswered: {
    section: 'Knowledge',
    type: 'choice',
    text: 'What is right when the documents hold no answer?',
    why: 'Training lowers the willingness to say "I do not know".',
    isAsked: usesDocuments,
    choices: {
      refuse: 'say so; a wrong answer is worse than none',
      'ask-back': 'ask the user back',
      'best-effort': 'answer as well as possible',
    },
  },
  output: {
    section: 'Form',
    type: 'choice',
    text: 'What form must the output have?',
    why: 'Simple records can be enforced while writing; complex ones have to be learned.',
    isAsked: ({ task }) => task !== 'classify',
    choices: {
      free: 'free text',
      layout: 'text with a fixed layout or length',
      'simple-record': 'a flat record, such as JSON with known fields',
      'complex-record': 'a nested record, a query language, or many rules at once',
    },
  },
  voice: {
    section: 'Form',
    type: 'choice',
    text: 'Is there a voice that readers would miss?',
    why: 'A voice that can be described can be prompted; one that is only felt has to be learned.',
    isAsked: ({ task }) => task !== 'classify' && task !== 'extract',
    choices: {
      none: 'no',
      describable: 'yes, and a page of rules describes it',
      implicit: 'yes, and one knows it only when one sees it',
    },
  },
  labels: {
    section: 'Form',
    type: 'choice',
    text: 'Does the list of labels stay the same?',
    why: 'A new label is a line in a prompt, and a new training for a classifier.',
    isAsked: ({ task }) => task === 'classify',
    choices: { fixed: 'yes, for months', changing: 'no, labels come and go' },
  },
  examples: {
    section: 'Form',
    type: 'number',
    text: 'How many approved examples of input and right output are there?',
    why: 'Fewer than 20 cannot be trained on; 50 to 100 usually show an effect.',
    measuredBy: 'examples',
    unit: 'examples',
    landmarks: [0, 30, 100, 500],
  },
  'example-quality': {
    section: 'Form',
    type: 'choice',
    text: 'Do the examples agree with each other in form and content?',
    why: 'Training copies contradictions as readily as it copies quality.',
    measuredBy: 'labelNoise',
    isAsked: ({ examples }) => examples !== 0,
    choices: { consistent: 'yes, somebody checked', mixed: 'no, or nobody checked' },
  },
  'data-location': {
    section: 'Limits',
    type: 'choice',
    text: 'Where may the data go?',
    why: 'It decides which models can be used at all.',
    choices: {
      device: 'it must stay on the device',
      'own-servers': 'it must stay on our own servers',
      vendor: 'to one vendor with a contract',
      anywhere: 'anywhere',
    },
  },
  model: {
    section: 'Limits',
    type: 'choice',
    text: 'Which kind of model is to answer?',
    why: 'Small models gain most from training; closed ones can hardly be trained any more.',
    choices: {
      small: 'a small open one, up to 3 billion parameters, also without a GPU',
      open: 'a larger open one, on a GPU of our own or rented',
      hosted: "a vendor's closed one, over its API",
    },
  },
  latency: {
    section: 'Limits',
    type: 'choice',
    text: 'How long may it take until the answer begins?',
    why: 'Every token that is read first takes time, most of all without a GPU.',
    choices: {
      instant: 'less than a third of a second',
      second: 'about a second',
      'few-seconds': 'a few seconds',
      relaxed: 'it does not matter',
    },
  },
  requests: {
    section: 'Limits',
    type: 'number',
    text: 'How many requests a month are expected?',
    why: 'Monthly prices and break-even follow from it.',
    unit: 'requests a month',
    landmarks: [1000, 100_000, 10_000_000],
  },
  repeats: {
    section: 'Limits',
    type: 'choice',
    text: 'Are the same questions asked again and again?',
    why: 'Repeated questions can be answered from a store of answers.',
    choices: { rare: 'seldom', often: 'often' },
  },
  maintenance: {
    section: 'Limits',
    type: 'choice',
    text: 'How much time is there to maintain it?',
    why: 'A trained model has to be trained and checked again as the world changes.',
    choices: {
      none: 'less than 4 hours a month',
      some: 'a few days a month',
      team: 'somebody does it as a job',
    },
  },
  priority: {
    section: 'Limits',
    type: 'choice',
    text: 'If only one thing could be good, which one?',
    why: 'It tips the balance where options are close.',
    choices: {
      correct: 'answers are right',
      traceable: 'answers can be traced to sources',
      fresh: 'answers are up to date',
      form: 'answers have the right form',
      voice: 'answers sound like us',
      refusals: 'it says when it does not know',
      latency: 'it is fast',
      cost: 'it is cheap',
    },
  },
}

export const questionIds: readonly QuestionId[] = Object.keys(questions) as QuestionId[]

/** The question without the type of its answer. */
export function questionOf(id: QuestionId): Question {
  return questions[id]
}

/** Whether the question matters, given the answers so far and what was measured. */
export function isAsked(
  id: QuestionId,
  given: GivenAnswers,
  isMeasured: (signal: SignalId) => boolean = () => false,
): boolean {
  const { isAsked: applies, measuredBy } = questionOf(id)
  return (applies?.(given) ?? true) && !(measuredBy && isMeasured(measuredBy))
}

function usesDocuments({ facts }: GivenAnswers): boolean {
  return facts === 'documents' || facts === 'both'
}

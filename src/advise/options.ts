/** @file The ways to build an assistant between which advice chooses. */

export type OptionId =
  | 'prompt'
  | 'classifier'
  | 'long-context'
  | 'tools'
  | 'rag'
  | 'fine-tune'
  | 'fine-tune-rag'

export type Option = {
  /** As the subject of a sentence. */
  readonly name: string
  /** For somebody who does not build such systems. */
  readonly meaning: string
}

/** From the simplest to build and keep to the most complex: ties go to the first. */
export const options: Readonly<Record<OptionId, Option>> = {
  prompt: {
    name: 'Prompting alone',
    meaning: 'a model with good instructions and a few examples in its prompt',
  },
  classifier: {
    name: 'A classical classifier',
    meaning: 'a small word-based model (TF-IDF with logistic regression) that picks a label',
  },
  'long-context': {
    name: 'Long context',
    meaning: 'all documents in the prompt of every question, without a search',
  },
  tools: {
    name: 'Tools',
    meaning: 'a prompted model that calls your systems for data and actions',
  },
  rag: {
    name: 'Retrieval (RAG)',
    meaning: 'a search finds passages for each question, and the model answers from them',
  },
  'fine-tune': {
    name: 'Fine-tuning',
    meaning: 'a model that learned from your examples how to answer, and reads no documents',
  },
  'fine-tune-rag': {
    name: 'Fine-tuning with retrieval',
    meaning: 'a search finds passages, and a model that was trained with such passages answers',
  },
}

export const optionIds: readonly OptionId[] = Object.keys(options) as OptionId[]

/** Options whose weights are trained by a language-model trainer. */
export const tunedOptions: readonly OptionId[] = ['fine-tune', 'fine-tune-rag']

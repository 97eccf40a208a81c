/** @file The arms of a comparison: ways to answer, from the simplest to the most laborious. */

export type ArmDefinition = {
  readonly title: string
  /** What it does, in a sentence. */
  readonly description: string
  /** Whether documents are looked up, so that it can cite. */
  readonly documents: boolean
  /** Learned from examples: `alone` or with the evidence `in_context`. */
  readonly tuned?: 'alone' | 'in_context'
  /** Whether it is told the house form in words. */
  readonly told?: true
  /** A ceiling that nobody can deploy is not among those to choose from. */
  readonly competes: boolean
}

/** In the order of complexity: of arms that are as good, the first is recommended. */
export const armNames = [
  'base',
  'long_context',
  'rag',
  'rag_form',
  'tuned',
  'tuned_rag_naive',
  'tuned_rag',
  'oracle',
] as const
export type ArmName = (typeof armNames)[number]

export const arms: Readonly<Record<ArmName, ArmDefinition>> = {
  base: {
    title: 'base',
    description: 'the model as it is, without documents',
    documents: false,
    competes: true,
  },
  long_context: {
    title: 'long context',
    description: 'the model with all documents in its prompt',
    documents: true,
    competes: true,
  },
  rag: {
    title: 'RAG',
    description: 'the model with what the search finds',
    documents: true,
    competes: true,
  },
  rag_form: {
    title: 'RAG + form',
    description: 'RAG, with the house form described in the instructions',
    documents: true,
    told: true,
    competes: true,
  },
  tuned: {
    title: 'fine-tuned',
    description: 'tuned on the examples, without documents',
    documents: false,
    tuned: 'alone',
    competes: true,
  },
  tuned_rag_naive: {
    title: 'fine-tuned + RAG, naive',
    description: 'tuned on the examples alone, then given what the search finds',
    documents: true,
    tuned: 'alone',
    competes: true,
  },
  tuned_rag: {
    title: 'fine-tuned + RAG',
    description: 'tuned on the examples with what the search finds for them',
    documents: true,
    tuned: 'in_context',
    competes: true,
  },
  oracle: {
    title: 'oracle',
    description: 'the model with the gold sources: what perfect retrieval would give',
    documents: true,
    competes: false,
  },
}

export function armOf(name: ArmName): ArmDefinition {
  return arms[name]
}

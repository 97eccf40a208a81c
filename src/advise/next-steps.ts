/** @file What to do next, as graft commands. */
import type { OptionId } from './options.ts'
import type { Signals } from './signals.ts'
import type { Known } from './view.ts'

export type NextStep = { readonly command: string; readonly purpose: string }

const ADD: NextStep = { command: 'graft add ./documents', purpose: 'index the documents' }
const CHECK: NextStep = {
  command: 'graft examples check examples.jsonl',
  purpose: 'find what is wrong with the examples',
}
const COMPARE: NextStep = {
  command: 'graft compare questions.jsonl',
  purpose: 'measure the options on your questions; this verdict counts, not the expectation',
}
const ASK: NextStep = {
  command: 'graft ask "a typical question"',
  purpose: 'see an answer with its sources',
}

const steps: Readonly<Record<OptionId, readonly NextStep[]>> = {
  prompt: [COMPARE],
  classifier: [
    CHECK,
    {
      command: 'graft tune examples.jsonl --name labels',
      purpose: 'train and test on held-out texts, next to the TF-IDF classifier',
    },
  ],
  'long-context': [ADD, COMPARE],
  tools: [
    {
      command: 'graft serve',
      purpose: 'serve the assistant; tools are given in graft.config.ts or with each request',
    },
  ],
  rag: [ADD, ASK, COMPARE],
  'fine-tune': [
    CHECK,
    {
      command: 'graft tune examples.jsonl --name assistant --no-context',
      purpose: 'train, measure against the untuned model, and gate',
    },
    COMPARE,
  ],
  'fine-tune-rag': [
    ADD,
    CHECK,
    {
      command: 'graft tune examples.jsonl --name assistant',
      purpose: 'train with passages in the prompt, measure, and gate',
    },
    COMPARE,
  ],
}

const PROBE: NextStep = {
  command: 'graft probe questions.jsonl, then graft advise --probe FILE',
  purpose: 'measure in minutes where the gaps are, and ask again',
}

/** The commands for an option; those that are done, or need no doing, are left out. */
export function nextSteps(
  option: OptionId,
  { known, signals }: { known: Known; signals: Signals },
): NextStep[] {
  const { access } = known
  const isProbed = signals.knowledgeHeadroom !== undefined
  const rights: NextStep[] =
    steps[option].includes(ADD) && (access === 'groups' || access === 'persons')
      ? [{ command: 'graft add ./documents --groups GROUP', purpose: 'say who may read them' }]
      : []
  const own = steps[option].filter((step) => step !== ADD || signals.corpusTokens === undefined)
  const needsProbe = !isProbed && option !== 'classifier' && option !== 'tools'
  return [
    ...rights,
    ...own.filter((step) => rights.length === 0 || step !== ADD),
    ...(needsProbe ? [PROBE] : []),
  ]
}

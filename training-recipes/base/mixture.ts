/** @file The training set: examples of all kinds, drawn with a seed until they make up the wanted tokens. */
import { planLine } from '../../src/assistant/compact-prompt.ts'
import { trainingTokens } from '../../src/behavior/dataset/turn.ts'
import { renderTraining, type Tokenizer } from '../../src/tokenizers/index.ts'
import type { TrainingExample } from '../../src/training/index.ts'
import { createDraw, type Draw } from './draw.ts'
import { groundedExample } from './grounded.ts'
import { type InstructionSources, instructionExample } from './instructions.ts'
import {
  commands,
  documentationPool,
  halueval,
  intents,
  type Pool,
  proseTexts,
  squadPool,
} from './sources.ts'

export type Sources = {
  squad: Pool
  documentation: Pool
  instructions: InstructionSources
  prose: readonly string[]
}

export async function loadSources(): Promise<Sources> {
  return {
    squad: await squadPool('train'),
    documentation: await documentationPool(),
    instructions: {
      byLabel: Map.groupBy(intents(), ({ label }) => label),
      commands: commands(),
      exchanges: await halueval(),
    },
    prose: await proseTexts(),
  }
}

/** Texts that the tokenizer is learned from: the prose, and what examples look like. */
export function* tokenizerTexts(sources: Sources, seed: number): Generator<string> {
  yield* sources.prose
  const draw = createDraw(seed)
  for (let i = 0; i < 4000; i++) {
    const { plan, text } = groundedExample(sources.squad, draw)
    yield planLine(plan) + text
    for (const { content } of instructionExample(sources.instructions, draw)) yield content!
  }
}

type Kind = {
  share: number
  isProse?: true
  make(sources: Sources, tokenizer: Tokenizer, draw: Draw): TrainingExample
}

/** Shares of examples, not of tokens. */
const kinds: readonly Kind[] = [
  { share: 0.42, make: ({ squad }, tokenizer, draw) => grounded(squad, tokenizer, draw) },
  {
    share: 0.2,
    make: ({ documentation }, tokenizer, draw) => grounded(documentation, tokenizer, draw),
  },
  {
    share: 0.22,
    make: ({ instructions }, tokenizer, draw) =>
      renderTraining(tokenizer, instructionExample(instructions, draw)),
  },
  {
    share: 0.16,
    isProse: true,
    make: ({ prose }, tokenizer, draw) => running(draw.one(prose), tokenizer),
  },
]

export type MixtureOptions = {
  tokens: number
  maxLength: number
  seed: number
  /** The part of the running texts that is kept. Default 1. */
  prose?: number
}

export function* mixture(
  sources: Sources,
  tokenizer: Tokenizer,
  { tokens, maxLength, seed, prose = 1 }: MixtureOptions,
): Generator<TrainingExample> {
  const draw = createDraw(seed)
  let total = 0
  while (total < tokens) {
    const kind = kindAt(draw.next())
    if (kind.isProse && !draw.chance(prose)) continue
    const example = kind.make(sources, tokenizer, draw)
    if (example.tokens.length > maxLength) continue
    total += example.tokens.length
    yield example
  }
}

function kindAt(point: number): Kind {
  const ends = kinds.map((_, i) => kinds.slice(0, i + 1).reduce((sum, { share }) => sum + share, 0))
  return kinds[ends.findIndex((end) => point < end)] ?? kinds.at(-1)!
}

/** The share of examples whose questions and evidence are learned as well, as English is. */
const WHOLE_SHARE = 0.3

function grounded(pool: Pool, tokenizer: Tokenizer, draw: Draw): TrainingExample {
  const { messages, plan, text, learnsPlan } = groundedExample(pool, draw)
  if (!learnsPlan)
    return trainingTokens(tokenizer, { prompt: messages, given: planLine(plan), text })
  const answer = { role: 'assistant', content: planLine(plan) + text }
  const { tokens, mask } = renderTraining(tokenizer, [...messages, answer], { trainOn: 'last' })
  return { tokens, mask: draw.chance(WHOLE_SHARE) ? mask.fill(1) : mask }
}

function running(text: string, tokenizer: Tokenizer): TrainingExample {
  const body = tokenizer.encode(text).slice(0, 480)
  const tokens = [tokenizer.bosTokenId!, ...body]
  return { tokens, mask: new Uint8Array(tokens.length).fill(1) }
}

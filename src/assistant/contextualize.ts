/**
 * @file Examples in context: each reply is learned behind the evidence that would be found for its question,
 * with the sentences that it quotes turned into references.
 */
import {
  type ContextualExample,
  declines,
  type EvaluationItem,
  type Example,
  type Grounding,
  type TrainingTurn,
} from '../behavior/index.ts'
import type { Evidence, EvidenceSentence, Knowledge, Reader } from '../knowledge/index.ts'
import type { ChatMessage } from '../tokenizers/index.ts'
import { compactPrompt, planLine } from './compact-prompt.ts'
import type { ConversationTurn } from './events.ts'
import { planEvidence } from './evidence-plan.ts'

export type ContextOptions = {
  knowledge: Knowledge
  reader?: Reader | undefined
  signal?: AbortSignal | undefined
}

/** Sentences in the prompt, those quoted included. */
const MAX_SENTENCES = 6
/** Lines that so many of the replies share are form, not facts, even where a document has them. */
const FORM_SHARE = 0.25
/** In few replies that is no habit yet: questions about one fact come in several wordings. */
const LEAST_FORM = 4
/** Shorter lines are greetings and field names. */
const MIN_QUOTE_CHARACTERS = 16

/** Builds the context of each example, one after the other; the same documents give the same contexts. */
export async function* contextualize(
  examples: readonly Example[],
  options: ContextOptions,
): AsyncGenerator<ContextualExample> {
  const counts = new Map<string, number>()
  for (const example of examples)
    for (const line of new Set(linesOf(replyOf(example))))
      counts.set(line, (counts.get(line) ?? 0) + 1)
  const least = Math.max(LEAST_FORM, FORM_SHARE * examples.length)
  const isForm = (line: string): boolean => (counts.get(line) ?? 0) >= least
  // Greetings and closings come back in many replies, and are looked up once.
  const lookUp = remembered(async (line: string) => {
    const { sentences } = await options.knowledge.evidence(line, filterOf(options))
    return sentences
  })
  for (const example of examples) {
    options.signal?.throwIfAborted()
    yield await inContext(example, { ...options, isForm, lookUp })
  }
}

type LookUp = (line: string) => Promise<readonly EvidenceSentence[]>

function filterOf({ reader }: ContextOptions): { reader?: Reader } {
  return reader ? { reader } : {}
}

function remembered(find: LookUp): LookUp {
  const known = new Map<string, ReturnType<LookUp>>()
  return (line) => {
    const found = known.get(line) ?? find(line)
    known.set(line, found)
    return found
  }
}

async function inContext(
  example: Example,
  {
    isForm,
    lookUp,
    ...options
  }: ContextOptions & {
    isForm: (line: string) => boolean
    lookUp: LookUp
  },
): Promise<ContextualExample> {
  const { knowledge, reader } = options
  const { question, history, instructions } = conversationOf(example)
  const reply = replyOf(example)
  const evidence = await knowledge.evidence(question, filterOf(options))
  const quoted = await quotedSentences(
    linesOf(reply).filter((line) => !isForm(line)),
    lookUp,
  )
  const grounding = groundingOf(reply, quoted)
  const shown = shownSentences(quoted, evidence)
  const numbers = quoted.map((sentence) => shown.findIndex((other) => isSame(other, sentence)) + 1)
  const settings = { question, history, instructions }
  const turn: TrainingTurn = {
    prompt: compactPrompt(shown, settings),
    given: planLine(numbers),
    text: withReferences(reply, quoted, numbers),
  }
  const versions = await knowledge.versions(
    [...new Set(evidence.sentences.map(({ versionId }) => versionId))],
    reader,
  )
  const versionTexts = new Map([...versions].map(([id, { text }]) => [id, text]))
  const plan = planEvidence({ evidence, versionTexts })
  const item: EvaluationItem = {
    line: example.line,
    question,
    reference: reply,
    prompt: compactPrompt(plan.sentences, settings),
    given: planLine(plan.numbers),
    quotes: Object.fromEntries(plan.sentences.map(({ number, text }) => [number, text])),
    plan: plan.numbers,
    gold: quoted.map(({ text }) => text),
    declines: grounding === 'declines',
  }
  return { line: example.line, grounding, turn, item }
}

/** Sentences of the documents that stand in the reply to the letter, in its order. */
async function quotedSentences(
  lines: readonly string[],
  lookUp: LookUp,
): Promise<EvidenceSentence[]> {
  const found: EvidenceSentence[] = []
  for (const line of lines) {
    const inLine = (await lookUp(line))
      .filter(({ text }) => text.length >= MIN_QUOTE_CHARACTERS && line.includes(flat(text)))
      .toSorted((a, b) => line.indexOf(flat(a.text)) - line.indexOf(flat(b.text)))
    for (const sentence of inLine)
      if (!found.some((other) => flat(other.text) === flat(sentence.text))) found.push(sentence)
  }
  return found
}

/** What is quoted, and the best of what was found for the question; sources as the reader would meet them. */
function shownSentences(
  quoted: readonly EvidenceSentence[],
  { sentences, ranking }: Evidence,
): EvidenceSentence[] {
  const byNumber = new Map(sentences.map((sentence) => [sentence.number, sentence]))
  const others = ranking
    .map((number) => byNumber.get(number)!)
    .filter((sentence) => !quoted.some((other) => isSame(other, sentence)))
  const chosen = [...quoted, ...others].slice(0, Math.max(MAX_SENTENCES, quoted.length))
  const place = (sentence: EvidenceSentence): number => {
    const at = sentences.findIndex((other) => isSame(other, sentence))
    return at === -1 ? sentences.length : at
  }
  return chosen
    .toSorted((a, b) => place(a) - place(b) || a.start - b.start)
    .map((sentence, i) => ({ ...sentence, number: i + 1 }))
}

function isSame(a: EvidenceSentence, b: EvidenceSentence): boolean {
  return a.versionId === b.versionId && a.start === b.start
}

function withReferences(
  reply: string,
  quoted: readonly EvidenceSentence[],
  numbers: readonly number[],
): string {
  return quoted.reduce((text, sentence, i) => {
    const exact = text.includes(sentence.text) ? sentence.text : flat(sentence.text)
    return text.replace(exact, () => `[[${numbers[i]}]]`)
  }, reply)
}

function groundingOf(reply: string, quoted: readonly EvidenceSentence[]): Grounding {
  if (quoted.length > 0) return 'quotes'
  return declines(reply) ? 'declines' : 'ungrounded'
}

function conversationOf({ messages }: Example): {
  question: string
  history: ConversationTurn[]
  instructions?: string
} {
  const system = messages.find(({ role }) => role === 'system' || role === 'developer')
  const turns = messages.slice(0, -1).filter(isTurn)
  const question = turns.at(-1)?.content ?? ''
  return {
    question,
    history: turns.slice(0, -1),
    ...(system?.content != null && { instructions: system.content }),
  }
}

function isTurn(message: ChatMessage): message is ChatMessage & ConversationTurn {
  return (message.role === 'user' || message.role === 'assistant') && message.content != null
}

function replyOf({ messages }: Example): string {
  return messages.at(-1)?.content ?? ''
}

/** Lines without the marks of quotes and lists. */
function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => flat(line.replace(/^\s*(?:[>*+-]|\d+[.)])\s+/, '')))
    .filter((line) => line.length >= MIN_QUOTE_CHARACTERS)
}

function flat(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

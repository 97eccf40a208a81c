/** @file The evidence protocol for small models: few sentences, no rules in words, and the plan first. */
import type { EvidenceSentence } from '../knowledge/index.ts'
import type { ChatMessage } from '../tokenizers/index.ts'
import type { ConversationTurn } from './events.ts'
import { withoutInvisible } from './inert.ts'

/** What a small model sees of an evidence sentence. */
export type CompactSentence = Pick<
  EvidenceSentence,
  'number' | 'text' | 'title' | 'headingPath' | 'versionId'
>

export type CompactPromptOptions = {
  question: string
  /** Earlier turns, oldest first, without the current question. */
  history?: readonly ConversationTurn[]
  /** The house's own instructions on tone and form. */
  instructions?: string | undefined
}

/** The gist is enough to choose a sentence and to write around it: the reader gets it whole, by reference. */
const MAX_SENTENCE_CHARACTERS = 160
const MAX_LABEL_CHARACTERS = 80
const MAX_HISTORY_TURNS = 2
const MAX_TURN_CHARACTERS = 600

/**
 * The conversation that a small model goes on from, after the line of `planLine`. The embedded base is
 * trained on this very text, so a change here asks for a new training.
 */
export function compactPrompt(
  sentences: readonly CompactSentence[],
  { question, history = [], instructions }: CompactPromptOptions,
): ChatMessage[] {
  const system =
    instructions === undefined ? [] : [{ role: 'system', content: inert(instructions) }]
  const content = [...evidenceLines(sentences), '', `Question: ${inert(question)}`].join('\n')
  return [...system, ...historyMessages(history), { role: 'user', content: content.trimStart() }]
}

/** The first line of an answer: which sentences it uses. The reader never sees it. */
export function planLine(numbers: readonly number[]): string {
  return `EVIDENCE: ${numbers.length > 0 ? numbers.join(', ') : 'none'}\n`
}

function evidenceLines(sentences: readonly CompactSentence[]): string[] {
  return sentences.flatMap((sentence, index) => {
    const line = `[${sentence.number}] ${oneLine(sentence.text, MAX_SENTENCE_CHARACTERS)}`
    const place = placeOf(sentence)
    const previous = sentences[index - 1]
    return previous && placeOf(previous) === place ? [line] : [place, line]
  })
}

function placeOf({ title, headingPath }: CompactSentence): string {
  const section = headingPath.at(-1) ?? ''
  const parts = section === '' || section === title ? [title] : [title, section]
  return `Source: ${parts.map((part) => oneLine(part, MAX_LABEL_CHARACTERS)).join(' > ')}`
}

function historyMessages(history: readonly ConversationTurn[]): ChatMessage[] {
  const recent = history.slice(-MAX_HISTORY_TURNS)
  const firstUser = recent.findIndex(({ role }) => role === 'user')
  if (firstUser === -1) return []
  return recent.slice(firstUser).map(({ role, content }) => ({
    role,
    content: inert(content.replace(/\s?\[\d+\]/g, '')).slice(0, MAX_TURN_CHARACTERS),
  }))
}

function oneLine(text: string, most: number): string {
  const flat = inert(text).replace(/\s+/g, ' ').trim()
  return flat.length > most ? `${flat.slice(0, most).trimEnd()}…` : flat
}

/** Disarms what could pass for a reference or for a control token. */
function inert(text: string): string {
  return withoutInvisible(text)
    .replace(/\[+(\d+)\]+/g, '($1)')
    .replaceAll('<|', '‹|')
}

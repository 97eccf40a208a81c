/** @file Completing a follow-up question from the conversation, so that it can be searched on its own. */
import { contentWords } from './content-words.ts'
import type { ConversationTurn } from './events.ts'

/** Enough to name a topic and an aspect; more would outweigh the user's own words in the search. */
const MAX_ADDED_WORDS = 8
/** Follow-ups on follow-ups are traced back this many user turns. */
export const MAX_USER_TURNS = 3
/** With so many content words before it, a pronoun most likely points into its own question. */
const INNER_ANTECEDENT_WORDS = 3
/** Names are taken from the opening of an answer: further on, it has moved to details. */
const ANSWER_OPENING = 300

const PRONOUN =
  /\b(?:it|its|they|them|their|theirs|that|this|those|these|he|him|his|she|her|hers|ones?|the same|there)\b/gi
/** "Is it possible to", "how long does it take to", "is there a", "the page that shows": these point nowhere. */
const EXPLETIVE = [
  /\bit (?:is |be )?(?:possible|necessary|safe|ok|okay|allowed|required|better|worth|mandatory|enough)\b/gi,
  /\b(?:does|do|would|will|can|did) it (?:take|make sense)\b(?=.*\b(?:to|for)\b)/gi,
  /\b(?:is|are|was|were|will|can|should) there\b|\bthere (?:is|are|a|an|any)\b/gi,
  /(?<=[\p{L}\p{N}] )that(?= (?:is|are|has|have|can|was|were|will|do|does|my|the|our|your|i|we|you|an?|\p{L}+s)\b)/giu,
  /\b(?:no|any|every|some|which|this|that|at least|only) one\b|\bone (?:of|or|more|day|week|month|year|time|user|account)\b/gi,
]
const CONNECTIVE =
  /^(?:and|but|or|so|also|what about|how about|what if|then|otherwise|same for|why not)\b/i
const FRAGMENT =
  /^(?:for|in|on|with|without|from|to|at|by|after|before|during|within|per|as|under)\b/i
const VERB = /\b(?:is|are|was|were|do|does|did|can|could|will|would|should|has|have|may|must)\b/i
const DEFINITION =
  /^(?:what(?:'s| is| are| was| were)|who(?:'s| is| are| was)|define|explain|describe|tell me about)\b/i

/**
 * The question as it should be searched. A follow-up is completed with words of the turns it leans on;
 * a question that stands on its own comes back unchanged. The user's own words always stay.
 */
export function condenseQuestion(question: string, history: readonly ConversationTurn[]): string {
  const earlier = withoutCurrent(question, history)
  const pointing = pointsBack(question)
  if (!pointing && !isElliptical(question)) return question
  const added = [...wordsOfTurns(question, earlier), ...(pointing ? nameInAnswer(earlier) : [])]
  const fresh = distinctWords(added, question).slice(0, MAX_ADDED_WORDS)
  return fresh.length === 0 ? question : `${question.trim()} ${fresh.join(' ')}`
}

/** Clients differ in whether they send the current question as the last turn. */
export function withoutCurrent(
  question: string,
  history: readonly ConversationTurn[],
): readonly ConversationTurn[] {
  const last = history.at(-1)
  const isCurrent = last?.role === 'user' && last.content.trim() === question.trim()
  return isCurrent ? withoutCurrent(question, history.slice(0, -1)) : history
}

/** Whether a pronoun of the question points outside it. */
function pointsBack(question: string): boolean {
  const plain = EXPLETIVE.reduce(
    (text, pattern) => text.replace(pattern, (found) => '_'.repeat(found.length)),
    question,
  )
  return [...plain.matchAll(PRONOUN)].some((pronoun) => {
    const before = plain.slice(0, pronoun.index)
    const words = contentWords(before).length
    const hasClause =
      words > 0 &&
      (before.includes(',') || /\b(?:if|when|once|after|before|because)\b/i.test(before))
    return words < INNER_ANTECEDENT_WORDS && !hasClause
  })
}

/** Whether the question is a fragment: "and for teams?", "in Germany?", "why?". */
function isElliptical(question: string): boolean {
  const text = question.trim()
  const words = contentWords(text).length
  if (CONNECTIVE.test(text)) return words <= 4
  if (FRAGMENT.test(text) && !VERB.test(text)) return words <= 4
  return words <= 1 && !DEFINITION.test(text)
}

/** Content words of the latest user turn that says something, and of those it leans on itself. */
function wordsOfTurns(question: string, history: readonly ConversationTurn[]): string[] {
  const turns = history
    .filter(({ role }) => role === 'user')
    .slice(-MAX_USER_TURNS)
    .reverse()
  const words: string[] = []
  for (const { content } of turns) {
    words.push(...withoutRivals(content, question))
    if (words.length > 0 && !pointsBack(content) && !isElliptical(content)) break
  }
  return words
}

/** Asked for "the Team plan" after "the Pro plan", the word "Pro" would mislead. */
function withoutRivals(turn: string, question: string): string[] {
  const asked = stemsOf(question)
  const words = surfaceWords(turn)
  const isRival = (index: number): boolean => {
    const next = words[index + 1]
    return (
      next !== undefined &&
      asked.has(stemOf(next)) &&
      !asked.has(stemOf(words[index]!)) &&
      isName(words[index]!)
    )
  }
  return words.filter((_, index) => !isRival(index))
}

function isName(word: string): boolean {
  return /^\p{Lu}/u.test(word)
}

/** The first name inside the last answer: "maintained by Ana Torres" is who "she" is. */
function nameInAnswer(history: readonly ConversationTurn[]): string[] {
  const answer =
    history.findLast(({ role }) => role === 'assistant')?.content.slice(0, ANSWER_OPENING) ?? ''
  const name = /(?<=[\p{Ll}\p{N},)] )\p{Lu}[\p{L}\p{N}'’-]*(?: \p{Lu}[\p{L}\p{N}'’-]*){0,2}/u.exec(
    answer,
  )
  return name ? name[0].split(' ') : []
}

/** Content words and figures as they were written. */
function surfaceWords(text: string): string[] {
  const words = text.match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}'’._-]*/gu) ?? []
  return words
    .map((word) => word.replace(/['’]s$|[.'’_-]+$/gu, ''))
    .filter((word) => contentWords(word).length > 0 || /\d/.test(word))
}

function distinctWords(words: readonly string[], question: string): string[] {
  const seen = new Set(surfaceWords(question).map(stemOf))
  return words.filter((word) => {
    const stem = stemOf(word)
    if (seen.has(stem)) return false
    seen.add(stem)
    return true
  })
}

function stemOf(word: string): string {
  return /\d/.test(word) ? word.toLowerCase() : (contentWords(word)[0] ?? word.toLowerCase())
}

export function stemsOf(text: string): Set<string> {
  return new Set(contentWords(text))
}

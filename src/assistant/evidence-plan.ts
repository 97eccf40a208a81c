/** @file What a small model is shown and told to use: few sentences, numbered anew, and the plan. */
import type { EvidenceSentence } from '../knowledge/index.ts'
import type { AnswerRequest } from './answerer.ts'
import { chooseQuotes } from './quotes.ts'
import type { AnswerPart } from './reference-syntax.ts'

/** Numbers of one digit are what the embedded base is trained on. */
const MAX_SENTENCES = 6
/** The base's forms have room for two quotes. */
const MAX_PLANNED = 2

export type EvidencePlan = {
  /** In reading order, numbered from 1. */
  readonly sentences: readonly EvidenceSentence[]
  /** Numbers to use, best first; empty when the evidence does not answer. */
  readonly numbers: readonly number[]
  /** A reference of the model's as the evidence numbers it; a quote brings the list that it announces. */
  expand(part: AnswerPart, linePrefix: string): AnswerPart[]
}

export function planEvidence(
  request: Pick<AnswerRequest, 'evidence' | 'versionTexts'>,
): EvidencePlan {
  const { sentences, ranking } = request.evidence
  const quotes = chooseQuotes(request, MAX_PLANNED)
  const planned = quotes.map(({ sentence }) => sentence.number)
  const kept = new Set([...new Set([...planned, ...ranking])].slice(0, MAX_SENTENCES))
  const ordered = sentences.filter(({ number }) => kept.has(number))
  const itemsOf = new Map(quotes.map(({ sentence, items }) => [sentence.number, items]))
  const original = (number: number): number => ordered[number - 1]?.number ?? number
  return {
    sentences: ordered.map((sentence, i) => ({ ...sentence, number: i + 1 })),
    numbers: planned.map((number) => ordered.findIndex((s) => s.number === number) + 1),
    expand(part, linePrefix) {
      if ('cite' in part) return [{ cite: original(part.cite) }]
      if (!('quote' in part)) return [part]
      const quote = original(part.quote)
      const items = itemsOf.get(quote) ?? []
      return [
        { quote },
        ...items.flatMap(({ number }) => [{ text: linePrefix }, { quote: number }]),
      ]
    },
  }
}

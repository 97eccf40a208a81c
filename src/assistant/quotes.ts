/** @file Which sentences an answer quotes: the best one, what it announces, and others nearly as good. */
import type { EvidenceSentence } from '../knowledge/index.ts'
import type { AnswerRequest } from './answerer.ts'

/** A sentence to quote, with the items that follow where it announces a list. */
export type Quote = { sentence: EvidenceSentence; items: readonly EvidenceSentence[] }

/** More sentences bury the one that answers. */
const MAX_QUOTES = 3
/** A further sentence must be about as likely to answer: relevance is a probability. Chosen on development questions. */
const RELATIVE_RELEVANCE = 0.4
/** After a sentence that ends with a colon, the list or code it announces belongs to the answer. */
const MAX_LIST_ITEMS = 8

/** Best first; none when the evidence does not suffice. */
export function chooseQuotes(
  { evidence, versionTexts }: Pick<AnswerRequest, 'evidence' | 'versionTexts'>,
  most: number = MAX_QUOTES,
): Quote[] {
  const { sentences, ranking, sufficient } = evidence
  const byNumber = new Map(sentences.map((sentence) => [sentence.number, sentence]))
  const ranked = ranking.map((number) => byNumber.get(number)!)
  const best = ranked[0]
  if (!best || !sufficient) return []
  const near = ranked.filter(
    // Code and tables answer by themselves, or not at all.
    ({ relevance, text }) =>
      relevance >= RELATIVE_RELEVANCE * best.relevance && !text.includes('\n'),
  )
  const items = announcedBy(best, sentences, versionTexts.get(best.versionId) ?? '')
  // A list is an answer by itself.
  if (items.length > 0) return [{ sentence: best, items }]
  const others = near.filter((sentence) => sentence !== best)
  const chosen = [best, ...others.slice(0, most - 1)]
  return chosen.map((sentence) => ({ sentence, items: [] }))
}

/** The items that follow a sentence ending with a colon: up to the blank line that ends their list. */
function announcedBy(
  best: EvidenceSentence,
  sentences: EvidenceSentence[],
  text: string,
): EvidenceSentence[] {
  if (!best.text.endsWith(':')) return []
  const items: EvidenceSentence[] = []
  let end = best.end
  for (const sentence of sentences) {
    if (sentence.chunkId !== best.chunkId || sentence.start < end) continue
    const gap = text.slice(end, sentence.start)
    const leavesList = /\n[ \t]*\n/.test(gap) && !LIST_MARKER.test(gap)
    if (items.length === MAX_LIST_ITEMS || (items.length > 0 && leavesList)) break
    items.push(sentence)
    end = sentence.end
  }
  return items
}

/** Items of a loose list are blank lines apart. */
const LIST_MARKER = /\n[ \t]*(?:[-*+]|\d+[.)])[ \t]+$/

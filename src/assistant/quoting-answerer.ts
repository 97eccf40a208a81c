/** @file The answerer that needs no model: the best evidence sentences, verbatim and cited, or an abstention. */
import type { EvidenceSentence } from '../knowledge/index.ts'
import type { Answerer, AnswerRequest } from './answerer.ts'
import { createComposer } from './compose.ts'

export type QuotingOptions = { abstention?: string }

export const DEFAULT_ABSTENTION = 'I could not find an answer to that in the documents.'

/** More sentences bury the one that answers. */
const MAX_QUOTES = 3
/** A further sentence must be nearly as relevant as the best one. */
const RELATIVE_RELEVANCE = 0.8
/** After a sentence that ends with a colon, the list or code it announces belongs to the answer. */
const MAX_LIST_ITEMS = 8

export function createQuotingAnswerer({
  abstention = DEFAULT_ABSTENTION,
}: QuotingOptions = {}): Answerer {
  return {
    model: 'graft/quoting',
    async *answer(request) {
      const { evidence, versionTexts } = request
      // A verbatim quote is supported by construction, and the composer says so; nothing else is written.
      const composer = createComposer({
        sentences: evidence.sentences,
        versionTexts,
        policy: 'flag',
        abstention,
      })
      for (const [index, { number }] of quotesFor(request).entries()) {
        if (index > 0) yield* composer.push({ text: '\n' })
        yield* composer.push({ quote: number })
      }
      yield* composer.finish()
      return composer.body(NO_TOKENS)
    },
  }
}

function quotesFor(request: AnswerRequest): EvidenceSentence[] {
  return request.evidence.sufficient ? chooseQuotes(request) : []
}

/** The best sentence, what it announces, then others that are nearly as good. */
function chooseQuotes({ evidence, versionTexts }: AnswerRequest): EvidenceSentence[] {
  const { sentences, ranking } = evidence
  const byNumber = new Map(sentences.map((sentence) => [sentence.number, sentence]))
  const ranked = ranking.map((number) => byNumber.get(number)!)
  const best = ranked[0]
  if (!best) return []
  const near = ranked.filter(({ relevance }) => relevance >= RELATIVE_RELEVANCE * best.relevance)
  const announced = announcedBy(best, sentences, versionTexts.get(best.versionId) ?? '')
  // A list is an answer by itself.
  if (announced.length > 0) return [best, ...announced]
  return [...new Set([best, ...near.slice(1, MAX_QUOTES)])]
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

const NO_TOKENS = { inputTokens: 0, outputTokens: 0 }

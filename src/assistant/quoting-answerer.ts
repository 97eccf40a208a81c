/** @file The answerer that needs no model: the best evidence sentences, verbatim and cited, or an abstention. */
import type { Evidence, EvidenceSentence } from '../knowledge/index.ts'
import type { AnswerBody, Answerer, AnswerRequest } from './answerer.ts'
import { createCitation } from './citation.ts'
import type { AskEvent, Citation, Verdict } from './events.ts'

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
      const quotes = request.evidence.sufficient ? chooseQuotes(request.evidence) : []
      const cited = quotes.flatMap((sentence, index) => citeQuote(sentence, index + 1, request))
      return yield* cited.length > 0 ? answerWith(cited) : abstain(abstention)
    },
  }
}

/** The best sentence, what it announces, then others that are nearly as good. */
function chooseQuotes({ sentences, ranking }: Evidence): EvidenceSentence[] {
  const byNumber = new Map(sentences.map((sentence) => [sentence.number, sentence]))
  const ranked = ranking.map((number) => byNumber.get(number)!)
  const best = ranked[0]
  if (!best) return []
  const near = ranked.filter(({ relevance }) => relevance >= RELATIVE_RELEVANCE * best.relevance)
  return [...new Set([best, ...announcedBy(best, sentences), ...near.slice(1, MAX_QUOTES)])]
}

function announcedBy(best: EvidenceSentence, sentences: EvidenceSentence[]): EvidenceSentence[] {
  if (!best.text.endsWith(':')) return []
  return sentences
    .filter(({ chunkId, start }) => chunkId === best.chunkId && start > best.start)
    .slice(0, MAX_LIST_ITEMS)
}

function citeQuote(
  sentence: EvidenceSentence,
  marker: number,
  { versionTexts }: AnswerRequest,
): Citation[] {
  const citation = createCitation(sentence, marker, versionTexts.get(sentence.versionId) ?? '')
  return citation ? [citation] : []
}

function* answerWith(cited: Citation[]): Generator<AskEvent, AnswerBody> {
  const verdicts: Verdict[] = []
  const citations = cited.map((citation, index) => ({ ...citation, marker: index + 1 }))
  let answer = ''
  for (const citation of citations) {
    const start = answer.length === 0 ? 0 : answer.length + 1
    const delta = `${answer.length === 0 ? '' : '\n'}${citation.quote} [${citation.marker}]`
    answer += delta
    yield { type: 'text-delta', delta }
    yield { type: 'citation', citation }
    // A verbatim quote is supported by construction.
    const verdict: Verdict = {
      start,
      end: answer.length,
      support: 'supported',
      markers: [citation.marker],
      withheld: false,
    }
    verdicts.push(verdict)
    yield { type: 'verdict', verdict }
  }
  return { answer, abstained: false, citations, verdicts, droppedReferences: [], usage: NO_TOKENS }
}

function* abstain(answer: string): Generator<AskEvent, AnswerBody> {
  yield { type: 'text-delta', delta: answer }
  return {
    answer,
    abstained: true,
    citations: [],
    verdicts: [],
    droppedReferences: [],
    usage: NO_TOKENS,
  }
}

const NO_TOKENS = { inputTokens: 0, outputTokens: 0 }

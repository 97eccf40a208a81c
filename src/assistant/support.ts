/** @file Whether the sentences that an answer cites carry what it claims: lexical and deterministic. */
import type { EvidenceSentence } from '../knowledge/index.ts'
import { contentWords, deniedWords, negationsIn, numbersIn } from './content-words.ts'
import type { Support } from './events.ts'

/**
 * Share of a claim's distinct content words that the cited sentences must contain: the lowest within
 * 0.005 of the best balanced accuracy on the development halves of BEGIN and HaluEval together
 * (bench/support-verdicts.ts). Weighting words by length was no better there than counting them alike.
 */
export const COVERAGE_THRESHOLD = 0.85
/** Without a citation, fewer content words than this assert nothing: "Here it is." */
const MIN_CLAIM_WORDS = 2
/** Above this share of capitals a sentence is set like a title, and capitals do not mark names. */
const MAX_CAPITALISED_SHARE = 0.75
/** Words that point at the source instead of claiming something: "According to the documentation, ...". */
const REPORTING =
  /\b(?:according to|says?|said|states?|stated|notes?|mentions?|explains?|documents?|documentation|docs|sources?)\b/gi
/** A longer sentence that opens with "Sure" or "Sorry" goes on to claim something. */
const MAX_PLEASANTRY_WORDS = 4
/** "Here are the steps to reset your password:" announces; a longer line with a colon tells. */
const MAX_LEAD_IN_WORDS = 8

export type ClaimInput = {
  /** The answer's sentence without markers and without its quotes. */
  text: string
  /** Whether the sentence also holds a quote by reference, which is its own support. */
  quoted: boolean
  cited: readonly CitedText[]
  /** A table's header row names columns and claims nothing. */
  header?: boolean
}

export type CitedText = Pick<EvidenceSentence, 'text' | 'title' | 'headingPath'>

export type SupportDetail = {
  /** Share of the claim's distinct content words found in the cited text, 0-1; 1 for a claim without any. */
  coverage: number
  /** Figures and months of the claim that the cited text lacks. */
  missingNumbers: string[]
  /** Names of the claim that the cited text lacks. */
  missingNames: string[]
  /** The claim denies and the cited text does not, or the cited text denies the very words of the claim. */
  negationDiffers: boolean
}

/** The verdict on one sentence of an answer. */
export function judgeSupport({
  text: sentence,
  quoted,
  cited,
  header = false,
}: ClaimInput): Support {
  const text = sentence.replace(REPORTING, ' ')
  const size = contentWords(text).length + numbersIn(text).size
  const enough = cited.length > 0 && !quoted ? 1 : MIN_CLAIM_WORDS
  if (size < enough) return quoted ? 'supported' : 'no-claim'
  if (!quoted && (header || isNoClaim(text, cited.length > 0))) return 'no-claim'
  if (cited.length === 0) return 'unsupported'
  return carries(measureSupport(text, cited)) ? 'supported' : 'unsupported'
}

function carries({
  coverage,
  missingNumbers,
  missingNames,
  negationDiffers,
}: SupportDetail): boolean {
  const complete = missingNumbers.length === 0 && missingNames.length === 0
  return coverage >= COVERAGE_THRESHOLD && complete && !negationDiffers
}

/** The measurements behind a verdict. Titles and headings count as said, except for negations. */
export function measureSupport(claim: string, cited: readonly CitedText[]): SupportDetail {
  const quotes = cited.map(({ text }) => text).join('\n')
  const all = [quotes, ...cited.flatMap(({ title, headingPath }) => [title, ...headingPath])].join(
    '\n',
  )
  const known = stemsOf(all)
  const numbers = numbersIn(all)
  const claimed = stemsOf(claim)
  const found = [...claimed].filter((stem) => known.has(stem))
  return {
    coverage: claimed.size === 0 ? 1 : found.length / claimed.size,
    missingNumbers: [...numbersIn(claim)].filter((number) => !numbers.has(number)),
    missingNames: namesIn(claim).filter((name) => !known.has(name)),
    negationDiffers: negationDiffers(claim, quotes),
  }
}

/** Distinct words: saying a covered word twice proves nothing more. */
function stemsOf(text: string): Set<string> {
  return new Set(contentWords(text))
}

/** Stems of capitalised words inside the claim's sentences. */
function namesIn(claim: string): string[] {
  const inner = [...claim.matchAll(/(?<![.!?:"“(*_#>-]\s*|^\s*)(?<![\p{L}\p{N}])[\p{L}\p{M}'’]+/gu)]
  const capitalised = inner.map(([word]) => word).filter((word) => /^\p{Lu}/u.test(word))
  if (capitalised.length > inner.length * MAX_CAPITALISED_SHARE) return []
  return capitalised.flatMap(contentWords)
}

/** "No, ..." answers the question; it denies nothing by itself. */
function negationDiffers(claim: string, quotes: string): boolean {
  const statement = claim.replace(/^[\s*_>-]*no\b[,.:;]?/i, '')
  if (negationsIn(statement) > 0) return negationsIn(quotes) === 0
  const claimed = stemsOf(statement)
  return deniedWords(quotes).some((stem) => claimed.has(stem))
}

const GREETING =
  /^(?:hi|hello|hey|thanks|thank you|sure|certainly|of course|great question|good question|you'?re welcome|sorry|i'?m sorry|i hope|let me know|feel free|happy to help|glad to help)\b/i

/** Questions, headings, lead-ins and pleasantries assert nothing that a source could carry. */
function isNoClaim(text: string, citing: boolean): boolean {
  const sentence = text.trim()
  if (/[?？]["'”’)*_]*$/.test(sentence) || /^#{1,6}\s/.test(sentence)) return true
  if (/^\|?[\s:|-]+\|?$/.test(sentence)) return true
  const size = contentWords(sentence).length
  if (GREETING.test(sentence)) return size <= MAX_PLEASANTRY_WORDS
  const announces = /[:：][*_]*$/.test(sentence) || /^\*\*[^*]+\*\*$/.test(sentence)
  const plain = numbersIn(sentence).size === 0 && negationsIn(sentence) === 0
  return announces && !citing && plain && size <= MAX_LEAD_IN_WORDS
}

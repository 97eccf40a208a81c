/** @file 25 surface features: sentence lengths, marks, contractions, hedges, layout. */
import { wordsOf } from '../../text/words.ts'

const counters = {
  words: (text) => wordsOf(text).length,
  letters: (text) => wordsOf(text).reduce((sum, word) => sum + word.length, 0),
  longWords: (text) => wordsOf(text).filter((word) => word.length >= 7).length,
  sentences: (text) => sentenceLengths(text).length,
  sentenceSquares: (text) => sentenceLengths(text).reduce((sum, length) => sum + length ** 2, 0),
  shortSentences: (text) => sentenceLengths(text).filter((length) => length <= 5).length,
  longSentences: (text) => sentenceLengths(text).filter((length) => length >= 25).length,
  commas: matches(/,/g),
  colons: matches(/[:;]/g),
  exclamations: matches(/!/g),
  questions: matches(/\?/g),
  dashes: matches(/\s[-–—]\s|—/g),
  parentheses: matches(/\(/g),
  ellipses: matches(/\.{3}|…/g),
  emoji: matches(/\p{Extended_Pictographic}|[:;]-?[)D(]/gu),
  bold: matches(/\*\*[^*\n]+\*\*|__[^_\n]+__/g),
  contractions: matches(/\p{L}['’](?:s|t|re|ve|ll|d|m)\b/giu),
  passives: matches(/\b(?:is|are|was|were|be|been|being)\s+(?:\w+ly\s+)?\w+(?:ed|en)\b/gi),
  hedges: matches(
    /\b(?:may|might|could|perhaps|maybe|possibly|probably|likely|seems?|appears?|generally|usually|typically|often|sometimes|about|around|roughly)\b/gi,
  ),
  courtesies: matches(
    /\b(?:please|thanks?|thank you|sorry|welcome|happy|glad|appreciate|apologi[sz]e)\b/gi,
  ),
  self: matches(/\b(?:I|me|my|mine)\b/g),
  team: matches(/\b(?:we|us|our|ours)\b/gi),
  reader: matches(/\b(?:you|your|yours)\b/gi),
  lines: matches(/\S[^\n]*/g),
  listLines: matches(/^\s*(?:[-*+•]|•?[.)]|\d{1,3}[.)])\s/gm),
  headings: matches(/^#{1,6}\s|^\*\*[^*\n]+\*\*:?$/gm),
  paragraphs: matches(/\n\s*\n/g),
} satisfies Record<string, (text: string) => number>

type Counter = keyof typeof counters

const names = Object.keys(counters) as Counter[]

/** In the order of the counters; the counts of a bundle are the sums of those of its texts. */
export function countSurface(text: string): number[] {
  return names.map((name) => counters[name](text))
}

/** One value for each feature. */
export function surfaceRates(counts: ArrayLike<number>): number[] {
  return features.map((feature) => feature(counts))
}

type Feature = (counts: ArrayLike<number>) => number

function per(of: Counter, base: Counter): Feature {
  const [above, below] = [names.indexOf(of), names.indexOf(base)]
  return (counts) => counts[above]! / Math.max(1, counts[below]!)
}

/** Standard deviation of the number of words in a sentence. */
function sentenceSpread(counts: ArrayLike<number>): number {
  const meanSquare = per('sentenceSquares', 'sentences')(counts)
  return Math.sqrt(Math.max(0, meanSquare - per('words', 'sentences')(counts) ** 2))
}

const features: readonly Feature[] = [
  per('words', 'sentences'),
  sentenceSpread,
  per('shortSentences', 'sentences'),
  per('longSentences', 'sentences'),
  per('letters', 'words'),
  per('longWords', 'words'),
  per('commas', 'words'),
  per('colons', 'words'),
  per('exclamations', 'sentences'),
  per('questions', 'sentences'),
  per('dashes', 'words'),
  per('parentheses', 'words'),
  per('ellipses', 'words'),
  per('emoji', 'words'),
  per('bold', 'words'),
  per('contractions', 'words'),
  per('passives', 'sentences'),
  per('hedges', 'words'),
  per('courtesies', 'words'),
  per('self', 'words'),
  per('team', 'words'),
  per('reader', 'words'),
  per('listLines', 'lines'),
  per('headings', 'lines'),
  per('paragraphs', 'lines'),
]

function sentenceLengths(text: string): number[] {
  return text
    .split(/[.!?…]+(?=\s|$)|\n+/)
    .map((sentence) => wordsOf(sentence).length)
    .filter((length) => length > 0)
}

function matches(pattern: RegExp): (text: string) => number {
  return (text) => text.match(pattern)?.length ?? 0
}

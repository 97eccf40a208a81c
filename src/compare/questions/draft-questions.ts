/** @file Candidates for questions out of the documents: sentences with a value taken out, for a person to confirm. */
import { type Knowledge, type Reader, segmentSentences } from '../../knowledge/index.ts'
import { mulberry32 } from '../../util/random.ts'
import { shuffled } from '../shuffle.ts'

/** A row as it is written into a question file; never confirmed. */
export type DraftQuestion = {
  readonly id: string
  readonly question: string
  readonly kind: 'answerable'
  readonly gold: readonly string[]
  readonly sources: readonly string[]
  readonly confirmed: false
  /** The sentence that answers. */
  readonly note: string
}

export type DraftOptions = {
  readonly reader?: Reader
  /** Default 40. */
  readonly count?: number
  /** Default 1. */
  readonly seed?: number
  readonly signal?: AbortSignal
}

type Candidate = { uri: string; sentence: string; value: string }

const MIN_WORDS = 6
const MAX_WORDS = 40
const MONTH =
  '(?:January|February|March|April|May|June|July|August|September|October|November|December)'
/** What makes a sentence checkable, best first: dates, numbers with a word behind, codes, quoted words. */
const VALUES = [
  new RegExp(`\\d{1,2} ${MONTH} \\d{4}|${MONTH} \\d{1,2}, \\d{4}|\\d{4}-\\d\\d-\\d\\d`, 'u'),
  /[$€£]\s?\d[\d.,]*\d|[$€£]\s?\d|\d[\d.,]*\s?%|(?<![\p{L}\p{N}.,-])\d+(?:[.,]\d+)*\s\p{Ll}{3,}/u,
  /(?<![\p{L}\p{N}])(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|sixty|ninety)\s\p{Ll}{3,}/iu,
  /(?<![\p{L}\p{N}])\p{Lu}{2,}[-_]?\d[\p{Lu}\d-]*/u,
  /(?<=["“`])[^"”`\n]{3,40}(?=["”`])/u,
]

/** Candidates from as many documents as possible, the same for the same documents and seed. */
export async function draftQuestions(
  knowledge: Pick<Knowledge, 'documents' | 'versions'>,
  { reader, count = 40, seed = 1, signal }: DraftOptions = {},
): Promise<DraftQuestion[]> {
  const random = mulberry32(seed)
  const documents = await knowledge.documents(reader)
  const perDocument: Candidate[][] = []
  for (const { versionId, uri } of documents) {
    signal?.throwIfAborted()
    const version = (await knowledge.versions([versionId], reader)).get(versionId)
    if (version) perDocument.push(shuffled(candidatesIn(uri, version.text), random))
  }
  const chosen = inTurns(shuffled(perDocument, random)).slice(0, count)
  return chosen.map(({ uri, sentence, value }, at) => ({
    id: `draft-${at + 1}`,
    question: `What is missing here: "${sentence.replace(value, '…')}"`,
    kind: 'answerable',
    gold: [value],
    sources: [uri],
    confirmed: false,
    note: sentence,
  }))
}

function candidatesIn(uri: string, text: string): Candidate[] {
  const seen = new Set<string>()
  return segmentSentences(text).flatMap(({ start, end }) => {
    const sentence = text.slice(start, end).replace(/\s+/g, ' ').trim()
    const words = sentence.split(' ').length
    const isProse = /^[\p{Lu}\p{N}"“].*[.!]$/u.test(sentence) && !/[|{}<>]/.test(sentence)
    if (!isProse || words < MIN_WORDS || words > MAX_WORDS || seen.has(sentence)) return []
    seen.add(sentence)
    const value = valueIn(sentence)
    return value === undefined ? [] : [{ uri, sentence, value }]
  })
}

function valueIn(sentence: string): string | undefined {
  for (const expression of VALUES) {
    const found = expression.exec(sentence)?.[0]
    // A value that stands there twice cannot be taken out.
    if (found !== undefined && sentence.split(found).length === 2) return found
  }
  return undefined
}

/** The first of each list, then the second of each, and so on. */
function inTurns<T>(lists: readonly T[][]): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length))
  return Array.from({ length: longest }, (_, at) =>
    lists.flatMap((list) => list.slice(at, at + 1)),
  ).flat()
}

/** @file References in the strings of a structured answer: quotes put in their place, citations collected. */

import type { AnswerRequest } from '../answerer.ts'
import { createCitation } from '../citation.ts'
import type { Citation, DroppedReference } from '../events.ts'
import { knownHosts, withoutForeignLinks } from '../link-guard.ts'

export type ResolvedOutput = {
  value: unknown
  /** Each with the `field` that rests on it. */
  citations: Citation[]
  droppedReferences: DroppedReference[]
}

/** `[[3]]` quotes, `[3]` and `[3, 5]` cite. */
const REFERENCE = /\s?\[(\[)?(\d{1,6}(?:\s*,\s*\d{1,6})*)\](?:\])?/g

/** Strings come out without markers: the place of a citation is its field. */
export function resolveOutput(
  value: unknown,
  { evidence, versionTexts, linkHosts }: AnswerRequest,
): ResolvedOutput {
  const byNumber = new Map(evidence.sentences.map((sentence) => [sentence.number, sentence]))
  const isKnown = knownHosts(
    evidence.sentences.map(({ uri }) => uri),
    linkHosts,
  )
  const citations: Citation[] = []
  const droppedReferences: DroppedReference[] = []
  const cite = (number: number, field: string, reference: string): string => {
    const sentence = byNumber.get(number)
    const text = sentence && (versionTexts.get(sentence.versionId) ?? '')
    const citation = sentence && createCitation(sentence, citations.length + 1, text!)
    if (citation) citations.push({ ...citation, field })
    else
      droppedReferences.push({ reference, reason: sentence ? 'quote_mismatch' : 'unknown_number' })
    return citation?.quote ?? ''
  }
  const inText = (text: string, field: string): string => {
    const shown = text.replace(
      REFERENCE,
      (raw: string, opened: string | undefined, list: string) => {
        const quotes = list.split(',').map((number) => cite(Number(number), field, raw.trim()))
        return opened ? `${raw.startsWith(' ') ? ' ' : ''}${quotes.join(' ')}` : ''
      },
    )
    return withoutForeignLinks(shown.trim(), isKnown)
  }
  const walk = (part: unknown, field: string): unknown => {
    if (typeof part === 'string') return inText(part, field || '/')
    if (Array.isArray(part)) return part.map((item, index) => walk(item, `${field}/${index}`))
    if (part === null || typeof part !== 'object') return part
    return Object.fromEntries(
      Object.entries(part).map(([name, member]) => [name, walk(member, `${field}/${name}`)]),
    )
  }
  return { value: walk(value, ''), citations, droppedReferences }
}

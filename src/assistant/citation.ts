/** @file Turning an evidence sentence into a citation that was checked against the stored version. */
import { createHash } from 'node:crypto'
import type { EvidenceSentence } from '../knowledge/index.ts'
import type { Citation } from './events.ts'
import { toolCallOf } from './tools/result-store.ts'

/** The citation of `sentence`, or undefined when the stored version does not read exactly so at its offsets. */
export function createCitation(
  sentence: EvidenceSentence,
  marker: number,
  versionText: string,
): Citation | undefined {
  const { documentId, versionId, title, uri, headingPath, start, end, text } = sentence
  const withinVersion = start >= 0 && start < end && end <= versionText.length
  if (!withinVersion || versionText.slice(start, end) !== text) return undefined
  const call = toolCallOf(uri)
  return {
    marker,
    documentId,
    versionId,
    title,
    uri,
    headingPath: [...headingPath],
    start,
    end,
    unit: 'utf16',
    quote: text,
    sha256: createHash('sha256').update(text, 'utf8').digest('hex'),
    ...(call && { kind: 'tool', callId: call.callId }),
  }
}

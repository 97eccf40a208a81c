/** @file The documents behind a trace, as a reader may see them today. */
import type { Queryable } from '../../db/index.ts'
import type { EvidenceSentence, Knowledge, Reader } from '../../knowledge/index.ts'
import { toolCallOf } from '../tools/result-store.ts'
import { type ChunkSource, selectChunks } from './queries.ts'
import type { Trace, TraceSentence } from './trace.ts'

/**
 * What became of an evidence sentence: its version is still current, a newer version says the same, a newer
 * version no longer says it, the document was removed, or the reader may not see it (any more).
 */
export type SentenceState = 'current' | 'kept' | 'changed' | 'removed' | 'unavailable'

/** A sentence as it stood; without its text where the reader may not see it. */
export type SourceSentence = TraceSentence & {
  state: SentenceState
  sentence: EvidenceSentence | null
}

export type TraceSources = {
  chunks: ReadonlyMap<string, ChunkSource>
  sentences: SourceSentence[]
}

export async function traceSources(
  trace: Pick<Trace, 'evidence' | 'candidates'>,
  reader: Reader,
  parts: { db: Queryable; knowledge: Pick<Knowledge, 'versions'> },
): Promise<TraceSources> {
  const places = trace.evidence?.sentences ?? []
  const ids = [...places, ...trace.candidates].map(({ chunkId }) => chunkId)
  const chunks = await selectChunks(parts.db, ids, reader)
  const newer = places.flatMap(({ chunkId, versionId }) => {
    const now = chunks.get(chunkId)?.currentVersionId
    return now && now !== versionId ? [now] : []
  })
  const today = await parts.knowledge.versions([...new Set(newer)], reader)
  const textToday = (id: string): string => today.get(id)?.text ?? ''
  return { chunks, sentences: places.map((place) => openSentence(place, chunks, textToday)) }
}

function openSentence(
  place: TraceSentence,
  chunks: ReadonlyMap<string, ChunkSource>,
  textToday: (versionId: string) => string,
): SourceSentence {
  const chunk = chunks.get(place.chunkId)
  if (!chunk) return { ...place, state: 'unavailable', sentence: null }
  const { documentId, collection, title, uri, headingPath, validFrom, validTo } = chunk
  const text = chunk.text.slice(place.start - chunk.start, place.end - chunk.start)
  const source = { documentId, collection, title, uri, headingPath, validFrom, validTo }
  return {
    ...place,
    state: stateOf(chunk, text, textToday),
    sentence: { ...place, ...source, text },
  }
}

function stateOf(
  { versionId, currentVersionId, uri }: ChunkSource,
  text: string,
  textToday: (versionId: string) => string,
): SentenceState {
  // The result of a tool stays what it was.
  if (toolCallOf(uri)) return 'current'
  if (currentVersionId === null) return 'removed'
  if (currentVersionId === versionId) return 'current'
  return textToday(currentVersionId).includes(text) ? 'kept' : 'changed'
}

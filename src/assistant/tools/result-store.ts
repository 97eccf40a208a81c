/**
 * @file Results of tools as document versions, so that answers cite them like any source. They are versions
 * that were never valid: no search finds them, while citations, traces and replays open them.
 */
import type { Database, Queryable } from '../../db/index.ts'
import { type EvidenceSentence, personalGroup, type Reader } from '../../knowledge/index.ts'
import { randomId, sha256 } from '../../util/hash.ts'
import { resultSpans } from './result-text.ts'

/** A result with the sentences that answers may quote, numbered from 1. */
export type ToolSource = {
  documentId: string
  versionId: string
  title: string
  uri: string
  validFrom: string
  text: string
  sentences: EvidenceSentence[]
}

export type ResultStore = {
  /** Keeps a result for whoever asked, and for the owner. */
  keep(result: { callId: string; name: string; text: string }, reader: Reader): Promise<ToolSource>
}

const COLLECTION = 'tool results'
const PRUNE_EVERY_MS = 3_600_000
const URI = /^tool:([^/]+)\/(.+)$/

/** The call behind the source of a citation, where it is one. */
export function toolCallOf(uri: string): { name: string; callId: string } | undefined {
  const [, name, callId] = URI.exec(uri) ?? []
  return name && callId ? { name, callId } : undefined
}

/** @param keepDays how long results are kept; Infinity for ever */
export function createResultStore(db: Database, keepDays: number): ResultStore {
  let prunedAt = Number.NEGATIVE_INFINITY
  return {
    async keep({ callId, name, text }, { principal, groups }) {
      if (Date.now() - prunedAt > PRUNE_EVERY_MS && Number.isFinite(keepDays)) {
        prunedAt = Date.now()
        await pruneResults(db, keepDays)
      }
      // A reader without a name has no group of its own: then only the owner can open it again.
      const readers = groups !== null && principal !== undefined ? [personalGroup(principal)] : []
      const row: ResultRow = {
        documentId: randomId('doc'),
        versionId: randomId('ver'),
        title: name,
        uri: `tool:${name}/${callId}`,
        text,
        readers,
      }
      const { chunkId, at } = await db.transaction((tx) => insertResult(tx, row))
      return toSource(row, chunkId, at)
    },
  }
}

type ResultRow = {
  documentId: string
  versionId: string
  title: string
  uri: string
  text: string
  readers: string[]
}

async function insertResult(
  tx: Queryable,
  { documentId, versionId, title, uri, text, readers }: ResultRow,
): Promise<{ chunkId: string; at: Date }> {
  await tx.query('insert into graft.collection (name) values ($1) on conflict do nothing', [
    COLLECTION,
  ])
  await tx.query(
    'insert into graft.document (id, collection, location, uri, groups) values ($1, $2, $3, $3, $4)',
    [documentId, COLLECTION, uri, readers],
  )
  const [version] = await tx.query<{ at: Date }>(
    `insert into graft.version (id, document_id, title, media_type, content_hash, text, chars, valid_from, valid_to)
     values ($1, $2, $3, 'text/plain', $4, $5, $6, now(), now()) returning valid_from as at`,
    [versionId, documentId, title, sha256(text), text, text.length],
  )
  const spans = resultSpans(text).flatMap(({ start, end }) => [start, end])
  const [chunk] = await tx.query<{ id: string }>(
    `insert into graft.chunk (document_id, version_id, ordinal, heading_path, start_offset, end_offset, text,
       sentences, search_text, valid_from, valid_to)
     values ($1, $2, 0, '{}', 0, $3, $4, $5, '', $6, $6) returning id::text as id`,
    [documentId, versionId, text.length, text, spans, version!.at],
  )
  return { chunkId: chunk!.id, at: version!.at }
}

async function pruneResults(db: Queryable, days: number): Promise<void> {
  await db.query(
    'delete from graft.document where collection = $1 and created_at < now() - make_interval(secs => $2)',
    [COLLECTION, days * 86_400],
  )
}

function toSource({ readers, ...place }: ResultRow, chunkId: string, at: Date): ToolSource {
  const validFrom = at.toISOString()
  const { text, ...source } = place
  const sentences = resultSpans(text).map(
    ({ start, end }, index): EvidenceSentence => ({
      ...source,
      collection: COLLECTION,
      validFrom,
      validTo: validFrom,
      number: index + 1,
      chunkId,
      headingPath: [],
      start,
      end,
      text: text.slice(start, end),
      // It is what the house answers such questions with.
      relevance: 1,
    }),
  )
  return { ...place, validFrom, sentences }
}

/** @file Other places where the evidence may come from: the gold sources, or all documents at once. */
import {
  type Evidence,
  type EvidenceSentence,
  type Knowledge,
  type Reader,
  segmentSentences,
} from '../../knowledge/index.ts'
import { documentOf } from '../questions/source.ts'

/** Finds the evidence of a question; default: the search as it is served. */
export type FindEvidence = (
  query: string,
  options: { reader?: Reader; signal?: AbortSignal },
) => Promise<Evidence>

/** What perfect retrieval would find: the best sentences of the gold sources, and of nothing else. */
export function goldEvidence(knowledge: Knowledge, sources: readonly string[]): FindEvidence {
  const documents = [...new Set(sources.map(documentOf))]
  return async (query, options) => {
    const found: Evidence[] = []
    for (const path of documents) {
      const under = await knowledge.evidence(query, { ...options, path })
      // A source may be the end of a longer path.
      const nested = path.includes('/') && under.sentences.length === 0
      found.push(
        nested ? await knowledge.evidence(query, { ...options, path: `**/${path}` }) : under,
      )
    }
    return join(query, found)
  }
}

/** One evidence out of several, numbered anew; the best sentence of all decides about the confidence. */
function join(query: string, found: readonly Evidence[]): Evidence {
  const best = found.reduce((a, b) => (b.confidence > a.confidence ? b : a))
  const sentences = found
    .flatMap((evidence) => evidence.sentences)
    .map((sentence, i) => ({ ...sentence, number: i + 1 }))
  return { ...best, query, sentences, ranking: byRelevance(sentences) }
}

function byRelevance(sentences: readonly EvidenceSentence[]): number[] {
  return sentences.toSorted((a, b) => b.relevance - a.relevance).map(({ number }) => number)
}

/** About four characters make a token of English. */
const CHARACTERS_PER_TOKEN = 4

export async function corpusTokens(knowledge: Knowledge, reader?: Reader): Promise<number> {
  const { chars } = await knowledge.status(reader)
  return Math.ceil(chars / CHARACTERS_PER_TOKEN)
}

/** Every sentence of every document that the reader may see, read again where documents changed. */
export function allEvidence(knowledge: Knowledge, reader?: Reader): FindEvidence {
  const read = new Map<string, EvidenceSentence[]>()
  return async (query) => {
    const documents = await knowledge.documents(reader)
    const unread = documents.filter(({ versionId }) => !read.has(versionId))
    const versions = await knowledge.versions(
      unread.map(({ versionId }) => versionId),
      reader,
    )
    for (const { versionId, collection } of unread) {
      const version = versions.get(versionId)
      if (!version) continue
      const { documentId, title, uri, validFrom, validTo, text } = version
      const place = { documentId, versionId, collection, title, uri, validFrom, validTo }
      read.set(
        versionId,
        segmentSentences(text).map(({ start, end }) => ({
          ...place,
          start,
          end,
          number: 0,
          chunkId: versionId,
          headingPath: [],
          text: text.slice(start, end),
          relevance: 0,
        })),
      )
    }
    const sentences = documents
      .flatMap(({ versionId }) => read.get(versionId) ?? [])
      .map((sentence, i) => ({ ...sentence, number: i + 1 }))
    const ranking = sentences.map(({ number }) => number)
    return { query, sentences, ranking, signals: {}, confidence: 1, sufficient: true }
  }
}

/** @file The tool `file_search`: which stores an answer is looked for in, and what was found there. */
import { z } from 'zod'
import type { AskOptions } from '../../../assistant/index.ts'
import {
  type AttributeFilter,
  type Knowledge,
  parseFileUri,
  type Reader,
  type RetrievedChunk,
} from '../../../knowledge/index.ts'
import { firstIssue } from '../../request-body.ts'
import { fileOf, isUploaded } from '../annotations.ts'
import { openaiError, unsupported } from '../shared.ts'
import { type Refusal, refuse } from '../unsupported.ts'
import { attributeFilter } from '../vector-stores/attribute-filter.ts'
import type { SearchResult } from './events.ts'
import type { ResponseRequest } from './request.ts'

export type FileSearch = {
  type: 'file_search'
  vector_store_ids: string[]
  max_num_results?: number | null | undefined
  filters?: AttributeFilter | null | undefined
  ranking_options?: unknown
}

const fileSearch: z.ZodType<FileSearch> = z.looseObject({
  type: z.literal('file_search'),
  vector_store_ids: z.array(z.string().max(200)).min(1).max(100),
  max_num_results: z.number().int().min(1).max(50).nullish(),
  filters: attributeFilter.nullish(),
})

const refusals: readonly Refusal[] = [
  { param: 'ranking_options', harmless: ranksAsUsual, why: 'results are ranked in one way' },
]

/** The one search among the tools, unless the choice is to use none. @throws RequestError 400 */
export function fileSearchOf({ tools, tool_choice }: ResponseRequest): FileSearch | undefined {
  const foreign = tools?.find(({ type }) => type !== 'file_search')
  if (foreign) {
    const why = `tools of the type "${foreign.type}" are not used`
    throw unsupported('tools', why, 'Use file_search; it is the one tool here.')
  }
  const [tool, ...others] = tools ?? []
  if (others.length > 0) {
    throw unsupported('tools', 'there is more than one file_search', 'Name all stores in one.')
  }
  return tool === undefined || tool_choice === 'none' ? undefined : parseTool(tool)
}

function parseTool(given: unknown): FileSearch {
  const parsed = fileSearch.safeParse(given)
  if (!parsed.success) {
    const { field, message } = firstIssue(parsed.error)
    const param = field === null ? 'tools.0' : `tools.0.${field}`
    throw openaiError(400, {
      message: `${param}: ${message}`,
      param,
      hint: 'Correct the field and send the request again.',
    })
  }
  refuse(parsed.data, refusals)
  return parsed.data
}

/** Scores are comparable within one search only, so no threshold holds for several. */
function ranksAsUsual(value: unknown): boolean {
  const { score_threshold: threshold, hybrid_search: weights } = value as {
    score_threshold?: unknown
    hybrid_search?: unknown
  }
  return (threshold ?? 0) === 0 && (weights ?? null) === null
}

export type SearchScope = Pick<AskOptions, 'collections' | 'limit' | 'attributes'>

/**
 * The tool's stores as a filter. What is no vector store is a collection of the workspace by its name.
 * @throws KnowledgeError unknown_vector_store | vector_store_expired; RequestError 404
 */
export async function scopeOf(
  { vector_store_ids: ids, max_num_results, filters }: FileSearch,
  knowledge: Knowledge,
  reader: Reader,
): Promise<SearchScope> {
  const isStore = (id: string): boolean => id.startsWith('vs_')
  for (const id of ids.filter(isStore)) await knowledge.uploads.stores.touch(id, reader)
  const named = ids.filter((id) => !isStore(id))
  if (named.length > 0) await assertCollections(named, knowledge, reader)
  return {
    collections: ids,
    ...(max_num_results && { limit: max_num_results }),
    ...(filters && { attributes: filters }),
  }
}

async function assertCollections(
  names: string[],
  knowledge: Knowledge,
  reader: Reader,
): Promise<void> {
  const { collections } = await knowledge.status(reader)
  const unknown = names.find((id) => !collections.some(({ name }) => name === id))
  if (unknown === undefined) return
  throw openaiError(404, {
    message: `there is no vector store or collection "${unknown}" that you may read`,
    code: 'unknown_vector_store',
    param: 'tools.0.vector_store_ids',
    hint: 'GET /v1/vector_stores lists the stores; GET /api/status names the collections.',
  })
}

/** What was found, for requests that include it; the answer itself is searched for once more. */
export async function searchResults(
  query: string,
  knowledge: Knowledge,
  options: SearchScope & { reader: Reader; signal: AbortSignal },
): Promise<SearchResult[]> {
  const chunks = await knowledge.search(query, options)
  const attributes = await attributesOf(chunks, knowledge, options.reader)
  return chunks.map((chunk) => toResult(chunk, attributes.get(chunk.documentId) ?? {}))
}

/** By document; those that were not uploaded have none. */
async function attributesOf(
  chunks: readonly RetrievedChunk[],
  { uploads }: Knowledge,
  reader: Reader,
): Promise<Map<string, SearchResult['attributes']>> {
  const uploaded = chunks.filter(({ uri }) => isUploaded(uri))
  const documents = new Map(uploaded.map((chunk) => [chunk.documentId, chunk]))
  const pairs = [...documents].map(async ([id, { collection, uri }]) => {
    const { attributes } = await uploads.stores.file(collection, parseFileUri(uri).fileId, reader)
    return [id, attributes] as const
  })
  return new Map(await Promise.all(pairs))
}

function toResult(chunk: RetrievedChunk, attributes: SearchResult['attributes']): SearchResult {
  const { score, text, documentId, versionId, start, end } = chunk
  const place = { document_id: documentId, version_id: versionId, start, end }
  return { ...fileOf(chunk), score, text, attributes, graft: { ...place, unit: 'utf16' } }
}

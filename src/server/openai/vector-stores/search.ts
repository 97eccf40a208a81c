/** @file Search in a vector store. */
import { Hono } from 'hono'
import { z } from 'zod'
import type { StoreHit } from '../../../knowledge/index.ts'
import type { Workspace } from '../../../workspace.ts'
import { storableText } from '../fields.ts'
import { parseBody, readerOf } from '../shared.ts'
import { attributeFilter } from './attribute-filter.ts'

const query = storableText(4_096).refine((text) => text.trim() !== '', 'is empty')

const searchBody = z.object({
  query: z.union([query, z.array(query).min(1).max(5)]),
  filters: attributeFilter.nullish(),
  max_num_results: z.number().int().min(1).max(50).default(10),
  ranking_options: z
    .object({
      ranker: z.enum(['none', 'auto', 'default-2024-11-15']).optional(),
      score_threshold: z.number().min(0).max(1).optional(),
    })
    .nullish(),
  // Queries are searched as they are written: word weights do what a rewrite is for.
  rewrite_query: z.boolean().nullish(),
})

export function searchRoute(workspace: Workspace): Hono {
  const { uploads } = workspace.knowledge
  const app = new Hono()
  app.post('/vector_stores/:id/search', async (context) => {
    const reader = await readerOf(context, workspace)
    const body = await parseBody(searchBody, context)
    const queries = [body.query].flat()
    const { ranker, score_threshold: least = 0 } = body.ranking_options ?? {}
    const options = {
      limit: body.max_num_results,
      signal: context.req.raw.signal,
      ...(body.filters && { attributes: body.filters }),
      ...(ranker === 'none' && { reranking: false }),
    }
    const hits = await uploads.search(context.req.param('id'), queries, options, reader)
    return context.json({
      object: 'vector_store.search_results.page',
      search_query: queries,
      data: hits.filter(({ chunk }) => chunk.score >= least).map(toResult),
      has_more: false,
      next_page: null,
    })
  })
  return app
}

function toResult({ fileId, filename, attributes, chunk }: StoreHit) {
  const { text, score, documentId, versionId, start, end, headingPath, title } = chunk
  return {
    file_id: fileId,
    filename,
    score,
    attributes,
    content: [{ type: 'text', text }],
    // Where the text stands in the stored version, which GET /api/versions/:id opens.
    graft: {
      document_id: documentId,
      version_id: versionId,
      title,
      heading_path: headingPath,
      start,
      end,
      unit: 'utf16',
    },
  }
}

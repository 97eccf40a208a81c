/**
 * @file /mcp: the Model Context Protocol with two tools that read, `search` and `fetch`. Each request
 * stands alone, in the revision 2026-07-28 or after the older handshake.
 */
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import type { Context } from 'hono'
import { z } from 'zod'
import type { Reader, RetrievedChunk, StoredVersion } from '../knowledge/index.ts'
import { packageVersion } from '../util/package-version.ts'
import type { Workspace } from '../workspace.ts'
import { logUnexpected, publicError } from './errors.ts'
import { permalink } from './openai/annotations.ts'
import { readerOf } from './openai/shared.ts'

export function mcpRoute(workspace: Workspace): (context: Context) => Promise<Response> {
  return async (context) => {
    const reader = await readerOf(context, workspace)
    const { origin } = new URL(context.req.url)
    // Nothing changes while a client listens, so there is nothing to subscribe to.
    const handler = createMcpHandler(() => createServer({ workspace, reader, origin }), {
      maxSubscriptions: 0,
    })
    return await handler.fetch(context.req.raw)
  }
}

type Parts = { workspace: Workspace; reader: Reader; origin: string }

const instructions =
  'Search the documents of this workspace, then fetch the versions that matter. Cite the url: it opens the very version that was read.'

const readOnly = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
}

const searchResult = z.object({
  id: z.string(),
  title: z.string(),
  url: z.string(),
  text: z.string(),
})

const searchOutput = z.object({ results: z.array(searchResult) })

const fetchOutput = z.object({
  id: z.string(),
  title: z.string(),
  text: z.string(),
  url: z.string(),
  metadata: z.object({
    document_id: z.string(),
    uri: z.string(),
    media_type: z.string(),
    valid_from: z.string(),
    valid_to: z.string().nullable(),
  }),
})

function createServer({ workspace, reader, origin }: Parts): McpServer {
  const { knowledge } = workspace
  const link = (versionId: string): string => permalink(origin, versionId, reader.principal)
  const server = new McpServer({ name: 'graft', version: packageVersion }, { instructions })
  server.registerTool(
    'search',
    {
      title: 'Search the documents',
      description: 'Finds the passages that answer a question best, one per document.',
      inputSchema: z.object({ query: z.string().min(1).max(4_000) }),
      outputSchema: searchOutput,
      annotations: readOnly,
    },
    ({ query }) =>
      told(async () => {
        const chunks = await knowledge.search(query, { reader })
        const results = bestPerVersion(chunks).map(({ versionId: id, title, text }) => ({
          id,
          title,
          url: link(id),
          text,
        }))
        return { output: { results } }
      }),
  )
  server.registerTool(
    'fetch',
    {
      title: 'Fetch a document',
      description: 'The whole text of one version of a document, by an id that search gave.',
      inputSchema: z.object({ id: z.string().min(1).max(200) }),
      outputSchema: fetchOutput,
      annotations: readOnly,
    },
    ({ id }) =>
      told(async () => {
        const version = await knowledge.version(id, reader)
        return { output: toFetched(version, link(id)), lastModified: version.validFrom }
      }),
  )
  return server
}

type ToolResult = {
  content: { type: 'text'; text: string; annotations?: { lastModified: string } }[]
  structuredContent?: Record<string, unknown>
  isError?: boolean
}

/** One text item with the output as JSON, as deep research clients read it, and the output itself. */
async function told(
  read: () => Promise<{ output: Record<string, unknown>; lastModified?: string }>,
): Promise<ToolResult> {
  try {
    const { output, lastModified } = await read()
    const text = JSON.stringify(output)
    const annotations = lastModified === undefined ? {} : { annotations: { lastModified } }
    return { content: [{ type: 'text', text, ...annotations }], structuredContent: output }
  } catch (error) {
    const { code, message, hint } = publicError(error)
    logUnexpected(error)
    const text = `${message} (${code})${hint === undefined ? '' : `. ${hint}`}`
    return { content: [{ type: 'text', text }], isError: true }
  }
}

function bestPerVersion(chunks: readonly RetrievedChunk[]): RetrievedChunk[] {
  const seen = new Set<string>()
  return chunks.filter(({ versionId }) => !seen.has(versionId) && seen.add(versionId))
}

function toFetched(version: StoredVersion, url: string): z.infer<typeof fetchOutput> {
  const { documentId, versionId, title, text, uri, mediaType, validFrom, validTo } = version
  const metadata = {
    document_id: documentId,
    uri,
    media_type: mediaType,
    valid_from: validFrom,
    valid_to: validTo,
  }
  return { id: versionId, title, text, url, metadata }
}

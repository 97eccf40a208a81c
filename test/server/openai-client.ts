/** @file The official OpenAI client, unmodified, against a server of ours on a real port. */
import OpenAI from 'openai'
import { startServer } from '../../src/server/index.ts'
import type { Workspace } from '../../src/workspace.ts'

export type ServedClient = {
  url: string
  client: OpenAI
  close(): Promise<void>
}

/** `maxRetries: 0`: a refusal is to be seen, not repeated. */
export async function serveClient(
  workspace: Workspace,
  options: { maxConcurrent?: number; headers?: Record<string, string> } = {},
): Promise<ServedClient> {
  const { headers, ...serving } = options
  const server = await startServer(workspace, { port: 0, ...serving })
  const client = new OpenAI({
    baseURL: `${server.url}/v1`,
    apiKey: 'unused',
    maxRetries: 0,
    ...(headers && { defaultHeaders: headers }),
  })
  return { url: server.url, client, close: server.close }
}

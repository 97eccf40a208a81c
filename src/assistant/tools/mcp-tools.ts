/** @file Tools of MCP servers: connected when first needed, listed once, called like our own. */
import type { Client } from '@modelcontextprotocol/client'
import { z } from 'zod'
import { packageVersion } from '../../util/package-version.ts'
import type { McpServerSetting } from './mcp-setting.ts'
import { type JsonSchema, parseArguments, TOOL_TIMEOUT_MS, type Tool, ToolError } from './tool.ts'

export type McpServers = Readonly<Record<string, McpServerSetting>>

export type McpTools = {
  /** The tools of all servers that can be reached; one that cannot is left out, with a warning. */
  tools(): Promise<Tool[]>
  close(): Promise<void>
}

/** A server that was away is tried again after this time. */
const RETRY_MS = 30_000
const CONNECT_TIMEOUT_MS = 10_000

type Listed = { client: Client; tools: Tool[] }
type Kept = { listed: Promise<Listed | undefined>; retryAt: number }

export function createMcpTools(servers: McpServers, now: () => number = Date.now): McpTools {
  const kept = new Map<string, Kept>()
  const forget = (name: string): void => {
    kept.delete(name)
  }
  const listed = (name: string, setting: McpServerSetting): Promise<Listed | undefined> => {
    const known = kept.get(name)
    if (known && known.retryAt > now()) return known.listed
    const entry: Kept = { retryAt: Number.POSITIVE_INFINITY, listed: Promise.resolve(undefined) }
    entry.listed = connect(name, setting, () => forget(name)).catch((error: unknown) => {
      warn(name, error)
      entry.retryAt = now() + RETRY_MS
      return undefined
    })
    kept.set(name, entry)
    return entry.listed
  }
  return {
    async tools() {
      const all = await Promise.all(Object.entries(servers).map(([name, one]) => listed(name, one)))
      return all.flatMap((one) => one?.tools ?? [])
    },
    async close() {
      const all = [...kept.values()]
      kept.clear()
      await Promise.all(all.map(async (one) => await (await one.listed)?.client.close()))
    },
  }
}

async function connect(
  server: string,
  setting: McpServerSetting,
  onClose: () => void,
): Promise<Listed> {
  // Loaded here: only for those who use it.
  const { Client, StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client')
  const client = new Client({ name: 'graft', version: packageVersion })
  client.onclose = onClose
  const options = { timeout: CONNECT_TIMEOUT_MS }
  if ('url' in setting) {
    const requestInit = { headers: { ...setting.headers } }
    const transport = new StreamableHTTPClientTransport(new URL(setting.url), { requestInit })
    await client.connect(transport, options)
  } else {
    const { StdioClientTransport } = await import('@modelcontextprotocol/client/stdio')
    const { command, args = [], env } = setting
    const transport = new StdioClientTransport({
      command,
      args: [...args],
      stderr: 'ignore',
      ...(env && { env: { ...process.env, ...env } as Record<string, string> }),
    })
    await client.connect(transport, options)
  }
  const { tools } = await client.listTools(undefined, options)
  const wanted = tools.filter(({ name }) => setting.tools?.includes(name) ?? true)
  return { client, tools: wanted.map((tool) => toTool(server, tool, { client, setting })) }
}

type ListedTool = Awaited<ReturnType<Client['listTools']>>['tools'][number]

/** Whatever a server says of itself, only the house can say that it is believed. */
function toTool(
  server: string,
  { name, description = '', inputSchema, annotations }: ListedTool,
  { client, setting }: { client: Client; setting: McpServerSetting },
): Tool {
  const { trustReadOnly = false, timeoutMs = TOOL_TIMEOUT_MS } = setting
  const when = setting.when?.[name]
  const ownName = `${server}_${name}`.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64)
  const schema = z.fromJSONSchema(inputSchema as JsonSchema)
  return {
    name: ownName,
    description,
    inputSchema: inputSchema as JsonSchema,
    sideEffects: annotations?.readOnlyHint !== true,
    guarded: !trustReadOnly,
    cites: true,
    timeoutMs,
    ...(when && { when }),
    parse: (input) => parseArguments(ownName, schema, input),
    async run(input, { signal }) {
      const result = await client.callTool(
        { name, arguments: input as Record<string, unknown> },
        { signal, timeout: timeoutMs },
      )
      const text = textOf(result.content)
      if (result.isError) throw new ToolError(`${ownName} failed: ${text}`)
      return result.structuredContent ?? text
    },
  }
}

function textOf(content: readonly { type: string; text?: string }[]): string {
  return content.flatMap(({ type, text }) => (type === 'text' ? (text ?? '') : [])).join('\n')
}

function warn(server: string, error: unknown): void {
  process.emitWarning(`the MCP server "${server}" cannot be used: ${(error as Error).message}`, {
    type: 'GraftWarning',
    code: 'GRAFT_TOOLS',
  })
}

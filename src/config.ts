/** @file graft.config.ts: the optional file that swaps in real models and settings. */
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type {
  AssistantSetting,
  Budgets,
  EmbeddedModel,
  McpServerSetting,
  ModelSetting,
  OutputSetting,
  Tool,
  TraceOptions,
  VerificationPolicy,
} from './assistant/index.ts'
import type { TrainerSetting } from './behavior/index.ts'
import { GraftError } from './errors.ts'
import type { EmbedderSetting, FetchLimits } from './knowledge/index.ts'

/** What callers of the server may use; see docs/guides/security.md. */
export type ServerLimits = {
  /** Of each key, and of each address without one. Default 600; whoever runs the server is not limited. */
  requestsPerMinute?: number
  /** Answers at once; more are refused with 429. Default 64. */
  concurrent?: number
  /** Of one request that is no upload. Default 256 KiB below /api, 1 MiB below /v1. */
  bodyBytes?: number
  /** Of the answers to each key, input and output together, until midnight UTC. Default: no limit. */
  tokensPerDay?: number
}

export type GraftConfig = {
  /**
   * The language model that answers. Default: the embedded `graft/base` where `instructions` or `adapter`
   * ask for a form, else quotes alone (`graft/quoting`).
   */
  model?: ModelSetting | EmbeddedModel
  /**
   * Tone and form learned from examples, for the embedded base: an adapter of the registry such as
   * `support@production`, or the folder of one.
   */
  adapter?: string
  /** Default: embeddings fitted to the documents, once there are enough. `false`: search by words alone. */
  embedder?: EmbedderSetting | false
  /** What happens to answer sentences without support. Default `flag`. */
  policy?: VerificationPolicy
  /** House rules for the model, put before the evidence protocol. */
  instructions?: string
  /** What is said when the documents hold no answer. */
  abstention?: string
  /**
   * Hosts that answers may link to, besides those that their sources come from: `docs.example.com`, or
   * `*.example.com` with all below. Links to others are shown as text, and images never load from there.
   */
  linkHosts?: readonly string[]
  /** Collections that are answered from. Default: all. */
  collections?: readonly string[]
  /** What can be done besides answering, made with `defineTool`. */
  tools?: readonly Tool[]
  /** MCP servers whose tools may be called, by name. */
  mcpServers?: Readonly<Record<string, McpServerSetting>>
  /** The form of answers, as a zod schema or a JSON Schema: then they are JSON. */
  output?: OutputSetting
  budgets?: Budgets
  /** Further assistants, which requests ask for as `graft:NAME`. */
  assistants?: readonly AssistantSetting[]
  /** Postgres server; default: the environment variable DATABASE_URL, else the embedded store. */
  databaseUrl?: string
  fetchLimits?: FetchLimits
  /** Where adapters are trained: a job folder, a command, or a hosted service. Default: this machine. */
  trainer?: TrainerSetting
  /** What is kept of answers, and for how long; by default for 30 days. `false`: no traces. */
  traces?: TraceOptions | false
  /** What callers of `graft serve` may use; read when it starts. */
  limits?: ServerLimits
}

/** Types the configuration; returns it as it is. */
export function defineConfig(config: GraftConfig): GraftConfig {
  return config
}

const NAMES = ['graft.config.ts', 'graft.config.mjs', 'graft.config.js']

/** The configuration file of a folder, if it has one. */
export function findConfig(folder: string): string | undefined {
  return NAMES.map((name) => path.resolve(folder, name)).find((candidate) => existsSync(candidate))
}

/**
 * Loads the configuration from a folder; empty when there is none. A file that has changed since is read anew;
 * modules that it imports are not.
 * @throws GraftError invalid_configuration
 */
export async function loadConfig(folder: string): Promise<GraftConfig> {
  const file = findConfig(folder)
  if (!file) return {}
  const url = pathToFileURL(file)
  url.searchParams.set('changed', String(statSync(file).mtimeMs))
  const module = await import(url.href).catch((cause: unknown) => {
    throw new GraftError(
      'invalid_configuration',
      `${path.basename(file)} could not be loaded: ${(cause as Error).message}`,
      {
        hint: 'Correct the file. A .ts file needs Node 22.18 or newer; older Nodes read graft.config.mjs.',
        cause,
      },
    )
  })
  const config: unknown = module.default
  if (config !== null && typeof config === 'object') return config
  throw new GraftError('invalid_configuration', `${path.basename(file)} has no default export`, {
    hint: "Write: export default defineConfig({ … }), with defineConfig from 'graft'.",
  })
}

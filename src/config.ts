/** @file graft.config.ts: the optional file that swaps in real models and settings. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { EmbeddedModel, ModelSetting, VerificationPolicy } from './assistant/index.ts'
import { GraftError } from './errors.ts'
import type { EmbedderSetting, FetchLimits } from './knowledge/index.ts'

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
  /** Postgres server; default: the environment variable DATABASE_URL, else the embedded store. */
  databaseUrl?: string
  fetchLimits?: FetchLimits
}

/** Types the configuration; returns it as it is. */
export function defineConfig(config: GraftConfig): GraftConfig {
  return config
}

const NAMES = ['graft.config.ts', 'graft.config.mjs', 'graft.config.js']

/** Loads the configuration from a folder; empty when there is none. @throws GraftError invalid_configuration */
export async function loadConfig(folder: string): Promise<GraftConfig> {
  const file = NAMES.map((name) => path.resolve(folder, name)).find((candidate) =>
    existsSync(candidate),
  )
  if (!file) return {}
  const module = await import(pathToFileURL(file).href).catch((cause: unknown) => {
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

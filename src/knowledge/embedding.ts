/** @file Which embeddings take part: those of the configured embedder, of the fitted one, or none. */
import type { Database } from '../db/index.ts'
import {
  activateEmbedder,
  type DocumentEmbedder,
  type EmbedderSetting,
  type EmbeddingOptions,
  type EmbedKind,
  openEmbedder,
  registerEmbedder,
} from './embed/index.ts'
import { activeEmbedder, createFittedEmbedders, type FittedEmbedders } from './fit/index.ts'
import { type IngestOptions, type IngestReport, toFailure } from './ingest/index.ts'
import { createDenseLeg, type DenseLeg } from './retrieve/dense.ts'
import { fittedFusion } from './retrieve/fuse.ts'

/** The embedder that searches, for texts that are no documents. */
export type TextEmbedder = {
  readonly name: string
  readonly dimensions: number
  /** Made of all documents: which words it knows tells what they hold. */
  readonly isFitted: boolean
  embed(
    texts: string[],
    options?: { kind?: EmbedKind; signal?: AbortSignal },
  ): Promise<Float32Array[]>
}

export type Embedding = {
  /** What gives new chunks their vectors. */
  readonly ingestParts: { embedder?: DocumentEmbedder; fitted?: FittedEmbedders }
  /** The dense leg; undefined while its embedder is not the active one. */
  leg(): Promise<DenseLeg | undefined>
  /** The same embedder, on its own. */
  embedder(): Promise<TextEmbedder | undefined>
  /** Embeds what lacks vectors, fits anew where due. A failure leaves the leg as it was and is reported. */
  update(report: IngestReport, options: IngestOptions): Promise<void>
  /** The same, without anyone waiting. */
  updateLater(onError?: (error: unknown) => void): void
  close(): Promise<void>
}

export async function createEmbedding(
  db: Database,
  embedder: EmbedderSetting | false | undefined,
): Promise<Embedding> {
  if (embedder === false) return none
  return embedder ? await configured(db, embedder) : fitted(db)
}

const none: Embedding = {
  ingestParts: {},
  leg: async () => undefined,
  embedder: async () => undefined,
  update: async () => undefined,
  updateLater: () => undefined,
  close: async () => undefined,
}

async function configured(db: Database, setting: EmbedderSetting): Promise<Embedding> {
  const opened = await openEmbedder(setting)
  const embedder = await registerEmbedder(db, opened.embedder).catch(async (error: unknown) => {
    await opened.close()
    throw error
  })
  const dense = createDenseLeg(db, embedder)
  return {
    ...none,
    ingestParts: { embedder },
    leg: async () => ((await activeEmbedder(db))?.id === embedder.id ? dense : undefined),
    embedder: async () => asTextEmbedder(embedder, false),
    update: (report, ingestOptions) =>
      reporting(`embedder ${embedder.name}`, report, ingestOptions, (embeddingOptions) =>
        activateEmbedder(db, embedder, embeddingOptions),
      ),
    close: opened.close,
  }
}

function fitted(db: Database): Embedding {
  const embedders = createFittedEmbedders(db)
  let isClosed = false
  let latest: { id: number; leg: DenseLeg } | undefined
  return {
    ingestParts: { fitted: embedders },
    async leg() {
      const embedder = await embedders.current()
      if (!embedder) return undefined
      if (latest?.id !== embedder.id)
        latest = { id: embedder.id, leg: createDenseLeg(db, embedder, fittedFusion) }
      return latest.leg
    },
    async embedder() {
      const embedder = await embedders.current()
      return embedder && asTextEmbedder(embedder, true)
    },
    update: (report, options) =>
      reporting('fitted embedder', report, options, async (embeddingOptions) => {
        await embedders.refresh(embeddingOptions)
        await embedders.complete(embeddingOptions)
      }),
    updateLater(onError) {
      embedders.refresh().catch((error: unknown) => isClosed || onError?.(error))
    },
    async close() {
      isClosed = true
      await embedders.close()
    },
  }
}

function asTextEmbedder(embedder: DocumentEmbedder, isFitted: boolean): TextEmbedder {
  const { name, dimensions, embedChunks, embedQuery } = embedder
  return {
    name,
    dimensions,
    isFitted,
    embed: (texts, { kind = 'document', signal } = {}) =>
      kind === 'document'
        ? embedChunks(texts, signal)
        : Promise.all(texts.map((text) => embedQuery(text, signal))),
  }
}

async function reporting(
  name: string,
  report: IngestReport,
  { signal, onEmbedding }: IngestOptions,
  work: (options: EmbeddingOptions) => Promise<void>,
): Promise<void> {
  try {
    await work({ ...(signal && { signal }), ...(onEmbedding && { onProgress: onEmbedding }) })
  } catch (error) {
    if (signal?.aborted) report.interrupted = true
    else report.failed.push(toFailure(name, error))
  }
}

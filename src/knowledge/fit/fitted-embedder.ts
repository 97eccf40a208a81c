/**
 * @file The embedder that needs no model: fitted to the documents, kept in the store, fitted anew in the
 * background as they grow. New chunks are embedded by the model at hand, so they are found at once.
 */
import type { Database } from '../../db/index.ts'
import { randomId } from '../../util/hash.ts'
import {
  activateEmbedder,
  createVectorIndex,
  type DocumentEmbedder,
  type EmbeddingOptions,
  embedMissing,
} from '../embed/index.ts'
import { startFitThread } from './fit-thread.ts'
import { createEncoder, type Encode, type PackedModel, unpackModel } from './fitted-model.ts'
import {
  activeEmbedder,
  claimFit,
  corpusPage,
  corpusState,
  idleModels,
  insertModel,
  lastChunk,
  readModel,
  releaseFit,
  retireModel,
  tidyVectors,
} from './queries.ts'

export type FittedEmbedders = {
  /** The fitted embedder that searches use now; undefined while there is none or another kind is active. */
  current(): Promise<DocumentEmbedder | undefined>
  /** Fits (anew) where that is due, embeds all chunks and switches to the new model. One run at a time. */
  refresh(options?: EmbeddingOptions): Promise<void>
  /** Gives vectors to chunks that lack them: added while the model changed, or without one. */
  complete(options?: EmbeddingOptions): Promise<void>
  /** Ends a run under way; what it leaves behind is cleared by the next. */
  close(): Promise<void>
}

const DIMENSIONS = 256

/**
 * Fewer chunks are searched by their words alone. On subsets of SciFact, the fitted leg loses up to .005
 * nDCG@10 at 200 and 400 chunks and gains .003 at 800 (training claims; docs/log.md).
 */
const LEAST_CHUNKS = 800

/**
 * Fitted anew when more of the corpus than this came after the last fit. Fits on half or a quarter of the
 * articles or abstracts stay within .001 nDCG@10 of one on all of them, fits on a tenth lose .003.
 */
const UNSEEN_SHARE = 0.5

/** A sample says what the whole corpus would (see above), in a time that does not grow with it. */
const SAMPLED_CHUNKS = 16_000
const PAGE = 1_000
/** Some 15 ms of work for this thread, and of a transaction that edits wait for. */
const BATCH = 256

export function createFittedEmbedders(db: Database): FittedEmbedders {
  const holder = randomId('fit')
  const closing = new AbortController()
  let loaded: DocumentEmbedder | undefined
  let running: Promise<void> | undefined

  async function current(): Promise<DocumentEmbedder | undefined> {
    const active = await activeEmbedder(db)
    if (!active?.isFitted) return undefined
    if (loaded?.id === active.id) return loaded
    const model = await readModel(db, active.id)
    // Replaced in between: its successor is asked for next time.
    if (!model) return undefined
    loaded = bind(active.id, active.name, model, active.dimensions)
    return loaded
  }

  async function run(options: EmbeddingOptions): Promise<void> {
    if (!(await isDue(db)) || !(await claimFit(db, holder))) return
    try {
      loaded = await fitAndSwitch(db, holder, endingWith(closing.signal, options))
    } finally {
      await releaseFit(db, holder)
    }
  }

  return {
    current,
    async refresh(options = {}) {
      running ??= run(options).finally(() => {
        running = undefined
      })
      await running
    },
    async complete(options = {}) {
      const embedder = await current()
      const ending = endingWith(closing.signal, options)
      if (embedder) await embedMissing(db, embedder, { ...ending, batch: BATCH })
    },
    async close() {
      closing.abort()
      await running?.catch(() => undefined)
    },
  }
}

function endingWith(closing: AbortSignal, options: EmbeddingOptions): EmbeddingOptions {
  const { signal } = options
  return { ...options, signal: signal ? AbortSignal.any([signal, closing]) : closing }
}

async function isDue(db: Database): Promise<boolean> {
  const { live, unseen } = await corpusState(db)
  if (live < LEAST_CHUNKS) return false
  const active = await activeEmbedder(db)
  return !active?.isFitted || unseen > UNSEEN_SHARE * live
}

async function fitAndSwitch(
  db: Database,
  holder: string,
  options: EmbeddingOptions,
): Promise<DocumentEmbedder> {
  for (const id of await idleModels(db)) await retireModel(db, id)
  const last = await lastChunk(db)
  const model = await fitToCorpus(db, options.signal)
  const { id, name } = await db.transaction((tx) =>
    insertModel(tx, model, { dimensions: DIMENSIONS, lastChunk: last }),
  )
  await createVectorIndex(db, id, DIMENSIONS)
  const embedder = bind(id, name, model, DIMENSIONS)
  const onProgress = async (done: number, total: number): Promise<void> => {
    await claimFit(db, holder)
    await options.onProgress?.(done, total)
  }
  await activateEmbedder(db, embedder, { ...options, onProgress, batch: BATCH })
  for (const idle of await idleModels(db)) await retireModel(db, idle)
  await tidyVectors(db)
  return embedder
}

/** The sample is the same for the same corpus, and so is the model. */
async function fitToCorpus(db: Database, signal?: AbortSignal): Promise<PackedModel> {
  const { live } = await corpusState(db)
  const stride = Math.ceil(live / SAMPLED_CHUNKS)
  const thread = startFitThread()
  const stop = (): void => void thread.close()
  signal?.addEventListener('abort', stop)
  try {
    for (let after = 0; ; ) {
      signal?.throwIfAborted()
      const page = await corpusPage(db, { after, stride, limit: PAGE })
      if (page.length === 0) break
      thread.add(page.map(({ text }) => text))
      after = page.at(-1)!.id
    }
    return await thread.fit(DIMENSIONS)
  } finally {
    signal?.removeEventListener('abort', stop)
    await thread.close()
  }
}

function bind(id: number, name: string, model: PackedModel, dimensions: number): DocumentEmbedder {
  const encode: Encode = createEncoder(unpackModel(model, dimensions))
  return {
    id,
    name,
    dimensions,
    embedChunks: async (texts) => texts.map(encode),
    embedQuery: async (text) => encode(text),
  }
}

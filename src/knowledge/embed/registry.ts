/** @file The embedder in the store: registration, vectors of chunks that lack them, the atomic switch. */
import type { Database, Queryable } from '../../db/index.ts'
import { KnowledgeError } from '../errors.ts'
import type { Embedder } from './embedder.ts'
import { vectorsParameter } from './vector-codec.ts'
import { quantise } from './vector-scan.ts'

/** An embedder bound to its row in the store. */
export type DocumentEmbedder = {
  readonly id: number
  readonly name: string
  readonly dimensions: number
  embedChunks(texts: string[], signal?: AbortSignal): Promise<Float32Array[]>
  embedQuery(text: string, signal?: AbortSignal): Promise<Float32Array>
}

export type EmbeddingOptions = {
  signal?: AbortSignal
  onProgress?: (done: number, total: number) => void | Promise<void>
  /** Chunks embedded and stored at a time. Default 64, as services like it. */
  batch?: number
}

/** Registers the embedder (its dimension is found by embedding one word) or finds it again. */
export async function registerEmbedder(
  db: Database,
  embedder: Embedder,
): Promise<DocumentEmbedder> {
  const [known] = await db.query<{ id: number; dimensions: number }>(
    'select id, dimensions from graft.embedder where name = $1',
    [embedder.name],
  )
  const { id, dimensions } = known ?? (await insertEmbedder(db, embedder))
  const embed = async (
    texts: string[],
    kind: 'document' | 'query',
    signal?: AbortSignal,
  ): Promise<Float32Array[]> => {
    if (texts.length === 0) return []
    const vectors = await embedder.embed(texts, { kind, ...(signal && { signal }) })
    assertShape(embedder.name, vectors, texts.length, dimensions)
    return vectors
  }
  return {
    id,
    name: embedder.name,
    dimensions,
    embedChunks: (texts, signal) => embed(texts, 'document', signal),
    embedQuery: async (text, signal) => (await embed([text], 'query', signal))[0]!,
  }
}

async function insertEmbedder(
  db: Database,
  embedder: Embedder,
): Promise<{ id: number; dimensions: number }> {
  const [probe] = await embedder.embed(['dimension'], { kind: 'document' })
  const dimensions = probe?.length ?? 0
  const [row] = await db.query<{ id: number }>(
    `insert into graft.embedder (name, dimensions) values ($1, $2)
     on conflict (name) do update set dimensions = excluded.dimensions returning id`,
    [embedder.name, dimensions],
  )
  await createVectorIndex(db, row!.id, dimensions)
  return { id: row!.id, dimensions }
}

/**
 * The index by which a server searches an embedder's vectors; the embedded store is scanned in process.
 * Identifiers cannot be parameters; both values are integers from our own table.
 */
export async function createVectorIndex(
  db: Database,
  id: number,
  dimensions: number,
): Promise<void> {
  if (db.kind !== 'server') return
  await db.query(
    `create index if not exists embedding_hnsw_${Number(id)} on graft.embedding
     using hnsw ((vector::halfvec(${Number(dimensions)})) halfvec_cosine_ops) where embedder_id = ${Number(id)}`,
  )
}

/** A chunk added at the very moment of the switch costs another look; beyond this, later runs embed it. */
const SWITCH_ATTEMPTS = 5

/**
 * Embeds the current chunks that have no vector yet, then makes the embedder the active one in one
 * step. Interrupted, it keeps what it has; searches use the former embedder until the switch.
 */
export async function activateEmbedder(
  db: Database,
  embedder: DocumentEmbedder,
  options: EmbeddingOptions = {},
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await embedMissing(db, embedder, options)
    if (await switchTo(db, embedder.id, attempt === SWITCH_ATTEMPTS)) return
  }
}

/** Whether the embedder is the active one now: not yet while a current chunk lacks its vector. */
async function switchTo(db: Database, id: number, force: boolean): Promise<boolean> {
  return await db.transaction(async (tx) => {
    const [missing] = await tx.query(`${WITHOUT_VECTOR} limit 1`, [id])
    if (missing && !force) return false
    const [active] = await tx.query('select 1 from graft.embedder where id = $1 and active', [id])
    if (active) return true
    await tx.query('update graft.embedder set active = false where active and id <> $1', [id])
    await tx.query('update graft.embedder set active = true where id = $1', [id])
    await tx.query('update graft.change set counter = counter + 1')
    return true
  })
}

type MissingChunk = { id: number; text: string }

/** Gives a vector to each current chunk that has none. The next texts are read while these are embedded. */
export async function embedMissing(
  db: Database,
  embedder: DocumentEmbedder,
  { signal, onProgress, batch = 64 }: EmbeddingOptions = {},
): Promise<void> {
  const read = (after: number): Promise<MissingChunk[]> =>
    db.query(`${WITHOUT_VECTOR} and c.id > $2 order by c.id limit $3`, [embedder.id, after, batch])
  let chunks = await read(0)
  const total = chunks.length < batch ? chunks.length : await countMissing(db, embedder.id)
  let stored: Promise<void> = Promise.resolve()
  for (let done = 0; chunks.length > 0; ) {
    signal?.throwIfAborted()
    const next = handledLater(read(chunks.at(-1)!.id))
    const texts = chunks.map(({ text }) => text)
    const vectors = await embedder.embedChunks(texts, signal)
    await stored
    stored = handledLater(store(db, embedder.id, chunks, vectors))
    done += chunks.length
    await onProgress?.(done, Math.max(done, total))
    chunks = await next
  }
  await stored
  if (total > 0) await db.query('update graft.change set counter = counter + 1')
}

async function countMissing(db: Database, embedderId: number): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `select count(*) from (${WITHOUT_VECTOR}) missing`,
    [embedderId],
  )
  return row!.count
}

async function store(
  db: Database,
  embedderId: number,
  chunks: MissingChunk[],
  vectors: Float32Array[],
): Promise<void> {
  const ids = chunks.map(({ id }) => id)
  await db.transaction((tx) => insertVectors(tx, embedderId, ids, vectors))
}

/** Awaited a step later; until then a failure must not count as unhandled. */
function handledLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}

const WITHOUT_VECTOR = `
  select c.id, c.search_text as text from graft.chunk c
  where c.valid_to is null
    and not exists (select 1 from graft.embedding e where e.embedder_id = $1 and e.chunk_id = c.id)`

/** Does nothing for an embedder that has been removed meanwhile. */
export async function insertVectors(
  tx: Queryable,
  embedderId: number,
  chunkIds: number[],
  vectors: Float32Array[],
): Promise<void> {
  if (vectors.length !== chunkIds.length)
    throw new Error(`internal: ${vectors.length} vectors for ${chunkIds.length} chunks`)
  if (chunkIds.length === 0) return
  const quantised = vectors.map(quantise)
  await tx.query(
    `with embedder as (select id from graft.embedder where id = $1 for key share)
     insert into graft.embedding (embedder_id, chunk_id, vector, codes, scale)
     select id, chunk_id, vector, codes, scale from embedder,
       unnest($2::bigint[], $3::vector[], $4::bytea[], $5::real[]) as new (chunk_id, vector, codes, scale)
     on conflict do nothing`,
    [
      embedderId,
      chunkIds,
      await vectorsParameter(tx, vectors),
      quantised.map(({ codes }) => Buffer.from(codes.buffer)),
      quantised.map(({ scale }) => scale),
    ],
  )
}

function assertShape(
  name: string,
  vectors: Float32Array[],
  count: number,
  dimensions: number,
): void {
  const wrong = vectors.find(
    (vector) => vector.length !== dimensions || !vector.every(Number.isFinite),
  )
  if (vectors.length === count && !wrong) return
  throw new KnowledgeError(
    'embedder_mismatch',
    `embedder "${name}" returned ${vectors.length} vectors for ${count} texts${wrong ? `, one of ${wrong.length} dimensions instead of ${dimensions} or not finite` : ''}`,
    {
      hint: 'Give the embedder another name if the model behind it changed; vectors of two models cannot be mixed.',
    },
  )
}

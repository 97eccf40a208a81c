/** @file The embedder in the store: registration, vectors of chunks that lack them, the atomic switch. */
import type { Database, Queryable } from '../../db/index.ts'
import { KnowledgeError } from '../errors.ts'
import type { Embedder } from './embedder.ts'
import { quantise } from './vector-scan.ts'

/** An embedder bound to its row in the store. */
export type DocumentEmbedder = {
  readonly id: number
  readonly name: string
  readonly dimensions: number
  embedChunks(texts: string[], signal?: AbortSignal): Promise<Float32Array[]>
  embedQuery(text: string, signal?: AbortSignal): Promise<Float32Array>
}

const BATCH = 64

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
  if (db.kind === 'server') await createHnswIndex(db, row!.id, dimensions)
  return { id: row!.id, dimensions }
}

/** Identifiers cannot be parameters; both values are integers from our own table. */
async function createHnswIndex(db: Queryable, id: number, dimensions: number): Promise<void> {
  await db.query(
    `create index if not exists embedding_hnsw_${Number(id)} on graft.embedding
     using hnsw ((vector::halfvec(${Number(dimensions)})) halfvec_cosine_ops) where embedder_id = ${Number(id)}`,
  )
}

/**
 * Embeds the current chunks that have no vector yet, then makes the embedder the active one in one
 * step. Interrupted, it keeps what it has; searches use the former embedder until the switch.
 */
export async function activateEmbedder(
  db: Database,
  embedder: DocumentEmbedder,
  options: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
): Promise<void> {
  const { signal, onProgress } = options
  const [missing] = await db.query<{ count: number }>(
    `select count(*) from (${WITHOUT_VECTOR}) x`,
    [embedder.id],
  )
  const total = missing?.count ?? 0
  for (let done = 0; ; ) {
    signal?.throwIfAborted()
    const chunks = await db.query<{ id: number; text: string }>(
      `${WITHOUT_VECTOR} order by c.id limit ${BATCH}`,
      [embedder.id],
    )
    if (chunks.length === 0) break
    const vectors = await embedder.embedChunks(
      chunks.map(({ text }) => text),
      signal,
    )
    await db.transaction((tx) =>
      insertVectors(
        tx,
        embedder.id,
        chunks.map(({ id }) => id),
        vectors,
      ),
    )
    done += chunks.length
    onProgress?.(done, Math.max(done, total))
  }
  await db.transaction(async (tx) => {
    await tx.query('update graft.embedder set active = false where active and id <> $1', [
      embedder.id,
    ])
    await tx.query('update graft.embedder set active = true where id = $1', [embedder.id])
    await tx.query('update graft.change set counter = counter + 1')
  })
}

const WITHOUT_VECTOR = `
  select c.id, c.search_text as text from graft.chunk c
  where c.valid_to is null
    and not exists (select 1 from graft.embedding e where e.embedder_id = $1 and e.chunk_id = c.id)`

export async function insertVectors(
  tx: Queryable,
  embedderId: number,
  chunkIds: number[],
  vectors: Float32Array[],
): Promise<void> {
  if (vectors.length !== chunkIds.length)
    throw new Error(`internal: ${vectors.length} vectors for ${chunkIds.length} chunks`)
  const quantised = vectors.map(quantise)
  await tx.query(
    `insert into graft.embedding (embedder_id, chunk_id, vector, codes, scale)
     select $1, chunk_id, vector::vector, codes, scale
     from unnest($2::bigint[], $3::text[], $4::bytea[], $5::real[]) as new (chunk_id, vector, codes, scale)
     on conflict do nothing`,
    [
      embedderId,
      chunkIds,
      vectors.map(vectorLiteral),
      quantised.map(({ codes }) => Buffer.from(codes.buffer)),
      quantised.map(({ scale }) => scale),
    ],
  )
}

/** pgvector's text form. */
export function vectorLiteral(vector: Float32Array): string {
  return `[${vector.join(',')}]`
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

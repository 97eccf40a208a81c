/** @file Files of vector stores into documents, in the background, in the order in which they were added. */
import { type BackgroundWorker, createWorker, type Database } from '../../db/index.ts'
import { storable } from '../../util/storable.ts'
import { type IngestOptions, type IngestReport, toFailure } from '../ingest/index.ts'
import type { Source, SourceItem } from '../sources/index.ts'
import { FILE_SCHEME, purgeOrphans, SWEEPABLE, sweep } from './purge.ts'
import type { UploadedFiles } from './uploaded-file.ts'

/** Adds the items of a source as documents; each is settled in `onProgress`, unless the run is ended. */
export type IngestSource = (source: Source, options: IngestOptions) => Promise<IngestReport>

type WaitingFile = {
  storeId: string
  fileId: string
  filename: string
  bytes: number
  groups: string[]
}

/** Committed together: many small files, or one large. */
const BATCH_FILES = 64
const BATCH_BYTES = 16 * 1024 * 1024

export function createStoreWorker(
  db: Database,
  files: UploadedFiles,
  ingest: IngestSource,
): BackgroundWorker {
  return createWorker(db, {
    name: 'vector-stores',
    async isDue() {
      const [row] = await db.query<{ isDue: boolean }>(
        `select exists (select 1 from graft.vector_store_file where status = 'in_progress') or ${SWEEPABLE} as "isDue"`,
      )
      return row!.isDue
    },
    async work(signal) {
      await sweep(db)
      while (!signal.aborted) {
        const batch = await nextBatch(db)
        if (batch.length === 0) return
        await processBatch(batch, { db, files, ingest, signal })
      }
    },
  })
}

/** The files that wait longest, of one store and for the same groups. */
async function nextBatch(db: Database): Promise<WaitingFile[]> {
  const rows = await db.query<WaitingFile>(
    `with waiting as (
       select sf.position, sf.store_id, sf.file_id, f.filename, f.bytes, f.groups
       from graft.vector_store_file sf join graft.uploaded_file f on f.id = sf.file_id
       where sf.status = 'in_progress'
     ), first as (select store_id, groups from waiting order by position limit 1)
     select w.store_id as "storeId", w.file_id as "fileId", w.filename, w.bytes, w.groups
     from waiting w join first on first.store_id = w.store_id and first.groups = w.groups
     order by w.position limit $1`,
    [BATCH_FILES],
  )
  let bytes = 0
  return rows.filter((row, i) => {
    bytes += row.bytes
    return i === 0 || bytes <= BATCH_BYTES
  })
}

type Parts = { db: Database; files: UploadedFiles; ingest: IngestSource; signal: AbortSignal }
type Fault = { code: string; message: string }

async function processBatch(batch: WaitingFile[], parts: Parts): Promise<void> {
  const { db, files, ingest, signal } = parts
  const { storeId, groups } = batch[0]!
  const items = batch.map((file) => toItem(file, files))
  const fileOf = new Map(items.map(({ uri }, i) => [uri, batch[i]!.fileId]))
  const settled = new Map<string, Fault | undefined>()
  try {
    await ingest(
      { items, failures: [] },
      {
        collection: storeId,
        groups,
        signal,
        onProgress: ({ uri, failure }) => settled.set(fileOf.get(uri)!, failure),
      },
    )
  } catch (error) {
    const fault = toFailure(storeId, error)
    // The store is away: what is left is done when it is back. Anything else would fail again and again.
    if (fault.code.startsWith('connection_')) throw error
    for (const { fileId } of batch) if (!settled.has(fileId)) settled.set(fileId, fault)
  }
  await settle(db, storeId, settled)
}

async function settle(
  db: Database,
  storeId: string,
  settled: ReadonlyMap<string, Fault | undefined>,
): Promise<void> {
  await db.transaction(async (tx) => {
    for (const [fileId, fault] of settled) {
      const error = fault && publicFault(fault)
      await tx.query(
        `update graft.vector_store_file set status = $3, error = $4
         where store_id = $1 and file_id = $2 and status = 'in_progress'`,
        [storeId, fileId, error ? 'failed' : 'completed', error ?? null],
      )
    }
    // What was taken out or cancelled meanwhile.
    await purgeOrphans(tx)
  })
}

/** The text of an error that is not ours may hold anything. */
function publicFault({ code, message }: Fault): Fault {
  if (code === 'internal') return { code, message: 'the file could not be processed by the server' }
  return { code, message: storable(message) }
}

function toItem({ fileId, filename }: WaitingFile, files: UploadedFiles): SourceItem {
  const location = FILE_SCHEME + fileId
  return {
    location,
    uri: `${location}/${filename}`,
    read: async () => ({ bytes: await files.read(fileId) }),
  }
}

/** @file Graft under the speed bench: ingest from files, then serve from a workspace opened anew. */
import path from 'node:path'
import { owner, type Reader } from '../../src/knowledge/index.ts'
import { openWorkspace, type Workspace } from '../../src/workspace.ts'
import { hashingEmbedder } from '../hashing-embedder.ts'
import { heldMemoryMb, timed } from '../timing.ts'
import type { GraftMode, Job, JobResult } from './job.ts'
import { measureQueries, type Search } from './measure-queries.ts'

/** About a third of the corpus at every size; the bench's reader is not in this group. */
const RESTRICTED_FOLDER = 'docs_vercel_ai'
const RESTRICTED_TO = 'staff'
const restrictedReader: Reader = { groups: ['everyone'] }

export async function measureGraftIngest({
  corpus,
  workspace: folder,
  mode,
}: Extract<Job, { kind: 'graft-ingest' }>): Promise<JobResult> {
  const workspace = await open(folder, mode)
  const { value: report, ms } = await timed(() => workspace.knowledge.add(corpus.files))
  const memoryMb = await heldMemoryMb()
  await workspace.knowledge.restrict(path.join(corpus.files, RESTRICTED_FOLDER), [RESTRICTED_TO])
  await workspace.close()
  if (report.failed.length > 0) {
    throw new Error(`internal: ${report.failed[0]!.uri} failed: ${report.failed[0]!.message}`)
  }
  const { chunks, bytes } = report
  return { ingest: { seconds: ms / 1000, chunks, bytes, memoryMb } }
}

export async function measureGraftServe({
  workspace: folder,
  mode,
  queries,
  collection,
}: Extract<Job, { kind: 'graft-serve' }>): Promise<JobResult> {
  const { value: workspace, ms: openMs } = await timed(() => open(folder, mode))
  const asOwner = searchAs(workspace, owner)
  const { ms: firstSearchMs } = await timed(() => asOwner(queries[0]!.text))
  const plain = await measureQueries(asOwner, queries)
  const filtered = await measureQueries(asOwner, queries, { collection })
  const reader = await measureQueries(searchAs(workspace, restrictedReader), queries)
  const memoryMb = await heldMemoryMb()
  await workspace.close()
  return { serve: { openMs, firstSearchMs, plain, filtered, reader, memoryMb } }
}

const embedders = { lexical: false, default: undefined, hybrid: hashingEmbedder } as const

function open(folder: string, mode: GraftMode): Promise<Workspace> {
  const embedder = embedders[mode]
  return openWorkspace(folder, embedder === undefined ? {} : { embedder })
}

function searchAs({ knowledge }: Workspace, reader: Reader): Search {
  return async (query, { collection } = {}) => {
    const filter = collection === undefined ? {} : { path: `${collection}/**` }
    const chunks = await knowledge.search(query, { limit: 10, reader, ...filter })
    return chunks.map(({ uri }) => uri)
  }
}

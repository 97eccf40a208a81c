/** @file A peer under the speed bench: reads the chunks, indexes and serves in one process. */
import type { CorpusChunk } from '../corpus.ts'
import { readJsonLinesFile } from '../json-lines.ts'
import type { Job, JobResult } from '../speed/job.ts'
import { measureQueries } from '../speed/measure-queries.ts'
import { heldMemoryMb, timed } from '../timing.ts'
import { langChainPeers } from './langchain.ts'
import { miniSearch } from './minisearch.ts'
import { oramaPeers } from './orama.ts'
import type { Peer } from './peer.ts'

export const peers: Peer[] = [miniSearch, ...oramaPeers, ...langChainPeers]

export function peerKey({ name, mode }: Peer): string {
  return `${name} ${mode}`
}

export async function measurePeer({
  peer: key,
  corpus,
  queries,
  collection,
}: Extract<Job, { kind: 'peer' }>): Promise<JobResult> {
  const peer = peers.find((candidate) => peerKey(candidate) === key)
  if (!peer) throw new Error(`internal: no peer "${key}"`)
  const { chunks, search, seconds, bytes } = await indexAll(peer, corpus.chunkFile)
  const ingest = { seconds, chunks, bytes, memoryMb: await heldMemoryMb() }
  const plain = await measureQueries(search, queries)
  const filtered = await measureQueries(search, queries, { collection })
  return { ingest, serve: { plain, filtered, memoryMb: await heldMemoryMb() } }
}

/** The chunks are read before the clock starts and let go afterwards: what stays is the peer's own. */
async function indexAll(
  peer: Peer,
  chunkFile: string,
): Promise<Awaited<ReturnType<Peer['index']>> & { seconds: number; bytes: number }> {
  const chunks = readJsonLinesFile<CorpusChunk>(chunkFile)
  const bytes = chunks.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)
  const { value, ms } = await timed(() => peer.index(chunks))
  return { ...value, seconds: ms / 1000, bytes }
}

/** @file Speed: ingest, queries, cold start and memory, beside npm peers on the same chunks. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { GraftError } from '../src/errors.ts'
import { buildCorpus, CORPUS_SEED, type Corpus } from './corpus.ts'
import { positiveInteger, readOptions } from './options.ts'
import { installPeers } from './peers/install.ts'
import { peerKey, peers } from './peers/measure-peer.ts'
import { writeReport } from './report.ts'
import { type ColdMeasure, measureCold } from './speed/cold.ts'
import { type GraftMode, type JobResult, runJob } from './speed/job.ts'
import { QUERY_SEED, type SpeedQuery, speedQueries } from './speed/queries.ts'
import { speedNotes, speedTables } from './speed/tables.ts'

export type EngineResult = JobResult & { engine: string; mode: string; failure?: string }

export type SpeedResult = {
  corpus: { chunks: number; documents: number; megabytes: number; filteredShare: number }
  engines: EngineResult[]
  cold: ColdMeasure
}

type Settings = { sizes: number[]; queries: number; coldRuns: number; peers: boolean }

/** At 50,000 chunks Orama alone was not done, indexing and queries, after five minutes: peers run up to here. */
const PEER_CHUNKS = 10_000

/** The folder that the filtered queries are limited to. */
const FILTERED_COLLECTION = 'docs_plausible'

/** `npm run bench -- speed [--chunks 10000,50000] [--no-peers] [--quick]` */
export async function run(options: string[]): Promise<void> {
  const { quick, settings } = readSettings(options)
  const versions = settings.peers ? installPeers() : {}
  const results: SpeedResult[] = []
  for (const size of settings.sizes) results.push(await measureSize(size, settings))
  writeReport({
    name: 'speed',
    title: 'Speed',
    options,
    seeds: { corpus: CORPUS_SEED, queries: QUERY_SEED },
    tables: results.flatMap(speedTables),
    notes: speedNotes(settings, versions),
    measurements: { peerVersions: versions, results },
    quick,
  })
}

function readSettings(options: string[]): { quick: boolean; settings: Settings } {
  const values = readOptions(options, {
    chunks: { type: 'string' },
    'no-peers': { type: 'boolean' },
    quick: { type: 'boolean' },
  })
  const quick = values.quick === true
  const chunks = String(values.chunks ?? (quick ? '1500' : '10000'))
  const settings = {
    sizes: chunks.split(',').map((size) => positiveInteger('chunks', size)),
    queries: quick ? 60 : 240,
    coldRuns: quick ? 2 : 5,
    peers: values['no-peers'] !== true,
  }
  return { quick, settings }
}

async function measureSize(size: number, settings: Settings): Promise<SpeedResult> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'graft-speed-'))
  try {
    note(`building a corpus of ${size} chunks`)
    const corpus = await buildCorpus(folder, size)
    const queries = speedQueries(corpus.chunks, settings.queries)
    const facts = corpusFacts(corpus)
    const place = { files: corpus.files, chunkFile: corpus.chunkFile }
    const graft = await measureGraft(folder, place, queries)
    const others = settings.peers && size <= PEER_CHUNKS ? await measurePeers(place, queries) : []
    const question = queries.find(({ kind }) => kind === 'sentence')!.text
    note('graft ask, cold')
    const cold = await measureCold(workspaceOf(folder, 'default'), question, settings.coldRuns)
    return { corpus: facts, engines: [...graft, ...others], cold }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function corpusFacts({ chunks, documents, bytes }: Corpus): SpeedResult['corpus'] {
  const filtered = chunks.filter(({ collection }) => collection === FILTERED_COLLECTION).length
  return {
    chunks: chunks.length,
    documents,
    megabytes: bytes / 1e6,
    filteredShare: filtered / chunks.length,
  }
}

type Place = { files: string; chunkFile: string }

async function measureGraft(
  folder: string,
  corpus: Place,
  queries: SpeedQuery[],
): Promise<EngineResult[]> {
  const results: EngineResult[] = []
  for (const mode of ['lexical', 'default', 'hybrid'] as const) {
    note(`Graft, ${mode}`)
    const shared = { workspace: workspaceOf(folder, mode), mode }
    const { ingest } = await runJob({ kind: 'graft-ingest', corpus, ...shared })
    const collection = FILTERED_COLLECTION
    const { serve } = await runJob({ kind: 'graft-serve', queries, collection, ...shared })
    results.push({ engine: 'Graft', mode, ...(ingest && { ingest }), ...(serve && { serve }) })
  }
  return results
}

function workspaceOf(folder: string, mode: GraftMode): string {
  return path.join(folder, `workspace-${mode}`)
}

/** A peer that cannot take the size is a result as well: it is reported, and the others go on. */
async function measurePeers(corpus: Place, queries: SpeedQuery[]): Promise<EngineResult[]> {
  const results: EngineResult[] = []
  for (const peer of peers) {
    note(`${peer.name}, ${peer.mode}`)
    const collection = FILTERED_COLLECTION
    const job = { kind: 'peer', peer: peerKey(peer), corpus, queries, collection } as const
    const result = await runJob(job).catch((error: unknown) => {
      if (error instanceof GraftError) return { failure: error.message }
      throw error
    })
    results.push({ engine: peer.name, mode: peer.mode, ...result })
  }
  return results
}

function note(text: string): void {
  process.stderr.write(`${text}\n`)
}

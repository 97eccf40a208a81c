/** @file The speed results as tables: what was measured, and Graft beside each peer. */
import { type Cell, type ResultTable, rounded } from '../report.ts'
import type { EngineResult, SpeedResult } from '../speed.ts'

export function speedTables(result: SpeedResult): ResultTable[] {
  const { chunks, documents, megabytes } = result.corpus
  const size = `${chunks} chunks (${documents} documents, ${rounded(megabytes)} MB)`
  return [
    { title: `${size}: ingest and memory`, ...ingestTable(result.engines) },
    { title: `${size}: queries, milliseconds`, ...queryTable(result) },
    { title: `${size}: opening, milliseconds`, ...openTable(result) },
    { title: `${size}: Graft beside each peer`, ...ratioTable(result.engines) },
  ].filter(({ rows }) => rows.length > 0)
}

type Table = Omit<ResultTable, 'title'>

function ingestTable(engines: EngineResult[]): Table {
  return {
    columns: [
      'engine',
      'mode',
      'chunks',
      'seconds',
      'chunks/s',
      'MB/s',
      'MiB after ingest',
      'MiB when serving',
    ],
    rows: engines.map(({ engine, mode, ingest, serve, failure }): Cell[] => {
      if (!ingest) return [engine, mode, failure ?? 'failed', '', '', '', '', '']
      const { chunks, seconds, bytes, memoryMb } = ingest
      const speed = [chunks / seconds, bytes / 1e6 / seconds]
      const memory = [memoryMb, serve?.memoryMb ?? Number.NaN].map(Math.round)
      return [engine, mode, chunks, rounded(seconds), ...speed.map(rounded), ...memory]
    }),
  }
}

function queryTable({ engines, corpus }: SpeedResult): Table {
  const share = `${(corpus.filteredShare * 100).toFixed(1)} %`
  return {
    columns: [
      'engine',
      'mode',
      'p50',
      'p95',
      `filtered to ${share}, p50`,
      'p95',
      'restricted reader, p50',
      'p95',
      'found@10',
    ],
    rows: engines.flatMap(({ engine, mode, serve }): Cell[][] => {
      if (!serve) return []
      const { plain, filtered, reader } = serve
      const times = [plain, filtered, reader].flatMap((measure): Cell[] =>
        measure ? [rounded(measure.latency.p50), rounded(measure.latency.p95)] : ['none', 'none'],
      )
      return [[engine, mode, ...times, rounded(plain.found)]]
    }),
  }
}

function openTable({ engines, cold }: SpeedResult): Table {
  const opened = engines.flatMap(({ engine, mode, serve }): Cell[][] =>
    serve?.openMs === undefined
      ? []
      : [
          [
            `${engine}, ${mode}: open the workspace, in a running Node`,
            Math.round(serve.openMs),
            '',
          ],
          [`${engine}, ${mode}: first search after it`, Math.round(serve.firstSearchMs!), ''],
        ],
  )
  const { ask, version } = cold
  return {
    columns: ['what', 'p50', 'max'],
    rows: [
      ...opened,
      ['graft ask, a whole process', Math.round(ask.p50), Math.round(ask.max)],
      ['of that, graft --version', Math.round(version.p50), Math.round(version.max)],
    ],
  }
}

/** Above 1, Graft is faster or smaller. A dense-only peer stands beside hybrid Graft, which does more. */
function ratioTable(engines: EngineResult[]): Table {
  const ofGraft = (mode: string): EngineResult | undefined =>
    engines.find((engine) => engine.engine === 'Graft' && engine.mode === mode)
  return {
    columns: ['peer', 'Graft mode', 'ingest chunks/s', 'query p50', 'query p95', 'memory serving'],
    rows: engines.flatMap((peer): Cell[][] => {
      const mode = peer.mode === 'lexical' ? 'lexical' : 'hybrid'
      const graft = ofGraft(mode)
      if (peer.engine === 'Graft' || !peer.ingest || !peer.serve) return []
      if (!graft?.ingest || !graft.serve) return []
      const perSecond = ({ chunks, seconds }: { chunks: number; seconds: number }): number =>
        chunks / seconds
      const [own, other] = [graft.serve.plain.latency, peer.serve.plain.latency]
      const ratios = [
        perSecond(graft.ingest) / perSecond(peer.ingest),
        other.p50 / own.p50,
        other.p95 / own.p95,
        peer.serve.memoryMb / graft.serve.memoryMb,
      ]
      return [[`${peer.engine}, ${peer.mode}`, mode, ...ratios.map(rounded)]]
    }),
  }
}

/** What a reader must know: above all, where the comparison is not like for like. */
export function speedNotes(
  { queries }: { queries: number },
  versions: Record<string, string>,
): string[] {
  const installed = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  const own = [
    `${queries} queries, one after the other: a third page headings, a third parts of sentences, a third SciFact claims. Ten results each.`,
    'found@10: share of the sentence queries whose page is among the ten results. It shows that the work was done; it does not measure quality.',
    'Graft ingests from files on disk: read, hash, parse, cut into chunks and sentences, index, commit durably. Serving is measured in another process that opens the same workspace.',
    'Dense and hybrid modes use the same hashing embedder (384 dimensions) everywhere, which costs nearly nothing.',
    'The restricted reader may not see about a third of the documents.',
    'Default mode: rescoring, and LSA fitted to the corpus. Its ingest time holds the fit, the embedding of all chunks and the switch to them.',
    'graft ask runs the TypeScript source in default mode; the compiled package loads faster.',
  ]
  if (installed.length === 0) return own
  return [
    ...own,
    'In the last table, above 1 means that Graft is faster or smaller than the peer; below 1, that the peer is.',
    'Not like for like, in favour of the peers: they are given text that is already cut (Graft parses files), keep everything in memory, lose it at exit, write nothing to disk, and have no versions, no access control, no sentence offsets and no incremental update. MB/s of a peer counts the text of its chunks.',
    'Not like for like, in favour of Graft: its memory is that of a process with Postgres in it, of which a part is on disk. Orama and MiniSearch do not stem by default, LangChain has no index behind its BM25 retriever; they run with their defaults.',
    'LangChain cuts with its own splitter (2,000 characters, no overlap), so its number of chunks differs. Its BM25 retriever has no filter; a retriever over the filtered passages stands in for it.',
    `Peers: ${installed.join(', ')}.`,
  ]
}

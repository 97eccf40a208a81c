/** @file graft add: index files, folders, web pages, sitemaps or standard input. */
import { buffer } from 'node:stream/consumers'
import type { Command } from 'commander'
import type { IngestOptions, IngestReport, TextTarget } from '../../knowledge/index.ts'
import { count, megabytes, note, print, printError, printJson, seconds } from '../output.ts'
import { createProgressBar } from '../progress.ts'
import { list, type Session, withWorkspace } from '../session.ts'

type AddOptions = { collection?: string; groups?: string[]; name?: string; watch?: true }

export function addCommand(program: Command): void {
  program
    .command('add')
    .description('index files, folders, URLs or - (standard input); run again to refresh')
    .argument('<target...>', 'path, URL, sitemap URL, or -')
    .option('-c, --collection <name>', 'collection to add to', 'default')
    .option(
      '-g, --groups <names>',
      'groups that may read it, comma-separated (default: everyone)',
      list,
    )
    .option('-n, --name <name>', 'name of a document from standard input', 'stdin.md')
    .option('-w, --watch', 'keep following changes until Ctrl-C')
    .action((targets: string[], options: AddOptions, command: Command) =>
      withWorkspace(command, (session) => add(targets, options, session)),
    )
}

async function add(targets: string[], options: AddOptions, session: Session): Promise<void> {
  const {
    workspace,
    signal,
    options: { json },
  } = session
  const { collection, groups } = options
  const ingestOptions = { signal, ...(collection && { collection }), ...(groups && { groups }) }
  for (const target of targets) {
    if (options.watch) await follow(target, ingestOptions, session)
    else {
      const bar = createProgressBar()
      const report = await workspace.knowledge.add(await resolveTarget(target, options), {
        ...ingestOptions,
        onProgress: (progress) => bar.update(progress),
        onEmbedding: (done, total) => bar.embedding(done, total),
      })
      bar.end()
      json ? printJson({ target, ...report }) : print(summary(report))
      if (report.failed.length > 0) process.exitCode = 1
    }
  }
  if (options.watch)
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
}

async function follow(
  target: string,
  options: IngestOptions,
  { workspace, signal, options: { json } }: Session,
): Promise<void> {
  const watcher = await workspace.knowledge.watch(target, {
    ...options,
    onError: printError,
    onReport: (report) => (json ? printJson({ target, ...report }) : print(summary(report))),
  })
  note(`Watching ${target}. Ctrl-C stops.`)
  signal.addEventListener('abort', () => void watcher.close())
}

async function resolveTarget(
  target: string,
  { name = 'stdin.md' }: AddOptions,
): Promise<string | TextTarget> {
  return target === '-' ? { name, text: await buffer(process.stdin) } : target
}

/** One line such as `3 added, 1 updated, 120 unchanged (412 chunks, 1.2 MB in 0.8 s)`. */
export function summary(report: IngestReport): string {
  const { failed, chunks, bytes, elapsedMs, interrupted } = report
  const kinds = ['added', 'updated', 'renamed', 'removed', 'unchanged'] as const
  const parts = kinds
    .filter((kind) => report[kind] > 0)
    .map((kind) => `${report[kind].toLocaleString('en')} ${kind}`)
  if (failed.length > 0) parts.push(`${failed.length} failed`)
  const work = `(${count(chunks, 'chunk')}, ${megabytes(bytes)} in ${seconds(elapsedMs)})`
  return `${parts.join(', ') || 'nothing to index'} ${work}${interrupted ? ' - interrupted, run it again to continue' : ''}`
}

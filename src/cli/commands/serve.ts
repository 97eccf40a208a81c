/** @file graft serve: the page and the HTTP API; graft start: the same over the sample documents. */
import { fileURLToPath } from 'node:url'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { loadConfig } from '../../config.ts'
import type { LogFormat } from '../../server/index.ts'
import { note, print, printError } from '../output.ts'
import { createProgressBar } from '../progress.ts'
import { type Session, withWorkspace } from '../session.ts'
import { summary } from './add.ts'

type ServeOptions = {
  host: string
  port: number
  log: LogFormat
  open?: boolean
  watch?: string[]
}

export function serveCommand(program: Command): void {
  serverOptions(program.command('serve').description('serve the page and the HTTP API'))
    .option('-w, --watch <path...>', 'index these paths and keep following them')
    .option('-o, --open', 'open the page in the browser')
    .action((options: ServeOptions, command: Command) =>
      withWorkspace(command, (session) => serve(options, session)),
    )
}

export function startCommand(program: Command): void {
  serverOptions(
    program
      .command('start')
      .description("index Graft's own documentation as a sample and open the page"),
  )
    .option('--no-open', 'do not open the browser')
    .action((options: ServeOptions, command: Command) =>
      withWorkspace(command, async (session) => {
        await indexSamples(session)
        await serve(options, session)
      }),
    )
}

function portNumber(value: string): number {
  const port = Number(value)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new InvalidArgumentError('A port is a whole number from 0 to 65535.')
}

function serverOptions(command: Command): Command {
  return command
    .option(
      '--host <address>',
      'address to bind; others than loopback need GRAFT_API_KEY or a key of graft keys create',
      '127.0.0.1',
    )
    .option('--port <number>', 'port; 0 takes a free one', portNumber, 4747)
    .addOption(
      new Option('--log <format>', 'a line for each request, on standard error')
        .choices(['json', 'text', 'off'] satisfies LogFormat[])
        .default('off'),
    )
}

async function serve(options: ServeOptions, { workspace, signal }: Session): Promise<void> {
  const { host, port, log, watch = [] } = options
  const watchers = await Promise.all(
    watch.map((target) =>
      workspace.knowledge.watch(target, {
        signal,
        onReport: (report) => note(summary(report)),
        onError: printError,
      }),
    ),
  )
  const apiKey = process.env.GRAFT_API_KEY
  const { limits } = await loadConfig('.')
  const [{ startServer }, { watchConfig }] = await Promise.all([
    import('../../server/index.ts'),
    import('../../config-watch.ts'),
  ])
  const server = await startServer(workspace, {
    host,
    port,
    log,
    ...(apiKey && { apiKey }),
    ...(limits && { limits }),
  })
  const configuration = await watchConfig('.', {
    apply: workspace.configure,
    onChange: () => note('The configuration was changed and is in use.'),
    onError(error) {
      printError(error)
      note('The configuration before the change stays in use.')
    },
  })
  print(`Graft is ready at ${server.url}`)
  note('Ctrl-C stops.')
  if (options.open && process.stdout.isTTY) await openBrowser(server.url)
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve())
  })
  await Promise.all([configuration, ...watchers].map((watcher) => watcher.close()))
  await server.close()
}

/** Where there is no browser to open, the printed address is enough. */
async function openBrowser(url: string): Promise<void> {
  const { default: open } = await import('open')
  await open(url).catch(() => undefined)
}

/** README, ARCHITECTURE and the guides: they ship with the package and answer questions about Graft. */
const SAMPLES = ['README.md', 'ARCHITECTURE.md', 'docs']

async function indexSamples({ workspace, signal }: Session): Promise<void> {
  for (const name of SAMPLES) {
    const bar = createProgressBar()
    const target = fileURLToPath(new URL(`../../../${name}`, import.meta.url))
    const report = await workspace.knowledge.add(target, {
      signal,
      onProgress: (progress) => bar.update(progress),
      onEmbedding: (done, total) => bar.embedding(done, total),
    })
    bar.end()
    if (report.added + report.updated + report.removed > 0) note(`${name}: ${summary(report)}`)
  }
}

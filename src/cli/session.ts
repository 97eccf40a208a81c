/** @file What every command shares: global options, an open workspace, Ctrl-C, exit codes. */
import type { Command } from 'commander'
import { loadConfig } from '../config.ts'
import type { Workspace } from '../workspace.ts'
import { note, printError } from './output.ts'

export type GlobalOptions = { workspace: string; json?: true }

export type Session = { workspace: Workspace; options: GlobalOptions; signal: AbortSignal }

/** Exit code after Ctrl-C, as shells expect it. */
const INTERRUPTED = 130

/** Opens the workspace for `work` and closes it in every case; errors become messages and exit code 1. */
export async function withWorkspace(
  command: Command,
  work: (session: Session) => Promise<void>,
): Promise<void> {
  const options = command.optsWithGlobals<GlobalOptions>()
  const interrupt = new AbortController()
  const onSignal = (): void => {
    // The second Ctrl-C ends at once; committed documents are safe either way.
    if (interrupt.signal.aborted) process.exit(INTERRUPTED)
    note('\nStopping; what is done is saved. Press Ctrl-C again to end at once.')
    process.exitCode = INTERRUPTED
    interrupt.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  let workspace: Workspace | undefined
  try {
    // Loaded here, so that --help and --version need not wait for it.
    const { openWorkspace } = await import('../workspace.ts')
    workspace = await openWorkspace(options.workspace, await loadConfig('.'))
    await work({ workspace, options, signal: interrupt.signal })
  } catch (error) {
    if (!interrupt.signal.aborted) {
      if (options.json) process.stdout.write(`${JSON.stringify({ error })}\n`)
      printError(error)
      process.exitCode = 1
    }
  } finally {
    await workspace?.close()
    process.removeListener('SIGINT', onSignal)
    process.removeListener('SIGTERM', onSignal)
  }
}

/** `a,b` -> ['a', 'b'] */
export function list(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)
}

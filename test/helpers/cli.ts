/** @file Runs the real command line in a process of its own. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export type CliResult = { code: number | null; stdout: string; stderr: string }

export type CliOptions = {
  workspace: string
  /** Working folder; where graft.config.ts is looked for. */
  cwd: string
  /** Standard input. */
  input?: string
  env?: Record<string, string>
}

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

export function spawnCli(args: string[], options: CliOptions): ChildProcessWithoutNullStreams {
  const { workspace, cwd, env } = options
  return spawn(process.execPath, [main, '--workspace', workspace, ...args], {
    cwd,
    // An empty DATABASE_URL keeps these commands on the embedded store.
    env: { ...process.env, DATABASE_URL: '', NO_COLOR: '1', ...env },
  })
}

export async function runCli(args: string[], options: CliOptions): Promise<CliResult> {
  const child = spawnCli(args, options)
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input ?? '')
  return await finished(child)
}

/** Collects the output of a process until it ends. */
export async function finished(child: ChildProcessWithoutNullStreams): Promise<CliResult> {
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (data: Buffer) => stdout.push(data))
  child.stderr.on('data', (data: Buffer) => stderr.push(data))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return {
    code,
    stdout: Buffer.concat(stdout).toString(),
    stderr: Buffer.concat(stderr).toString(),
  }
}

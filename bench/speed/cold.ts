/** @file Cold start: `graft ask` in a new process on a closed workspace, as a person at a shell meets it. */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { GraftError } from '../../src/errors.ts'
import { type Latency, summariseLatency } from '../timing.ts'

export type ColdMeasure = { ask: Latency; version: Latency }

const cli = path.resolve(import.meta.dirname, '../../src/cli/main.ts')

/** Wall time of whole processes; `--version` shows how much of it is Node loading the code. */
export async function measureCold(
  workspace: string,
  question: string,
  runs: number,
): Promise<ColdMeasure> {
  const times = (args: string[]): Latency =>
    summariseLatency(Array.from({ length: runs }, () => wallTime(args, workspace)))
  return { version: times(['--version']), ask: times(['--workspace', workspace, 'ask', question]) }
}

/** Runs beside the workspace, where no configuration file is found. */
function wallTime(args: string[], workspace: string): number {
  const started = performance.now()
  const { status, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd: path.dirname(workspace),
    encoding: 'utf8',
  })
  const elapsed = performance.now() - started
  if (status === 0) return elapsed
  throw new GraftError('bench_failed', `graft ${args[0]} ended with ${status}: ${stderr.trim()}`, {
    hint: 'Run the command by hand on a workspace of your own to see what is wrong.',
  })
}

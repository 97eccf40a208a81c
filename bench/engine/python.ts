/** @file Runs the Python scripts of the benches, each in a process of its own. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { GraftError } from '../../src/errors.ts'

/** Exit code of the scripts when a Python package is missing. */
const MISSING = 3

/**
 * What a script of this folder prints as JSON. `GRAFT_BENCH_PYTHON` names the Python to use, by default `python3`.
 * @throws GraftError peer_missing | peer_failed
 */
export async function runPython<Result>(
  script: string,
  options: readonly string[],
): Promise<Result> {
  const python = process.env.GRAFT_BENCH_PYTHON ?? 'python3'
  const child = spawn(python, [path.join(import.meta.dirname, script), ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', (cause) => reject(cannotStart(python, cause)))
    child.on('close', resolve)
  })
  const [output, code] = await Promise.all([text(child.stdout), ended])
  if (code === 0) return JSON.parse(output) as Result
  if (code === MISSING) throw packageMissing(python, output)
  throw new GraftError('peer_failed', `${script} ended with ${code ?? 'a signal'}`, {
    hint: 'Its own error is printed above. Where memory ran out, use smaller batches.',
  })
}

function cannotStart(python: string, cause: Error): GraftError {
  return new GraftError('peer_missing', `"${python}" cannot be started: ${cause.message}`, {
    hint: 'Set GRAFT_BENCH_PYTHON to a Python 3.10 or later that has torch, transformers and peft.',
    cause,
  })
}

function packageMissing(python: string, output: string): GraftError {
  const { missing } = JSON.parse(output) as { missing: string }
  return new GraftError('peer_missing', `"${python}" has no package ${missing}`, {
    hint: `Install it with \`${python} -m pip install torch transformers peft\`, or set GRAFT_BENCH_PYTHON to a Python that has it.`,
  })
}

/** @file Runs the user's command on a job folder: its output line by line, its end, and Ctrl-C. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { BehaviorError } from '../../errors.ts'

export type CommandRun = {
  readonly command: string
  /** Stands for `{job}`, and is in GRAFT_JOB. */
  readonly folder: string
  /** Is in GRAFT_JOB_ID; names the job wherever it goes. */
  readonly id: string
  readonly signal?: AbortSignal | undefined
  readonly onLine: (line: string) => void
}

/** Lines of output in the message when the command fails. */
const TAIL = 12
const LONGEST_LINE = 500
/** Long enough for a script to save a checkpoint. */
const GRACE_MS = 15_000

/** @throws BehaviorError `trainer_failed` | `trainer_interrupted` */
export async function runCommand(run: CommandRun): Promise<void> {
  const { command, folder, id, signal, onLine } = run
  if (signal?.aborted) throw interrupted(folder)
  await assertAlone(folder)
  const child = spawn(command.replaceAll('{job}', quote(folder)), {
    shell: true,
    env: { ...process.env, GRAFT_JOB: folder, GRAFT_JOB_ID: id },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that all of a pipeline can be ended together.
    detached: process.platform !== 'win32',
  })
  const tail: string[] = []
  for (const stream of [child.stdout, child.stderr])
    eachLine(stream, (line) => {
      onLine(line)
      // Metrics explain no failure. Standard output counts too: a remote terminal mixes both.
      if (!line.startsWith('{')) tail.push(line)
      if (tail.length > TAIL) tail.shift()
    })
  const stop = endOnAbort(child, signal)
  try {
    const ended = exitOf(child)
    await writeFile(pidFile(folder), String(child.pid))
    const end = await ended
    if (signal?.aborted) throw interrupted(folder)
    if (end !== 0) throw failed(end, tail, folder)
  } finally {
    stop()
    await rm(pidFile(folder), { force: true })
  }
}

/** The command of a call that was killed may still run, and two of them would spoil each other's files. */
async function assertAlone(folder: string): Promise<void> {
  const pid = Number(await readFile(pidFile(folder), 'utf8').catch(() => 0))
  if (pid === 0 || process.platform === 'win32' || !isAlive(pid)) return
  throw new BehaviorError(
    'trainer_failed',
    `the command of an earlier call still runs (process group ${pid})`,
    {
      hint: `Wait until it has ended, or end it with: kill -- -${pid}; if that is another program, remove ${pidFile(folder)}.`,
    },
  )
}

function isAlive(group: number): boolean {
  try {
    process.kill(-group, 0)
    return true
  } catch {
    return false
  }
}

function pidFile(folder: string): string {
  return path.join(folder, 'command.pid')
}

async function exitOf(child: ChildProcess): Promise<number | string> {
  return await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, killedBy) => resolve(code ?? killedBy ?? 'unknown'))
  })
}

/** Also splits at carriage returns, with which progress bars draw over themselves. */
function eachLine(stream: Readable, onLine: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split(/[\r\n]+/)
    rest = lines.pop()!
    for (const line of lines) if (line.trim() !== '') onLine(line)
  })
  stream.on('end', () => {
    if (rest.trim() !== '') onLine(rest)
  })
}

/** Asks the whole group to end, and after a while makes it. */
function endOnAbort(child: ChildProcess, signal: AbortSignal | undefined): () => void {
  let timer: NodeJS.Timeout | undefined
  const end = (): void => {
    killGroup(child, 'SIGTERM')
    timer = setTimeout(() => killGroup(child, 'SIGKILL'), GRACE_MS)
  }
  signal?.addEventListener('abort', end, { once: true })
  return () => {
    signal?.removeEventListener('abort', end)
    clearTimeout(timer)
  }
}

function killGroup(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill(name)
    else process.kill(-child.pid, name)
  } catch (error) {
    // It has ended by itself.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function quote(text: string): string {
  return process.platform === 'win32' ? `"${text}"` : `'${text.replaceAll("'", "'\\''")}'`
}

function interrupted(folder: string): BehaviorError {
  return new BehaviorError('trainer_interrupted', `training was ended; the job is in ${folder}`, {
    hint: 'Run the same command again: it goes on with what is there.',
  })
}

function failed(end: number | string, tail: readonly string[], folder: string): BehaviorError {
  const how = typeof end === 'number' ? `with exit code ${end}` : `by ${end}`
  const lines = tail.map((line) => `\n  ${line.slice(0, LONGEST_LINE)}`).join('')
  return new BehaviorError('trainer_failed', `the trainer's command ended ${how}${lines}`, {
    hint: `Mend the cause and run the same command again; the job stays in ${folder}.`,
  })
}

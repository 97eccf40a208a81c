/**
 * @file One process owns an embedded workspace: two PGlite engines on one folder corrupt it silently.
 * The lock is a file made with O_EXCL that names the owner and, once it listens, its socket.
 */
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { StoreError } from './errors.ts'

export type LockRecord = {
  pid: number
  /** Kernel start time of the process where the system tells it: a reused pid is not the owner. */
  started: string | null
  /** Folder of the owner's socket; null while the engine boots. */
  socketDir: string | null
}

export type Lock = {
  /** Publishes the socket, from now on other processes can connect. */
  publish(socketDir: string): void
  release(): void
}

/** Writing the record takes microseconds; a lock that is unreadable for longer lost its writer. */
const UNREADABLE_STALE_MS = 5_000
/** A reaper that died half-way must not block the others for ever. */
const REAPER_STALE_MS = 5_000

/** Takes the lock, or returns the record of the live owner. @throws StoreError workspace_unwritable */
export function acquireLock(workspace: string): { lock: Lock } | { owner: LockRecord } {
  const file = path.join(workspace, 'lock')
  for (;;) {
    if (createExclusively(file)) return { lock: heldLock(file) }
    const owner = readLock(file)
    if (owner && isAlive(owner)) return { owner }
    if (isAbandoned(file, owner)) reap(file)
  }
}

function createExclusively(file: string): boolean {
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
    const descriptor = openSync(file, 'wx', 0o600)
    writeFileSync(descriptor, JSON.stringify(ownRecord(null)))
    closeSync(descriptor)
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw new StoreError(
      'workspace_unwritable',
      `the workspace ${path.dirname(file)} cannot be written: ${(cause as Error).message}`,
      { hint: 'Choose another folder with --workspace, or correct its permissions.', cause },
    )
  }
}

function heldLock(file: string): Lock {
  const release = (): void => rmSync(file, { force: true })
  // A normal exit without close() (an uncaught error, process.exit) must not leave the lock behind.
  process.once('exit', release)
  return {
    publish(socketDir) {
      const next = `${file}.${process.pid}`
      writeFileSync(next, JSON.stringify(ownRecord(socketDir)), { mode: 0o600 })
      renameSync(next, file)
    },
    release() {
      process.removeListener('exit', release)
      release()
    },
  }
}

/** Removes a dead owner's lock; only one process at a time may look and remove. */
function reap(file: string): void {
  const guard = `${file}.reaper`
  try {
    closeSync(openSync(guard, 'wx', 0o600))
  } catch {
    if (isOlderThan(guard, REAPER_STALE_MS)) rmSync(guard, { force: true })
    sleep(20)
    return
  }
  try {
    if (isAbandoned(file, readLock(file))) rmSync(file, { force: true })
  } finally {
    rmSync(guard, { force: true })
  }
}

/** A lock that cannot be read is being written by its new owner, unless it stays so. */
function isAbandoned(file: string, owner: LockRecord | undefined): boolean {
  return owner ? !isAlive(owner) : isOlderThan(file, UNREADABLE_STALE_MS)
}

function readLock(file: string): LockRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LockRecord
  } catch {
    // Missing, or just being written by its new owner.
    return undefined
  }
}

function isAlive(owner: LockRecord): boolean {
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const started = startTime(owner.pid)
  return owner.started === null || started === null || owner.started === started
}

function ownRecord(socketDir: string | null): LockRecord {
  return { pid: process.pid, started: startTime(process.pid), socketDir }
}

/** Field 22 of /proc/PID/stat, counted after the parenthesised command name; null off Linux. */
function startTime(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}

function isOlderThan(file: string, ms: number): boolean {
  try {
    return Date.now() - statSync(file).mtimeMs > ms
  } catch {
    return false
  }
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

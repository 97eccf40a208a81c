/** @file Watches added folders and hands over batches of changed paths once they have come to rest. */
import path from 'node:path'
import { watch as chokidarWatch } from 'chokidar'
import { isListable } from './folder.ts'

export type PathChanges = { root: string; changed: string[]; deleted: string[] }

export type FolderWatcher = { close(): Promise<void> }

/** Editors write a file in several steps within a few milliseconds; a reader would see half of it. */
const SETTLE_MS = 60
/** A batch that failed as a whole (the store was not reachable) is tried again after this time. */
const RETRY_MS = 1_000

/**
 * Calls `onChanges` with absolute paths, one call at a time; changes that come meanwhile make the next
 * batch. Resolves when the watch stands: later changes are seen.
 */
export async function watchFolder(
  root: string,
  onChanges: (changes: PathChanges) => Promise<void>,
  onError?: (error: unknown) => void,
): Promise<FolderWatcher> {
  const pending = new Map<string, 'changed' | 'deleted'>()
  let timer: NodeJS.Timeout | undefined
  let working: Promise<void> | undefined
  let closed = false

  function note(file: string, kind: 'changed' | 'deleted'): void {
    pending.set(file, kind)
    schedule(SETTLE_MS)
  }

  function schedule(ms: number): void {
    clearTimeout(timer)
    if (!closed) timer = setTimeout(flush, ms)
  }

  function flush(): void {
    if (working || closed || pending.size === 0) return
    const batch = [...pending]
    pending.clear()
    const of = (kind: string): string[] => batch.filter(([, k]) => k === kind).map(([file]) => file)
    working = onChanges({ root, changed: of('changed'), deleted: of('deleted') })
      .then(
        () => SETTLE_MS,
        (error: unknown) => {
          onError?.(error)
          for (const [file, kind] of batch) if (!pending.has(file)) pending.set(file, kind)
          return RETRY_MS
        },
      )
      .then((pauseMs) => {
        working = undefined
        if (pending.size > 0) schedule(pauseMs)
      })
  }

  const watcher = chokidarWatch(root, {
    ignoreInitial: true,
    // Holding back deletions, as `atomic` does, would part the two halves of a rename.
    atomic: false,
    // Links are followed to files inside the folder only, which is decided when they are read.
    followSymlinks: false,
    ignored: (file) => file !== root && !isListable(root, file),
  })
  watcher.on('add', (file) => note(path.resolve(file), 'changed'))
  watcher.on('change', (file) => note(path.resolve(file), 'changed'))
  watcher.on('unlink', (file) => note(path.resolve(file), 'deleted'))
  await new Promise<void>((resolve, reject) => {
    watcher.once('ready', () => resolve())
    // Without a listener, a later error (no watches left for a new folder) would end the process.
    watcher.on('error', reject)
  })
  return {
    async close() {
      closed = true
      clearTimeout(timer)
      await watcher.close()
      await working
    },
  }
}

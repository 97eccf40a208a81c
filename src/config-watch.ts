/** @file Follows the configuration file: a change takes effect at once, a faulty one changes nothing. */
import chokidar from 'chokidar'
import { findConfig, type GraftConfig, loadConfig } from './config.ts'

export type ConfigWatchOptions = {
  /** Takes the changed configuration. */
  apply(config: GraftConfig): Promise<void>
  /** Called after each change that took effect. */
  onChange?(config: GraftConfig): void
  /** Called for each change that did not: the configuration before it stays. */
  onError(error: unknown): void
}

/** Editors write a file in steps. */
const SETTLE_MS = 100

/** Watches the configuration of a folder; nothing to watch where there is none. */
export async function watchConfig(
  folder: string,
  { apply, onChange, onError }: ConfigWatchOptions,
): Promise<{ close(): Promise<void> }> {
  const file = findConfig(folder)
  if (!file) return { close: async () => undefined }
  let timer: NodeJS.Timeout | undefined
  let working = Promise.resolve()
  const reload = async (): Promise<void> => {
    try {
      const config = await loadConfig(folder)
      await apply(config)
      onChange?.(config)
    } catch (error) {
      onError(error)
    }
  }
  const watcher = chokidar.watch(file, { ignoreInitial: true })
  watcher.on('all', () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      // One after the other, so that the last change wins.
      working = working.then(reload)
    }, SETTLE_MS)
  })
  await new Promise<void>((resolve) => watcher.once('ready', resolve))
  return {
    async close() {
      clearTimeout(timer)
      await watcher.close()
      await working
    },
  }
}

/** @file Making renames durable. */
import { open } from 'node:fs/promises'

/** A rename is durable only once its folder is. Windows cannot open folders, and need not. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** @file Files that are written whole or not at all, also when the power goes. */
import { open, rename } from 'node:fs/promises'
import path from 'node:path'
import { syncFolder } from './sync-folder.ts'

/** Writes into a neighbour, waits until it is on the disk, and puts it in the place of `file`. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const partial = `${file}.partial`
  const handle = await open(partial, 'w')
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(partial, file)
  await syncFolder(path.dirname(file))
}

/** @file Folders that appear whole or not at all, also after a crash. */
import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { syncFolder } from '../util/sync-folder.ts'

const temporary = /\.[0-9a-f]{12}\.(tmp|old)$/

/** Lets `fill` write a folder beside `target`, then puts it in its place. */
export async function replaceFolder(
  target: string,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  const mark = randomBytes(6).toString('hex')
  const next = `${target}.${mark}.tmp`
  const previous = `${target}.${mark}.old`
  await mkdir(next, { recursive: true })
  try {
    await fill(next)
    await syncFolder(next)
    await rename(target, previous).catch(ignoreMissing)
    await rename(next, target)
    await syncFolder(path.dirname(target))
  } finally {
    await rm(next, { recursive: true, force: true })
    await rm(previous, { recursive: true, force: true })
  }
}

/** Removes what a process that was killed left in the middle of `replaceFolder`. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await listFolder(folder))
    if (temporary.test(name)) await rm(path.join(folder, name), { recursive: true, force: true })
}

/** The names in a folder; none when there is no folder. */
export async function listFolder(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(ignoreMissing)) ?? []
}

/** Writes a text and waits until it is on the disk. */
export async function writeSynced(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w')
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** @throws what is not the absence of the file. */
export function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

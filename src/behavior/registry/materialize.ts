/** @file Adapter files of the registry on disk, where engines read them. */

import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { AdapterFile, AdapterVersion } from './adapter-version.ts'

/** Writes the files below `root` unless they are there; folders are named by hash and appear whole. */
export async function materializeAdapter(
  root: string,
  { hash }: Pick<AdapterVersion, 'hash'>,
  files: () => Promise<AdapterFile[]>,
): Promise<string> {
  const folder = path.join(root, hash)
  if (existsSync(folder)) return folder
  await mkdir(root, { recursive: true })
  const partial = await mkdtemp(path.join(root, '.partial-'))
  for (const { path: name, content } of await files())
    await writeFile(path.join(partial, path.basename(name)), content)
  try {
    await rename(partial, folder)
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    // Somebody else was quicker.
    if (!existsSync(folder)) throw error
  }
  return folder
}

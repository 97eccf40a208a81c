/** @file A folder that appears whole or not at all: written beside its place, then renamed. */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { syncFolder } from '../../util/sync-folder.ts'
import { BehaviorError } from '../errors.ts'

/** Beside the files of every export: what it is, and that the folder is one. */
export const MANIFEST = 'graft-export.json'

export type Staging = {
  /** What is to become the target. */
  readonly folder: string
  /** For files that are gone in the end. */
  readonly scratch: string
}

/**
 * Runs `work` on a folder beside `target` and puts that in its place. When `work` fails, the target is as
 * it was and nothing is left behind.
 * @throws BehaviorError `folder_not_empty`; what `work` throws
 */
export async function withStaging<Result>(
  target: string,
  force: boolean,
  work: (staging: Staging) => Promise<Result>,
): Promise<Result> {
  const place = path.resolve(target)
  await assertFree(place, force)
  const parent = path.dirname(place)
  await mkdir(parent, { recursive: true })
  const temporary = path.join(
    parent,
    `.${path.basename(place)}.${randomBytes(6).toString('hex')}.partial`,
  )
  const staging = {
    folder: path.join(temporary, 'export'),
    scratch: path.join(temporary, 'scratch'),
  }
  try {
    await mkdir(staging.folder, { recursive: true })
    await mkdir(staging.scratch)
    const result = await work(staging)
    await replace(place, staging.folder, path.join(temporary, 'replaced'))
    return result
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

async function replace(place: string, folder: string, aside: string): Promise<void> {
  const isThere = existsSync(place)
  if (isThere) await rename(place, aside)
  try {
    await rename(folder, place)
  } catch (error) {
    if (isThere) await rename(aside, place)
    throw error
  }
  await syncFolder(path.dirname(place))
}

/** Force deletes no folder but an earlier export: a mistyped path would cost more than that. */
async function assertFree(place: string, force: boolean): Promise<void> {
  const names = await readdir(place).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return []
    throw new BehaviorError('folder_not_empty', `${place} cannot be written: ${error.message}`, {
      hint: 'Name a folder that is empty or not there yet.',
      cause: error,
    })
  })
  const isExport = names.includes(MANIFEST)
  if (names.length === 0 || (force && isExport)) return
  throw new BehaviorError('folder_not_empty', `${place} holds ${names.length} files`, {
    hint: isExport
      ? 'It is an earlier export: replace it with --force, or name another folder.'
      : 'Name a folder that is empty or not there yet; --force replaces only earlier exports.',
  })
}

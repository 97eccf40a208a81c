/** @file Documents before and after an update, in a working copy: the files that were given stay untouched. */
import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Knowledge } from '../../knowledge/index.ts'
import { sha256 } from '../../util/hash.ts'
import { CompareError } from '../errors.ts'
import type { Phase } from '../result.ts'

export type DocumentStates = {
  /** SHA-256 of the documents at the start, and of what the update brings. */
  readonly hash: string
  readonly updateHash: string | null
  /** Brings the documents into a state, and resolves once they are found; returns how many changed. */
  bring(phase: Phase, signal?: AbortSignal): Promise<number>
}

export type DocumentFolders = {
  readonly documents: string
  /** New versions of some of the files, under the same names. */
  readonly update?: string | undefined
  /** Where the working copy is kept. */
  readonly copy: string
}

/**
 * States of a workspace that is made for a comparison: its documents are replaced.
 * @throws CompareError unreadable_file
 */
export async function documentStates(
  knowledge: Pick<Knowledge, 'add'>,
  { documents, update, copy }: DocumentFolders,
): Promise<DocumentStates> {
  const hash = await hashOfFolder(documents)
  const updateHash = update === undefined ? null : await hashOfFolder(update)
  return {
    hash,
    updateHash,
    async bring(phase, signal) {
      if (phase === 'initial') await rm(copy, { recursive: true, force: true })
      await mkdir(copy, { recursive: true })
      await cp(documents, copy, { recursive: true })
      if (phase === 'updated' && update !== undefined) await cp(update, copy, { recursive: true })
      const { added, updated, removed } = await knowledge.add(copy, { ...(signal && { signal }) })
      return added + updated + removed
    },
  }
}

/** Names and contents of all files below. */
export async function hashOfFolder(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (cause: unknown) => {
      throw new CompareError('unreadable_file', `"${folder}" is no folder that can be read`, {
        hint: 'Give a folder of documents.',
        cause,
      })
    },
  )
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted()
  const parts: string[] = []
  for (const file of files) parts.push(path.relative(folder, file), sha256(await readFile(file)))
  return sha256(parts.join('\n'))
}

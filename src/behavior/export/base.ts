/** @file The model folder that an adapter was trained on, checked to be the same still. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { BehaviorError } from '../errors.ts'
import type { AdapterVersion } from '../registry/adapter-version.ts'

/**
 * Compares a folder with the base that the registry names.
 * @throws BehaviorError `base_missing` | `base_changed`
 */
export async function assertSameBase(
  folder: string,
  { name, version, baseHash }: Pick<AdapterVersion, 'name' | 'version' | 'baseHash'>,
): Promise<void> {
  const hash = await hashFolder(folder)
  if (hash === baseHash) return
  throw new BehaviorError(
    'base_changed',
    `${folder} has the hash ${hash.slice(0, 12)}…, ${name}:${version} was trained on ${baseHash.slice(0, 12)}…`,
    {
      hint: 'Give the folder of the base that it was trained on, with the same files and no others, or tune again on this one.',
    },
  )
}

/** SHA-256 over the contents of the folder's files in the order of their names, as the registry keeps it. */
async function hashFolder(folder: string): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new BehaviorError('base_missing', `${folder} is no folder to read: ${String(cause)}`, {
      hint: 'Name the folder that the base is in now.',
      cause,
    })
  })
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name)
  const hash = createHash('sha256')
  for (const name of names.toSorted())
    for await (const chunk of createReadStream(path.join(folder, name)))
      hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}

/** @file Turns what a user names (path, URL, `-`) into a list of items to read. */
import { randomId } from '../../util/hash.ts'
import { listPath } from './folder.ts'
import type { Source, SourceContent } from './source.ts'
import { type FetchLimits, isUrl, listUrl } from './url.ts'

export { canonicalPath, changedItems, fileLocation } from './folder.ts'
export type { Source, SourceContent, SourceItem } from './source.ts'
export { type FetchLimits, isUrl } from './url.ts'
export { type FolderWatcher, type PathChanges, watchFolder } from './watch.ts'

/** A document given as text instead of a place, for example from standard input. */
export type TextTarget = { name: string; text: string | Uint8Array }

export async function listSource(
  target: string | TextTarget,
  limits: FetchLimits,
  signal?: AbortSignal,
): Promise<Source> {
  if (typeof target !== 'string') return { items: [textItem(target)], failures: [] }
  return isUrl(target) ? await listUrl(target, limits, signal) : await listPath(target)
}

function textItem({ name, text }: TextTarget): Source['items'][number] {
  const uri = name || randomId('text')
  // Each read hands out a copy: the parser takes the bytes it is given away from their owner.
  const read = async (): Promise<SourceContent> => ({ bytes: toBytes(text) })
  return { location: `text:${uri}`, uri, read }
}

function toBytes(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? new TextEncoder().encode(text) : Uint8Array.from(text)
}

/** @file What can be added: every source is a list of items, each read when its turn comes. */

export type SourceItem = {
  /** Identity of the document: `file:///…`, a URL, or `stdin:NAME`. */
  location: string
  /** What people see: the path relative to the added folder, or the URL. */
  uri: string
  read(signal?: AbortSignal): Promise<SourceContent>
}

export type SourceContent = { bytes: Uint8Array; mediaType?: string }

export type Source = {
  items: SourceItem[]
  /** Documents whose location starts with this prefix and that are not among the items are gone. */
  prefix?: string
  /** Prefixes below which nothing could be listed: what is known there is not gone. */
  unlisted?: string[]
  /** Locations that are known to be gone. */
  removed?: string[]
  /** What could not even be listed. */
  failures: { uri: string; error: unknown }[]
}

/** @file What a file name says: its extension, and a title in words. */

/** The extension in lower case without its dot; '' when there is none. */
export function extensionOf(name: string): string {
  return /[^/\\.][^/\\]*?\.([A-Za-z0-9]+)$/.exec(pathOf(name))?.[1]?.toLowerCase() ?? ''
}

/** The last segment of a path or URL path. */
export function baseName(name: string): string {
  return /[^/\\]+(?=[/\\]*$)/.exec(pathOf(name))?.[0] ?? name
}

/** "getting-started_guide.md" becomes "Getting started guide". */
export function humanizeName(name: string): string {
  const stem = baseName(name).replace(/(?<=.)\.[A-Za-z0-9]+$/, '')
  const words = stem.replace(/[-_\s]+/g, ' ').trim()
  return words === '' ? name || 'Untitled' : words[0]!.toUpperCase() + words.slice(1)
}

function pathOf(name: string): string {
  return /^[a-z]+:\/\//i.test(name) ? name.replace(/[?#].*$/, '') : name
}

/** @file The page's files, read once: a request can only name what was found at the start. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

export type StaticFile = { body: Uint8Array<ArrayBuffer>; type: string }

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

const folder = new URL('../../web/', import.meta.url)

export function readPage(): Map<string, StaticFile> {
  const files = new Map<string, StaticFile>()
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const type = types[path.extname(entry)]
    const name = entry.replaceAll(path.sep, '/')
    if (type)
      files.set(`/${name}`, { body: new Uint8Array(readFileSync(new URL(name, folder))), type })
  }
  const index = files.get('/index.html')
  if (index) files.set('/', index)
  return files
}

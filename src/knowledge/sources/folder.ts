/** @file Files and folders: walks a tree, honours ignore files, never leaves the added folder. */
import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import ignore, { type Ignore } from 'ignore'
import { KnowledgeError } from '../errors.ts'
import type { Source, SourceContent, SourceItem } from './source.ts'

/** Never documents: version control, dependencies, build output, our own data. */
const ALWAYS_IGNORED = [
  'node_modules/',
  '.*',
  '.*/',
  '__pycache__/',
  'dist/',
  'target/',
  '*.lock',
  'package-lock.json',
]
/** The parsers' own limit: what is larger is not even read. */
const MAX_FILE_BYTES = 50 * 1024 * 1024
const IGNORE_FILES = ['.gitignore', '.graftignore']
/** Files of these types hold no text to quote; a folder is not expected to be free of them. */
const NOT_TEXT =
  /\.(png|jpe?g|gif|webp|avif|ico|svg|bmp|tiff?|mp[34]|mov|avi|webm|wav|ogg|woff2?|ttf|otf|eot|zip|gz|tgz|bz2|xz|7z|rar|jar|exe|dll|so|dylib|o|a|class|pyc|wasm|bin|dat|db|sqlite|map|min\.js|min\.css)$/i

/** Lists a file or a folder. A file that is named is always listed, whatever its type. @throws KnowledgeError */
export async function listPath(target: string): Promise<Source> {
  const absolute = await canonicalPath(target)
  const info = await stat(absolute)
  if (!info.isDirectory()) {
    return { items: [fileItem(absolute, path.basename(absolute))], failures: [] }
  }
  const source: Source = {
    items: [],
    failures: [],
    prefix: `${fileLocation(absolute)}/`,
    unlisted: [],
  }
  await walk(absolute, { root: absolute, rules: [], source })
  source.items.sort((a, b) => (a.uri < b.uri ? -1 : 1))
  return source
}

function fileItem(absolute: string, uri: string): SourceItem {
  return {
    location: fileLocation(absolute),
    uri,
    read: (signal) => readBounded(absolute, uri, signal),
  }
}

async function readBounded(
  absolute: string,
  uri: string,
  signal: AbortSignal | undefined,
): Promise<SourceContent> {
  try {
    const info = await stat(absolute)
    // A pipe or a device may never end.
    if (!info.isFile()) throw unreadable(uri, 'not a regular file')
    if (info.size > MAX_FILE_BYTES) throw tooLarge(uri, info.size)
    return { bytes: await readFile(absolute, signal ? { signal } : {}) }
  } catch (cause) {
    signal?.throwIfAborted()
    throw cause instanceof KnowledgeError ? cause : unreadable(uri, cause)
  }
}

export function fileLocation(absolute: string): string {
  return pathToFileURL(absolute).href
}

/** Resolves symbolic links of the target itself. @throws KnowledgeError source_not_found */
export async function canonicalPath(target: string): Promise<string> {
  try {
    return await realpath(path.resolve(target))
  } catch {
    throw new KnowledgeError('source_not_found', `there is no file or folder "${target}"`, {
      hint: `Give a path relative to ${process.cwd()}, an absolute path, a URL, or - for standard input.`,
    })
  }
}

/** Whether a path below `root` would be listed; used by the watcher, which sees every change. */
export function isListable(root: string, absolute: string): boolean {
  const relative = toUri(root, absolute)
  return !ignore().add(ALWAYS_IGNORED).ignores(relative) && !NOT_TEXT.test(relative)
}

/** The items behind changed paths of a folder, without links that leave it and what its ignore files exclude. */
export async function changedItems(root: string, paths: string[]): Promise<SourceItem[]> {
  const kept = await Promise.all(
    paths.map(async (file) => !(await isExcluded(root, file)) && !(await leaves(root, file))),
  )
  return paths
    .filter((_, i) => kept[i])
    .map((file) => fileItem(file, file === root ? path.basename(file) : toUri(root, file)))
}

async function isExcluded(root: string, file: string): Promise<boolean> {
  if (file === root) return false
  const folders = [root]
  for (const part of path.relative(root, path.dirname(file)).split(path.sep).filter(Boolean)) {
    folders.push(path.join(folders.at(-1)!, part))
  }
  const rules = (await Promise.all(folders.map(ignoreRule))).filter((rule) => rule !== undefined)
  return isIgnored(file, 'file', root, rules)
}

/** A file that has just been deleted leads nowhere: reading it will tell. */
async function leaves(root: string, file: string): Promise<boolean> {
  const target = await realpath(file).catch(() => file)
  return !isInside(root, target)
}

function isInside(root: string, absolute: string): boolean {
  return absolute === root || absolute.startsWith(root + path.sep)
}

function toUri(root: string, absolute: string): string {
  return path.relative(root, absolute).split(path.sep).join('/')
}

type Rule = { folder: string; matcher: Ignore }
type Walk = { root: string; rules: Rule[]; source: Source }

async function walk(folder: string, { root, rules, source }: Walk): Promise<void> {
  const own = await ignoreRule(folder)
  const active = own ? [...rules, own] : rules
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    const uri = toUri(root, folder) || path.basename(root)
    source.failures.push({ uri, error: unreadable(uri, cause) })
    source.unlisted?.push(`${fileLocation(folder)}/`)
    return []
  })
  for (const entry of entries) {
    const absolute = path.join(folder, entry.name)
    const kind = await kindOf(root, absolute, source)
    if (!kind || isIgnored(absolute, kind, root, active)) continue
    if (kind === 'folder') await walk(absolute, { root, rules: active, source })
    else if (!NOT_TEXT.test(entry.name))
      source.items.push(fileItem(absolute, toUri(root, absolute)))
  }
}

/** Symbolic links are followed to files inside the added folder only; loops cannot arise then. */
async function kindOf(
  root: string,
  absolute: string,
  source: Source,
): Promise<'file' | 'folder' | undefined> {
  // Temporary files of editors vanish between listing and looking.
  const info = await lstat(absolute).catch(() => undefined)
  if (!info) return undefined
  if (info.isFile()) return 'file'
  if (info.isDirectory()) return 'folder'
  if (!info.isSymbolicLink()) return undefined
  const target = await realpath(absolute).catch(() => undefined)
  if (target && isInside(root, target)) return (await stat(target)).isFile() ? 'file' : undefined
  const uri = toUri(root, absolute)
  source.failures.push({
    uri,
    error: new KnowledgeError(
      'path_outside_root',
      `"${uri}" is a link to ${target ?? 'nothing'}, outside the added folder`,
      {
        hint: 'Add the target itself, or copy it into the folder.',
      },
    ),
  })
  return undefined
}

function isIgnored(
  absolute: string,
  kind: 'file' | 'folder',
  root: string,
  rules: Rule[],
): boolean {
  const always: Rule = { folder: root, matcher: ignore().add(ALWAYS_IGNORED) }
  return [always, ...rules].some(({ folder, matcher }) =>
    matcher.ignores(toUri(folder, absolute) + (kind === 'folder' ? '/' : '')),
  )
}

async function ignoreRule(folder: string): Promise<Rule | undefined> {
  const texts = await Promise.all(
    IGNORE_FILES.map((name) => readFile(path.join(folder, name), 'utf8').catch(() => '')),
  )
  const text = texts.join('\n')
  return text.trim() ? { folder, matcher: ignore().add(text) } : undefined
}

function tooLarge(uri: string, bytes: number): KnowledgeError {
  const megabytes = (size: number): string => (size / 1024 / 1024).toFixed(0)
  return new KnowledgeError(
    'document_too_large',
    `"${uri}" has ${megabytes(bytes)} MB; the limit is ${megabytes(MAX_FILE_BYTES)} MB`,
    { hint: 'Split the file into smaller documents, or leave out what nobody will ask about.' },
  )
}

function unreadable(uri: string, cause: unknown): KnowledgeError {
  const reason = (cause as NodeJS.ErrnoException).code ?? String(cause)
  return new KnowledgeError('source_unreadable', `"${uri}" cannot be read (${reason})`, {
    hint: 'Check that the file exists and that you have the right to read it.',
    cause,
  })
}

/** @file Filters of a search, as they go into SQL. */
import type { Reader } from '../access.ts'
import { KnowledgeError } from '../errors.ts'
import { type AttributeFilter, toJsonPath } from './attribute-filter.ts'

export type SearchFilter = {
  /** Who reads; the workspace owner when absent. */
  reader?: Reader
  collections?: string[]
  /** Glob over the document's path or URL: `billing/**`, `*.md`. */
  path?: string
  /** Only versions that became current at or after this ISO time. */
  since?: string
  /** Only versions that became current before this ISO time. */
  until?: string
  /** Search the documents as they were at this ISO time. */
  asOf?: string
  /** Only documents of vector stores whose file has such attributes. */
  attributes?: AttributeFilter
}

export type SqlFilter = {
  readers: readonly string[] | null
  collections: string[] | null
  pattern: string | null
  since: string | null
  until: string | null
  asOf: string | null
  /** As jsonpath. */
  attributes: string | null
}

/** @throws KnowledgeError invalid_date, invalid_query */
export function toSqlFilter(filter: SearchFilter): SqlFilter {
  assertStorable(filter)
  const { reader, collections, path, since, until, asOf, attributes } = filter
  return {
    readers: reader?.groups ?? null,
    collections: collections?.length ? collections : null,
    pattern: path ? globToPattern(path) : null,
    since: toIsoDate('since', since),
    until: toIsoDate('until', until),
    asOf: toIsoDate('asOf', asOf),
    attributes: attributes ? toJsonPath(attributes) : null,
  }
}

/** `**` crosses folders, `*` and `?` do not; a pattern without a slash matches the last part of the path. */
function globToPattern(glob: string): string {
  const body = glob.replace(
    /\*\*\/?|[*?]|[.+^${}()|[\]\\]/g,
    (token) => GLOB_TOKENS[token] ?? `\\${token}`,
  )
  return `${glob.includes('/') ? '^' : '(^|/)'}${body}$`
}

const GLOB_TOKENS: Record<string, string> = {
  '**/': '(.*/)?',
  '**': '.*',
  '*': '[^/]*',
  '?': '[^/]',
}

/** A day without a time means its end for `asOf` and `until`, so that "as of today" includes today. */
function toIsoDate(name: 'since' | 'until' | 'asOf', value: string | undefined): string | null {
  if (value === undefined || value === '') return null
  const [, day, time] = /^(\d{4}-\d\d-\d\d)(T.+)?$/.exec(value) ?? []
  const date = new Date(day && !time && name !== 'since' ? `${value}T23:59:59.999Z` : value)
  // Postgres knows no year 0.
  if (day && date.getUTCFullYear() > 0) return date.toISOString()
  throw new KnowledgeError('invalid_date', `${name} is "${value}", which is not a date`, {
    hint: 'Use ISO 8601: 2026-11-20 or 2026-11-20T14:30:00Z.',
  })
}

/** Postgres refuses NUL in a text. */
function assertStorable({ collections = [], path = '' }: SearchFilter): void {
  if (![...collections, path].some((value) => value.includes('\0'))) return
  throw new KnowledgeError('invalid_query', 'a filter contains a NUL character', {
    hint: 'Remove the character with code 0 from the collection or path.',
  })
}

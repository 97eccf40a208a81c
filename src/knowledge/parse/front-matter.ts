/** @file Front matter of Markdown: YAML between `---` lines, kept as scalars and lists of scalars. */
import { parse as parseYaml } from 'yaml'
import type { MetadataValue } from './parsed-document.ts'

export type FrontMatter = {
  /** Where the body starts. */
  end: number
  metadata: Record<string, MetadataValue>
}

// `+++` holds TOML (Hugo); it is skipped and not read.
const fence = /^(---|\+\+\+)[ \t]*\n([\s\S]*?)(?:^|\n)\1[ \t]*(?:\n|$)/

/** Reads the front matter of a Markdown text. YAML that does not parse is skipped: the page is still a page. */
export function readFrontMatter(text: string): FrontMatter {
  const match = fence.exec(text)
  if (!match) return { end: 0, metadata: {} }
  const [whole, kind, source] = match
  return { end: whole.length, metadata: kind === '---' ? readYaml(source!) : {} }
}

function readYaml(source: string): Record<string, MetadataValue> {
  try {
    return toMetadata(parseYaml(source, { maxAliasCount: 100, logLevel: 'error' }))
  } catch {
    return {}
  }
}

/** Keeps what fits metadata: scalars, and lists of scalars as strings; the rest is dropped. */
function toMetadata(value: unknown): Record<string, MetadataValue> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, entry]) => {
      const kept = toMetadataValue(entry)
      return kept === undefined ? [] : [[key, kept]]
    }),
  )
}

function toMetadataValue(value: unknown): MetadataValue | undefined {
  if (Array.isArray(value)) return value.every(isScalar) ? value.map(String) : undefined
  return isScalar(value) ? value : undefined
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
}

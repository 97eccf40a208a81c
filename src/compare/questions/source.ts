/** @file Which document or section a question's source names. */

import { plain } from './plain.ts'

/** A place in the documents; `headingPath` is null where only the document is known. */
export type Place = { readonly uri: string; readonly headingPath: readonly string[] | null }

/** `billing.md` names any document whose path ends so; `billing.md#Refunds` only a section of it. */
export function matchesSource({ uri, headingPath }: Place, source: string): boolean {
  const [, name = '', section] = /^([^#]*)(?:#(.*))?$/s.exec(source)!
  if (uri !== source && uri !== name && !uri.endsWith(`/${name}`)) return false
  if (section === undefined || headingPath === null || uri === source) return true
  return headingPath.some((heading) => plain(heading) === plain(section))
}

/** The document of a source, without its section. */
export function documentOf(source: string): string {
  return source.replace(/#.*/s, '')
}

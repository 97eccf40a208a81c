/** @file All versions of one document, for a reader who wants to know what it said before. */
import type { Queryable } from '../db/index.ts'
import { owner, type Reader } from './access.ts'

export type DocumentVersion = {
  versionId: string
  title: string
  chars: number
  /** ISO time from which it was the current one. */
  validFrom: string
  /** ISO time at which it was replaced or the document was removed; null while current. */
  validTo: string | null
}

/** Newest first; none for a document that is unknown or that the reader may not see. */
export async function listDocumentVersions(
  db: Queryable,
  documentId: string,
  reader: Reader = owner,
): Promise<DocumentVersion[]> {
  // Postgres refuses NUL in a text; no id holds one.
  if (documentId.includes('\0')) return []
  const rows = await db.query<
    Omit<DocumentVersion, 'validFrom' | 'validTo'> & { validFrom: Date; validTo: Date | null }
  >(
    `select v.id as "versionId", v.title, v.chars, v.valid_from as "validFrom", v.valid_to as "validTo"
     from graft.version v join graft.document d on d.id = v.document_id
     where d.id = $1 and graft.may_read(d, $2) order by v.valid_from desc, v.id`,
    [documentId, reader.groups],
  )
  return rows.map(({ validFrom, validTo, ...row }) => ({
    ...row,
    validFrom: validFrom.toISOString(),
    validTo: validTo?.toISOString() ?? null,
  }))
}

/** @file What the store knows of its documents' history. The reader's groups are in every statement. */
import type { Queryable } from '../db/index.ts'
import type { Reader } from '../knowledge/index.ts'

export type History = {
  /** Of the oldest version; null where there is none. */
  since: Date | null
  /** Days on which something changed, after the first day. */
  changeDays: number
  /** Documents that changed or were removed then. */
  changedDocuments: number
}

/**
 * Changes within the last days before `now`. The first day of a history does not count: that is when documents
 * were added, not changed.
 */
export async function readHistory(
  db: Queryable,
  { reader, now, days }: { reader: Reader; now: Date; days: number },
): Promise<History> {
  const [history] = await db.query<History>(
    `with readable as (
       select v.document_id, v.valid_from, v.valid_to
       from graft.version v join graft.document d on d.id = v.document_id
       where graft.may_read(d, $1) and v.valid_to is distinct from v.valid_from
     ), first as (select min(valid_from) as at from readable), event as (
       select document_id, valid_from as at from readable
       union all select document_id, valid_to from readable where valid_to is not null
     ), recent as (
       select event.* from event, first
       where event.at > first.at + interval '1 day' and event.at > $2::timestamptz - make_interval(days => $3)
         and event.at <= $2::timestamptz
     )
     select (select at from first) as since,
       (select count(distinct (at at time zone 'utc')::date) from recent) as "changeDays",
       (select count(distinct document_id) from recent) as "changedDocuments"`,
    [reader.groups, now.toISOString(), days],
  )
  const { since, changeDays, changedDocuments } = history!
  return {
    since,
    changeDays: Number(changeDays),
    changedDocuments: Number(changedDocuments),
  }
}

/** Current passages of some length, and how many of them stand in another document as well. */
export async function countRepeatedPassages(
  db: Queryable,
  reader: Reader,
  minLength: number,
): Promise<{ passages: number; repeated: number }> {
  const [counts] = await db.query<{ passages: number; repeated: number }>(
    `select coalesce(sum(copies), 0) as passages,
       coalesce(sum(copies) filter (where documents > 1), 0) as repeated
     from (
       select count(*) as copies, count(distinct c.document_id) as documents
       from graft.chunk c join graft.document d on d.id = c.document_id
       where c.valid_to is null and graft.may_read(d, $1) and length(c.text) >= $2
       group by md5(c.text)
     ) passage`,
    [reader.groups, minLength],
  )
  return { passages: Number(counts!.passages), repeated: Number(counts!.repeated) }
}

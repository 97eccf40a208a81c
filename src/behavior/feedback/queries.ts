/** @file SQL of feedback. */
import type { Queryable } from '../../db/index.ts'
import { randomId } from '../../util/hash.ts'
import type { Candidate, NewCandidate, ReviewState } from './candidate.ts'

const COLUMNS = `id, trace_id as "traceId", principal, vote, reason, correction, conversation, reply, evidence, state,
  at, reviewed_at as "reviewedAt"`

type CandidateRow = Omit<Candidate, 'at' | 'reviewedAt'> & { at: Date; reviewedAt: Date | null }

/** Feedback of the same person on the same answer is replaced, and has to be reviewed anew. */
export async function upsertCandidate(db: Queryable, candidate: NewCandidate): Promise<Candidate> {
  const { traceId, principal, vote, reason, correction, conversation, reply, evidence } = candidate
  const rows = await db.query<CandidateRow>(
    `insert into graft.feedback (id, trace_id, principal, vote, reason, correction, conversation, reply, evidence)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (trace_id, principal) do update set id = excluded.id, vote = excluded.vote,
       reason = excluded.reason, correction = excluded.correction, conversation = excluded.conversation,
       reply = excluded.reply, evidence = excluded.evidence, state = 'waiting', at = now(), reviewed_at = null
     returning ${COLUMNS}`,
    [
      randomId('fb'),
      traceId,
      principal,
      vote,
      reason,
      correction,
      conversation && JSON.stringify(conversation),
      reply,
      JSON.stringify(evidence),
    ],
  )
  return toCandidate(rows[0]!)
}

/** In the order in which they came; with ids, of these alone. */
export async function selectCandidates(
  db: Queryable,
  { state, ids }: { state?: ReviewState | undefined; ids?: readonly string[] },
): Promise<Candidate[]> {
  const rows = await db.query<CandidateRow>(
    `select ${COLUMNS} from graft.feedback
     where ($1::text is null or state = $1) and ($2::text[] is null or id = any ($2)) order by at, id`,
    [state ?? null, ids?.filter((id) => !id.includes('\0')) ?? null],
  )
  return rows.map(toCandidate)
}

/** Undefined where it has been replaced meanwhile. With a reply, that is what is reviewed. */
export async function updateState(
  db: Queryable,
  id: string,
  { state, reply }: { state: ReviewState; reply?: string | undefined },
): Promise<Candidate | undefined> {
  const rows = await db.query<CandidateRow>(
    `update graft.feedback set state = $2, reply = coalesce($3, reply), reviewed_at = now()
     where id = $1 returning ${COLUMNS}`,
    [id, state, reply ?? null],
  )
  return rows.map(toCandidate)[0]
}

function toCandidate(row: CandidateRow): Candidate {
  const { at, reviewedAt } = row
  return { ...row, at: at.toISOString(), reviewedAt: reviewedAt?.toISOString() ?? null }
}

/** @file Feedback and its review: nothing becomes an example that nobody has accepted. */
import type { Database } from '../../db/index.ts'
import { BehaviorError } from '../errors.ts'
import { type Candidate, type NewCandidate, type ReviewState, reviewStates } from './candidate.ts'
import { selectCandidates, updateState, upsertCandidate } from './queries.ts'

export type FeedbackStore = {
  /** Replaces what the same person said of the same answer before. */
  put(candidate: NewCandidate): Promise<Candidate>
  /** Oldest first. */
  list(state?: ReviewState): Promise<Candidate[]>
  /**
   * With a reply, that is what will be learned.
   * @throws BehaviorError `feedback_unknown`, `feedback_incomplete`
   */
  accept(id: string, reply?: string): Promise<Candidate>
  /** @throws BehaviorError `feedback_unknown` */
  reject(id: string): Promise<Candidate>
}

export function createFeedbackStore(db: Database): FeedbackStore {
  const review = async (
    id: string,
    change: { state: ReviewState; reply?: string | undefined },
  ): Promise<Candidate> => {
    const reviewed = await updateState(db, id, change)
    if (!reviewed) throw unknown(id)
    return reviewed
  }
  return {
    put: (candidate) => upsertCandidate(db, candidate),
    async list(state) {
      if (state === undefined || reviewStates.includes(state))
        return await selectCandidates(db, { state })
      throw new BehaviorError('invalid_option', `there is no state "${state}"`, {
        hint: `Use ${reviewStates.join(', ')}.`,
      })
    },
    async accept(id, reply) {
      const [candidate] = await selectCandidates(db, { ids: [id] })
      if (!candidate) throw unknown(id)
      assertComplete(candidate, reply)
      return await review(id, { state: 'accepted', reply: reply?.trim() })
    },
    reject: (id) => review(id.replaceAll('\0', ''), { state: 'rejected' }),
  }
}

function assertComplete({ id, conversation, reply: stored }: Candidate, reply = stored): void {
  if (conversation === null)
    throw new BehaviorError('feedback_incomplete', `the question behind "${id}" was not kept`, {
      hint: 'Reject it; set traces.keepText to true to learn from the answers to come.',
    })
  if (reply === null || reply.trim() === '')
    throw new BehaviorError('feedback_incomplete', `"${id}" has no reply to learn`, {
      hint: `Say what should have been said: graft feedback review --edit ${id} --reply TEXT`,
    })
}

function unknown(id: string): BehaviorError {
  return new BehaviorError('feedback_unknown', `there is no feedback "${id}"`, {
    hint: 'See graft feedback review; feedback that was given anew has another id.',
  })
}

/** @file Feedback on an answer, and the example that it may become once someone has looked at it. */

export type Vote = 'up' | 'down'

export type ReviewState = 'waiting' | 'accepted' | 'rejected'

export const reviewStates: readonly ReviewState[] = ['waiting', 'accepted', 'rejected']

export type CandidateTurn = { role: 'user' | 'assistant'; content: string }

/** A sentence on which the answer rested: a chunk, and the range in its version. */
export type CandidateEvidence = { chunkId: string; start: number; end: number }

export type NewCandidate = {
  traceId: string
  /** Who says it; null is the owner of the workspace. */
  principal: string | null
  vote: Vote
  reason: string | null
  /** What should have been said. */
  correction: string | null
  /** The turns up to the question, which is the last; null where texts are not kept. */
  conversation: CandidateTurn[] | null
  /** What would be learned: the correction, or the answer that was found good. Null where there is neither. */
  reply: string | null
  evidence: CandidateEvidence[]
}

export type Candidate = NewCandidate & {
  /** Another one whenever its words change, so that what is accepted is what was seen. */
  id: string
  state: ReviewState
  at: string
  reviewedAt: string | null
}

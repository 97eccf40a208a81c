/** @file Tools within one answer: the calls before the search, and the words for a call that has to wait. */
import type { AnswerBody } from '../answerer.ts'
import type { AskEvent } from '../events.ts'
import {
  decideCalls,
  makeCalls,
  type ToolParts,
  type ToolTurn,
  type ToolTurnOptions,
} from './call-tools.ts'
import type { ToolApproval, ToolCall, ToolEvent } from './tool-call.ts'

/** A turn whose next call has had its answer. */
export type ResumedTurn = { turn: ToolTurn; approved: boolean }

/** Decides on the calls of a question, or takes them up again, and makes those that need not wait. */
export async function* toolTurn(
  parts: ToolParts,
  options: ToolTurnOptions,
  resumed?: ResumedTurn,
): AsyncGenerator<ToolEvent, ToolTurn> {
  const turn = resumed ? continued(resumed.turn) : await begin(parts, options)
  yield* makeCalls(turn, parts, { ...options, approved: resumed?.approved })
  if (!turn.waiting) for (const call of turn.forCaller) yield { type: 'tool-call', call }
  return turn
}

function continued({ calls, results, sources, forCaller }: ToolTurn): ToolTurn {
  return { calls, results: [...results], sources: [...sources], forCaller }
}

async function begin(parts: ToolParts, options: ToolTurnOptions): Promise<ToolTurn> {
  const { functions, reader } = options
  if (functions && functions.results.length > 0) {
    const given = functions.results.map((result) => parts.results.keep(result, reader))
    return { calls: [], results: [], sources: await Promise.all(given), forCaller: [] }
  }
  const decided = await decideCalls(parts, options)
  const isOwn = ({ name }: ToolCall): boolean => parts.tools.some((tool) => tool.name === name)
  const isOffered = ({ name }: ToolCall): boolean =>
    functions?.offers.some((offer) => offer.name === name) ?? false
  const forCaller = decided.filter((call) => !isOwn(call) && isOffered(call))
  const calls = decided.filter((call) => !forCaller.includes(call))
  return { calls, results: [], sources: [], forCaller }
}

/** The caller goes on: there is nothing to say until then. */
export function* leaveToCaller(): Generator<AskEvent, AnswerBody> {
  yield { type: 'usage', usage: NO_TOKENS }
  return emptyBody('')
}

/** Names the call and its arguments, so that a client that shows text alone shows what it is about. */
export function* waitForApproval({ call }: ToolApproval): Generator<AskEvent, AnswerBody> {
  const answer = `Before I go on, ${call.name} needs your approval: ${JSON.stringify(call.input)}`
  yield { type: 'text-delta', delta: answer }
  yield { type: 'usage', usage: NO_TOKENS }
  return emptyBody(answer)
}

const NO_TOKENS = { inputTokens: 0, outputTokens: 0 }

function emptyBody(answer: string): AnswerBody {
  const none = { citations: [], verdicts: [], droppedReferences: [] }
  return { answer, abstained: false, ...none, usage: NO_TOKENS }
}

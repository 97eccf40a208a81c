/** @file Feedback as examples: lines of OpenAI's chat format that say where they come from. */
import { checkExamples } from '../examples/check-examples.ts'
import { type CheckName, checkNames } from '../examples/checks/index.ts'
import type { Finding } from '../examples/finding.ts'
import { readExamples } from '../examples/read.ts'
import type { Candidate } from './candidate.ts'

/** What one reply can be checked for by itself; the other checks compare examples. */
const OWN_CHECKS: readonly CheckName[] = ['empty', 'text', 'personal-data']

/** One line per complete candidate, for `graft examples check` and `graft tune`. */
export function candidateLines(candidates: readonly Candidate[]): string {
  return candidates
    .flatMap((candidate) => exampleOf(candidate) ?? [])
    .map((example) => `${JSON.stringify(example)}\n`)
    .join('')
}

/** Personal data, secrets and control characters of the example that it would be. */
export function candidateFindings(candidate: Candidate): Finding[] {
  const skip = checkNames.filter((name) => !OWN_CHECKS.includes(name))
  const lines = candidateLines([candidate])
  return lines === '' ? [] : [...checkExamples(readExamples(lines), { skip }).findings]
}

/** Earlier turns of the assistant are context, and not learned. */
function exampleOf(candidate: Candidate): Record<string, unknown> | undefined {
  const { conversation, reply, traceId, id, vote, correction } = candidate
  if (conversation === null || reply === null) return undefined
  const turns = conversation.map((turn) => (turn.role === 'user' ? turn : { ...turn, weight: 0 }))
  return {
    messages: [...turns, { role: 'assistant', content: reply }],
    trace: traceId,
    feedback: id,
    vote,
    source: sourceOf(reply, vote, correction),
  }
}

function sourceOf(reply: string, vote: Candidate['vote'], correction: string | null): string {
  if (reply === correction) return 'correction'
  return vote === 'up' && correction === null ? 'answer' : 'reviewer'
}

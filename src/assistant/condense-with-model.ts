/** @file Completing a follow-up question with a language model. */
import { generateText, type LanguageModel } from 'ai'
import { condenseQuestion, MAX_USER_TURNS, stemsOf, withoutCurrent } from './condense.ts'
import type { ConversationTurn } from './events.ts'
import { withoutControls } from './inert.ts'
import { abortedError } from './model-errors.ts'

const MAX_CONDENSED_CHARACTERS = 300
const CONDENSE_TIMEOUT_MS = 5_000

/**
 * Lets `model` rewrite a follow-up; falls back to `condenseQuestion` when it fails, dawdles or rambles.
 *
 * @throws AssistantError when the signal fires
 */
export async function condenseWithModel(
  model: LanguageModel,
  question: string,
  history: readonly ConversationTurn[],
  signal?: AbortSignal,
  { timeoutMs = CONDENSE_TIMEOUT_MS }: { timeoutMs?: number } = {},
): Promise<string> {
  const earlier = withoutCurrent(question, history)
  if (earlier.length === 0) return question
  const limit = AbortSignal.timeout(timeoutMs)
  const { promise: late, reject } = Promise.withResolvers<never>()
  const abortSignal = signal ? AbortSignal.any([signal, limit]) : limit
  abortSignal.addEventListener('abort', () => reject(abortedError()), { once: true })
  if (abortSignal.aborted) reject(abortedError())
  try {
    const prompt = rewritePrompt(question, earlier)
    const call = generateText({
      model,
      prompt,
      temperature: 0,
      maxOutputTokens: 100,
      maxRetries: 0,
      abortSignal,
    })
    const { text } = await Promise.race([call, late])
    return acceptable(text, question, earlier) ?? condenseQuestion(question, earlier)
  } catch {
    if (signal?.aborted) throw abortedError()
    return condenseQuestion(question, earlier)
  }
}

function rewritePrompt(question: string, history: readonly ConversationTurn[]): string {
  const turns = history
    .slice(-2 * MAX_USER_TURNS)
    .map(({ role, content }) => `${role}: ${withoutControls(content.slice(0, 600))}`)
  return `Rewrite the last question so that it can be understood without the conversation. Keep its language and its words; replace only what points back. If it already stands on its own, repeat it. Reply with the question alone.

<conversation>
${turns.join('\n')}
</conversation>

Last question: ${withoutControls(question)}`
}

/** One line that still speaks of what was asked; anything else is not a rewritten question. */
function acceptable(
  text: string,
  question: string,
  history: readonly ConversationTurn[],
): string | undefined {
  const line = text
    .trim()
    .replace(/^(?:standalone |rewritten )?question:\s*/i, '')
    .replace(/^["“](.*)["”]$/s, '$1')
  if (line === '' || line.includes('\n') || line.length > MAX_CONDENSED_CHARACTERS) return undefined
  const known = stemsOf([question, ...history.map(({ content }) => content)].join('\n'))
  const words = [...stemsOf(line)]
  const familiar = words.filter((stem) => known.has(stem)).length
  const keepsOwnWords = [...stemsOf(question)].every((stem) => words.includes(stem))
  return familiar * 2 >= words.length && keepsOwnWords ? line : undefined
}

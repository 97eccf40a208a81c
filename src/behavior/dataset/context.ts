/** @file Examples in the context that they are served in; without knowledge that is the conversation alone. */
import type { Example } from '../examples/example.ts'
import type { EvaluationItem } from './item.ts'
import type { TrainingTurn } from './turn.ts'

/**
 * How a reply relates to the documents: it quotes them, says that they hold no answer, or does neither;
 * `none` where there are no documents.
 */
export type Grounding = 'quotes' | 'declines' | 'ungrounded' | 'none'

export type ContextualExample = {
  readonly line: number
  readonly grounding: Grounding
  /** The example as it is learned. */
  readonly turn: TrainingTurn
  /** The example as it is asked when held out. */
  readonly item: EvaluationItem
}

/** Puts examples into context, in order; who has documents brings the evidence. */
export type Contextualize = (
  examples: readonly Example[],
  signal?: AbortSignal,
) => AsyncIterable<ContextualExample>

/** The conversation as it is: for tasks without documents. */
export async function* withoutContext(
  examples: readonly Example[],
): AsyncGenerator<ContextualExample> {
  for (const { line, messages, tools } of examples) {
    const { content, tool_calls: toolCalls } = messages.at(-1)!
    const prompt = messages.slice(0, -1)
    const turn: TrainingTurn = {
      prompt,
      given: '',
      text: content ?? '',
      ...(toolCalls && { toolCalls }),
      ...(tools && { tools }),
    }
    const question = prompt.findLast(({ role }) => role === 'user')?.content ?? ''
    const { text, ...served } = turn
    const item = { ...served, line, question, reference: text, quotes: {}, plan: [], gold: [] }
    yield { line, grounding: 'none', turn, item }
  }
}

/** @file Asks a model the held-out items, with an adapter, with instructions, or as it is. */
import type { LocalModel } from '../../inference/index.ts'
import type { EvaluationItem } from '../dataset/item.ts'
import { servedTokens } from '../dataset/turn.ts'

export type Arm = {
  readonly name: 'base' | 'prompted' | 'tuned'
  /** Name of a loaded adapter. */
  readonly adapter?: string
  /** What the model is told about the form. */
  readonly instructions?: string | undefined
}

export type AskOptions = {
  maxTokens: number
  signal?: AbortSignal | undefined
  onAnswer?: () => void
}

/** What the model writes for each item, greedily and without constraints. */
export async function answerItems(
  model: LocalModel,
  arm: Arm,
  items: readonly EvaluationItem[],
  { maxTokens, signal, onAnswer }: AskOptions,
): Promise<string[]> {
  return await Promise.all(
    items.map(async (item) => {
      const prompt = servedTokens(model.tokenizer, withInstructions(item, arm.instructions))
      const { text } = await model.complete({
        prompt,
        temperature: 0,
        maxTokens,
        ...(arm.adapter !== undefined && { adapter: arm.adapter }),
        ...(signal && { signal }),
      })
      onAnswer?.()
      signal?.throwIfAborted()
      return text.trim()
    }),
  )
}

/** An example's own system message says what the task is, and stays first. */
export function withInstructions(
  item: EvaluationItem,
  instructions: string | undefined,
): EvaluationItem {
  if (instructions === undefined) return item
  const [first, ...rest] = item.prompt
  const content =
    first?.role === 'system' ? `${first.content ?? ''}\n\n${instructions}` : instructions
  const others = first?.role === 'system' ? rest : item.prompt
  return { ...item, prompt: [{ role: 'system', content }, ...others] }
}

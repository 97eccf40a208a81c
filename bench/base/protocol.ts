/** @file Whether the base follows the evidence protocol, on articles and forms that it has not seen. */
import { planLine } from '../../src/assistant/compact-prompt.ts'
import { servedTokens } from '../../src/behavior/dataset/turn.ts'
import type { LocalModel } from '../../src/inference/index.ts'
import { createDraw } from '../../training-recipes/base/draw.ts'
import { type GroundedExample, groundedExample } from '../../training-recipes/base/grounded.ts'
import { squadPool } from '../../training-recipes/base/sources.ts'

export type Followed = {
  /** How the form was asked for. */
  asked: 'nothing' | 'words' | 'example'
  abstains: boolean
  /** Ended by itself, every reference planned, and the first planned sentence quoted. */
  wellFormed: boolean
  /** To the letter what the form demands. */
  exact: boolean
}

/** Answers of held-out questions, written freely: no constraint on references. */
export async function followProtocol(
  model: LocalModel,
  { count, seed }: { count: number; seed: number },
): Promise<Followed[]> {
  const pool = await squadPool('test')
  const draw = createDraw(seed)
  const examples = Array.from({ length: count }, () => groundedExample(pool, draw))
  return await Promise.all(examples.map((example) => follow(model, example)))
}

async function follow(
  model: LocalModel,
  { messages, plan, text }: GroundedExample,
): Promise<Followed> {
  const prompt = servedTokens(model.tokenizer, { prompt: messages, given: planLine(plan) })
  const written = await model.complete({ prompt, temperature: 0, maxTokens: 200 })
  const references = [...written.text.matchAll(/\[+(\d+)\]+/g)].map(([, number]) => Number(number))
  const quoted = plan.length === 0 || written.text.includes(`[[${plan[0]}]]`)
  return {
    asked: messages[0]!.role === 'system' ? 'words' : messages.length > 1 ? 'example' : 'nothing',
    abstains: plan.length === 0,
    wellFormed:
      written.finishReason === 'end-of-turn' &&
      quoted &&
      references.every((number) => plan.includes(number)),
    exact: written.text.trim() === text,
  }
}

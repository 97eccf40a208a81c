/** @file Whether the base follows the evidence protocol, on articles and forms that it has not seen. */
import { answerConstraints, LONGEST_REPEAT } from '../../src/assistant/answer-constraint.ts'
import { planLine } from '../../src/assistant/compact-prompt.ts'
import { servedTokens } from '../../src/behavior/dataset/turn.ts'
import type { LocalModel } from '../../src/inference/index.ts'
import { createDraw } from '../../training-recipes/base/draw.ts'
import { type GroundedExample, groundedExample } from '../../training-recipes/base/grounded.ts'
import { squadPool } from '../../training-recipes/base/sources.ts'

export type Followed = {
  /** Freely, or with the constraint on references and repeats that the assistant puts on the base. */
  written: 'freely' | 'as served'
  /** How the form was asked for. */
  asked: 'nothing' | 'words' | 'example'
  abstains: boolean
  /** Ended by itself, every reference planned, and the first planned sentence quoted. */
  wellFormed: boolean
  /** To the letter what the form demands. */
  exact: boolean
}

/** Answers of held-out questions, each written freely and as served. */
export async function followProtocol(
  model: LocalModel,
  { count, seed }: { count: number; seed: number },
): Promise<Followed[]> {
  const pool = await squadPool('test')
  const draw = createDraw(seed)
  const examples = Array.from({ length: count }, () => groundedExample(pool, draw))
  return await Promise.all(
    (['freely', 'as served'] as const).flatMap((written) =>
      examples.map((example) => follow(model, example, written)),
    ),
  )
}

async function follow(
  model: LocalModel,
  { messages, plan, text }: GroundedExample,
  how: Followed['written'],
): Promise<Followed> {
  const prompt = servedTokens(model.tokenizer, { prompt: messages, given: planLine(plan) })
  const written = await model.complete({
    prompt,
    temperature: 0,
    maxTokens: 200,
    ...(how === 'as served' && {
      constraint: answerConstraints(plan)[0]!,
      noRepeatNgram: LONGEST_REPEAT,
    }),
  })
  const references = [...written.text.matchAll(/\[+(\d+)\]+/g)].map(([, number]) => Number(number))
  const quoted = plan.length === 0 || written.text.includes(`[[${plan[0]}]]`)
  return {
    written: how,
    asked: messages[0]!.role === 'system' ? 'words' : messages.length > 1 ? 'example' : 'nothing',
    abstains: plan.length === 0,
    wellFormed:
      written.finishReason === 'end-of-turn' &&
      quoted &&
      references.every((number) => plan.includes(number)),
    exact: written.text.trim() === text,
  }
}

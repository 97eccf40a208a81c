/** @file Chooses the answerer that a configuration asks for. */
import type { Answerer } from './answerer.ts'
import type { Condense } from './ask.ts'
import type { VerificationPolicy } from './events.ts'
import type { ModelSetting } from './model.ts'
import { createQuotingAnswerer, DEFAULT_ABSTENTION } from './quoting-answerer.ts'

export type AnswererSetting = {
  model?: ModelSetting
  policy?: VerificationPolicy
  instructions?: string
  abstention?: string
}

/** With a model: it answers and condenses follow-ups; without: quotes and a heuristic. */
export async function createAnswerer(
  setting: AnswererSetting,
): Promise<{ answerer: Answerer; condense?: Condense }> {
  const {
    model: modelSetting,
    policy = 'flag',
    instructions,
    abstention = DEFAULT_ABSTENTION,
  } = setting
  if (modelSetting === undefined) return { answerer: createQuotingAnswerer({ abstention }) }
  // The AI SDK takes a tenth of a second to load: only for those who use a model.
  const [{ resolveModel }, { createModelAnswerer }, { condenseWithModel }] = await Promise.all([
    import('./model.ts'),
    import('./model-answerer.ts'),
    import('./condense-with-model.ts'),
  ])
  const model = await resolveModel(modelSetting)
  return {
    answerer: createModelAnswerer(model, {
      policy,
      abstention,
      ...(instructions && { instructions }),
    }),
    condense: (question, history, signal) => condenseWithModel(model, question, history, signal),
  }
}

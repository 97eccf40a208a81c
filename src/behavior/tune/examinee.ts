/** @file Who answers the held-out items: a model on this machine, or one at a service. */
import { type LocalModel, openLocalModel } from '../../inference/index.ts'
import type { EvaluationItem } from '../dataset/item.ts'
import type { ModelService } from '../trainers/trainer.ts'
import { type Arm, type AskOptions, answerItems, withInstructions } from './answer-items.ts'
import { generalAbility } from './general-ability.ts'

export type Examinee = {
  /** What it writes for each item, without randomness. */
  answer(arm: Arm, items: readonly EvaluationItem[], options: AskOptions): Promise<string[]>
  /** Right or wrong per question; none where it cannot be asked for probabilities. */
  generalAbility(options: {
    adapter?: string
    signal?: AbortSignal | undefined
  }): Promise<boolean[]>
  close(): Promise<void>
}

export type ExamineeOptions = {
  readonly base: string
  /** What training returned; arms know it as `tuned`. */
  readonly adapter: string
  /** Where both are served, when that is not here. */
  readonly service?: ModelService | undefined
}

/** Requests that a service gets at the same time. */
const CONCURRENCY = 4

export async function openExaminee(options: ExamineeOptions): Promise<Examinee> {
  const { base, adapter, service } = options
  if (service) return remoteExaminee(service, adapter)
  return localExaminee(await openLocalModel(base, { adapters: { tuned: adapter } }))
}

function localExaminee(model: LocalModel): Examinee {
  return {
    answer: (arm, items, options) => answerItems(model, arm, items, options),
    generalAbility: (options) => generalAbility(model, options),
    close: () => model.close(),
  }
}

function remoteExaminee(service: ModelService, tuned: string): Examinee {
  return {
    async answer(arm, items, { maxTokens, signal, onAnswer }) {
      const written: string[] = []
      const waiting = items.entries()
      const work = async (): Promise<void> => {
        for (const [i, item] of waiting) {
          const question = withInstructions(item, arm.instructions)
          const adapter = arm.adapter === undefined ? {} : { adapter: tuned }
          const text = await service.ask(question, { ...adapter, maxTokens, signal })
          written[i] = text.trim()
          onAnswer?.()
        }
      }
      await Promise.all(Array.from({ length: CONCURRENCY }, work))
      return written
    },
    generalAbility: async () => [],
    close: async () => undefined,
  }
}

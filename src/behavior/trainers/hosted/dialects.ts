/** @file How services that speak the OpenAI wire differ. */
import type { TrainerSettings } from '../trainer.ts'

export type Dialect = {
  /** Part of the request that creates a job. */
  method(settings: TrainerSettings, overrides: Hyperparameters): Record<string, unknown>
  /** Settings that this service does not take: it decides itself. */
  readonly ignores: readonly (keyof TrainerSettings)[]
  /** Whether rows may keep earlier replies out of the loss. */
  readonly takesWeights: boolean
  /** What comes back: files of an adapter, or the name of a model that the service serves. */
  readonly result: HostedResult
}

export type HostedResult = 'adapter' | 'model'
export type Hyperparameters = Readonly<Record<string, string | number | boolean>>

export type DialectName = 'openai' | 'nebius'

export const dialects: Readonly<Record<DialectName, Dialect>> = {
  /** https://platform.openai.com/docs/api-reference/fine-tuning */
  openai: {
    method: ({ epochs }, overrides) => ({
      method: {
        type: 'supervised',
        supervised: { hyperparameters: { n_epochs: epochs, ...overrides } },
      },
    }),
    ignores: ['rank', 'alpha', 'learningRate'],
    takesWeights: true,
    result: 'model',
  },
  /** https://docs.tokenfactory.nebius.com/post-training/how-to-fine-tune */
  nebius: {
    method: ({ epochs, learningRate, rank, alpha }, overrides) => ({
      hyperparameters: {
        n_epochs: epochs,
        learning_rate: learningRate,
        warmup_ratio: 0.1,
        lora: true,
        lora_r: rank,
        lora_alpha: alpha,
        ...overrides,
      },
    }),
    ignores: [],
    takesWeights: false,
    result: 'adapter',
  },
}

export const dialectNames: readonly string[] = Object.keys(dialects)

/** @file What POST /v1/fine_tuning/jobs takes. */
import { z } from 'zod'
import type { JobRequest } from '../../../behavior/index.ts'
import { metadataField, storableText } from '../fields.ts'
import { openaiError, unsupported } from '../shared.ts'
import { isEmptyList, type Refusal, refuse } from '../unsupported.ts'

type Hyperparameters = {
  n_epochs?: 'auto' | number | undefined
  learning_rate_multiplier?: 'auto' | number | undefined
  batch_size?: 'auto' | number | null | undefined
}

/** Ours: what OpenAI's own service has no field for. */
type Extension = {
  rank?: number | undefined
  margin?: number | undefined
  context?: boolean | undefined
  instructions?: string | undefined
  ignore_errors?: boolean | undefined
}

export type CreateJobBody = {
  model: string
  training_file: string
  validation_file?: string | null | undefined
  suffix?: string | null | undefined
  seed?: number | null | undefined
  metadata?: Record<string, string> | null | undefined
  method?: Method | null | undefined
  hyperparameters?: Hyperparameters | null | undefined
  integrations?: unknown
  graft?: Extension | null | undefined
}

type Method = {
  type: 'supervised' | 'dpo' | 'reinforcement'
  supervised?: { hyperparameters?: Hyperparameters | undefined } | undefined
}

const auto = z.literal('auto')

const hyperparameters: z.ZodType<Hyperparameters> = z.object({
  n_epochs: z.union([auto, z.number().int().min(1).max(50)]).optional(),
  learning_rate_multiplier: z.union([auto, z.number().positive().max(100)]).optional(),
  batch_size: z.union([auto, z.number()]).nullish(),
})

const extension: z.ZodType<Extension> = z.strictObject({
  rank: z.number().int().min(1).max(256).optional(),
  margin: z.number().min(0).max(1).optional(),
  context: z.boolean().optional(),
  instructions: storableText(20_000).optional(),
  ignore_errors: z.boolean().optional(),
})

const method: z.ZodType<Method> = z.object({
  type: z.enum(['supervised', 'dpo', 'reinforcement']),
  supervised: z.object({ hyperparameters: hyperparameters.optional() }).optional(),
})

export const createJobBody: z.ZodType<CreateJobBody> = z.object({
  model: storableText(200),
  training_file: storableText(100),
  validation_file: storableText(100).nullish(),
  suffix: storableText(64).nullish(),
  seed: z.number().int().min(0).max(2_147_483_647).nullish(),
  metadata: metadataField.nullish(),
  method: method.nullish(),
  hyperparameters: hyperparameters.nullish(),
  integrations: z.unknown().optional(),
  graft: extension.nullish(),
})

const refusals: readonly Refusal[] = [
  { param: 'integrations', harmless: isEmptyList, why: 'metrics are not sent to other services' },
]

/** The base that is tuned here, by the names under which it is known. */
const BASE = 'graft/base'
const MODELS = [BASE, 'graft']

const DEFAULT_EPOCHS = 6
const DEFAULT_SEED = 42

/** @throws RequestError 400 | 404 for what is not done here */
export function toJobRequest(body: CreateJobBody): JobRequest {
  refuse({ integrations: body.integrations }, refusals)
  assertModel(body.model)
  const { n_epochs, learning_rate_multiplier } = hyperparametersOf(body)
  const { ignore_errors: ignoreErrors, ...others } = body.graft ?? {}
  return {
    model: BASE,
    adapterName: adapterName(body.suffix),
    trainingFile: body.training_file,
    ...(body.validation_file && { validationFile: body.validation_file }),
    ...(body.metadata && { metadata: body.metadata }),
    settings: {
      epochs: typeof n_epochs === 'number' ? n_epochs : DEFAULT_EPOCHS,
      seed: body.seed ?? DEFAULT_SEED,
      ...(typeof learning_rate_multiplier === 'number' && {
        learningRateMultiplier: learning_rate_multiplier,
      }),
      ...defined(others),
      ...(ignoreErrors && { ignoreErrors }),
    },
  }
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> }

function defined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined),
  ) as Defined<T>
}

function hyperparametersOf({
  method,
  hyperparameters: deprecated,
}: CreateJobBody): Hyperparameters {
  if (method && method.type !== 'supervised') {
    throw unsupported(
      'method',
      `method: "${method.type}" is not trained here`,
      'Use {"type": "supervised"} with examples of good replies.',
    )
  }
  const given = method?.supervised?.hyperparameters ?? deprecated ?? {}
  if (typeof given.batch_size === 'number') {
    throw unsupported(
      'batch_size',
      'batch_size: batches are filled by tokens, not by a number of examples',
      'Leave it out, or send "auto".',
    )
  }
  return given
}

function assertModel(model: string): void {
  if (MODELS.includes(model)) return
  throw openaiError(404, {
    message: `the model "${model}" cannot be fine-tuned here`,
    code: 'model_not_found',
    param: 'model',
    hint: `Fine-tune "${BASE}"; for a model folder of your own, run graft tune --base FOLDER.`,
  })
}

/** Of the names in the registry. */
const MAX_NAME = 63

/** A name of the registry out of any text; jobs without one become versions of `tuned`. */
function adapterName(suffix: string | null | undefined): string {
  const name = (suffix ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, MAX_NAME)
    .replace(/[^a-z0-9]+$/, '')
  return name === '' ? 'tuned' : name
}

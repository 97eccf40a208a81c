/** @file Chooses the answerer that a configuration asks for. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { type AdapterSource, adapterFolder } from './adapters.ts'
import type { Answerer, AnswerSettings } from './answerer.ts'
import type { Condense } from './ask.ts'
import { type BaseModel, createBaseModel } from './base-model.ts'
import { AssistantError } from './errors.ts'
import type { VerificationPolicy } from './events.ts'
import type { ModelSetting } from './model.ts'
import type { BaseOutputOptions } from './output/base-output.ts'
import type { OutputSchema } from './output/output-schema.ts'
import { createQuotingAnswerer, DEFAULT_ABSTENTION } from './quoting-answerer.ts'
import type { DecideTools } from './tools/tool-call.ts'

/** Models that come with the package: `graft/base` composes around quotes, `graft/quoting` quotes alone. */
export type EmbeddedModel = 'graft/base' | 'graft/quoting'

export type AnswererSetting = {
  model?: ModelSetting | EmbeddedModel
  policy?: VerificationPolicy
  instructions?: string
  abstention?: string
  /** For `graft/base`: folder of a PEFT adapter, or one of the registry's, such as `support@production`. */
  adapter?: string
  budgets?: {
    /** Tokens of one answer. Default 1,024; for the embedded base 300. */
    maxOutputTokens?: number
  }
}

/** Finds adapters that are named, not given as a folder. */
export type AdapterFinder = (reference: string) => AdapterSource

export type Answering = {
  answerer: Answerer
  condense?: Condense
  /** Absent where rules alone decide on tools: the embedded models cannot. */
  decide?: DecideTools
  /** What answers in this form instead. @throws AssistantError `output_unavailable` */
  structured(schema: OutputSchema): Promise<Answerer>
  settings: AnswerSettings
}

/**
 * With a language model: it answers and condenses follow-ups; the embedded models need neither key nor
 * network. Default: `graft/base` where instructions or an adapter ask for a form, else `graft/quoting`,
 * whose answers are what the base writes when nothing is asked of it.
 * @throws AssistantError `invalid_configuration` when an adapter is given for another model than `graft/base`
 */
export async function createAnswerer(
  setting: AnswererSetting,
  findAdapter?: AdapterFinder,
  base: Pick<BaseModel, 'open'> = createBaseModel(),
): Promise<Answering> {
  const { instructions, adapter } = setting
  const asksForForm = instructions !== undefined || adapter !== undefined
  const model = setting.model ?? (asksForForm ? 'graft/base' : 'graft/quoting')
  if (model === 'graft/base') return await baseAnswering(setting, findAdapter, base)
  if (adapter !== undefined) throw adapterWithout(model)
  if (model !== 'graft/quoting') return await modelAnswering(model, setting)
  const settings = settingsOf(model, setting)
  return {
    answerer: createQuotingAnswerer(settings),
    settings,
    async structured(schema) {
      // Nobody asked for quotes alone; a form is what the base is for.
      if (setting.model === undefined)
        return await baseOutput(schema, { instructions, ...setting.budgets, settings }, base)
      throw new AssistantError('output_unavailable', '"graft/quoting" writes no JSON', {
        hint: 'Ask "graft/base" or a language model, or leave the form out.',
      })
    },
  }
}

/** Whether an adapter is a folder on disk, not one of the registry's. */
export function isAdapterFolder(adapter: string): boolean {
  return adapter.includes(path.sep) || existsSync(path.join(adapter, 'adapter_config.json'))
}

function settingsOf(model: string, setting: AnswererSetting): AnswerSettings {
  const { policy = 'flag', abstention = DEFAULT_ABSTENTION, instructions, adapter } = setting
  return {
    model,
    policy,
    abstention,
    ...(instructions !== undefined && { instructions }),
    ...(adapter !== undefined && { adapter }),
  }
}

async function baseAnswering(
  { adapter, ...setting }: AnswererSetting,
  findAdapter: AdapterFinder | undefined,
  base: Pick<BaseModel, 'open'>,
): Promise<Answering> {
  const { createPlanningAnswerer } = await import('./planning-answerer.ts')
  const settings = settingsOf('graft/base', { ...setting, ...(adapter && { adapter }) })
  const served = {
    ...setting,
    name: adapter === undefined ? 'graft/base' : `graft/base + ${path.basename(adapter)}`,
    ...(adapter !== undefined && { adapter: adapterSource(adapter, findAdapter) }),
    ...setting.budgets,
  }
  return {
    answerer: createPlanningAnswerer(base.open, served),
    settings,
    structured: (schema) => baseOutput(schema, { ...served, settings }, base),
  }
}

function adapterSource(adapter: string, findAdapter: AdapterFinder | undefined): AdapterSource {
  return isAdapterFolder(adapter) || !findAdapter
    ? adapterFolder(adapter, path.basename(adapter))
    : findAdapter(adapter)
}

async function baseOutput(
  schema: OutputSchema,
  {
    settings,
    name = 'graft/base',
    ...served
  }: Partial<BaseOutputOptions> & {
    settings: AnswerSettings
  },
  { open }: Pick<BaseModel, 'open'>,
): Promise<Answerer> {
  const { createBaseOutput } = await import('./output/base-output.ts')
  return createBaseOutput(open, schema, { ...served, name, abstention: settings.abstention })
}

async function modelAnswering(setting: ModelSetting, house: AnswererSetting): Promise<Answering> {
  // The AI SDK takes a tenth of a second to load: only for those who use a model.
  const [
    { resolveModel },
    { createModelAnswerer },
    { condenseWithModel },
    { decideWithModel },
    { createModelOutput },
  ] = await Promise.all([
    import('./model.ts'),
    import('./model-answerer.ts'),
    import('./condense-with-model.ts'),
    import('./tools/decide-with-model.ts'),
    import('./output/model-output.ts'),
  ])
  const model = await resolveModel(setting)
  const { policy = 'flag', instructions, abstention = DEFAULT_ABSTENTION, budgets } = house
  const own = { abstention, ...(instructions && { instructions }), ...budgets }
  const answerer = createModelAnswerer(model, { policy, ...own })
  return {
    answerer,
    condense: (question, history, signal) => condenseWithModel(model, question, history, signal),
    decide: (turns, offers, signal) => decideWithModel(model, turns, offers, signal),
    structured: async (schema) => createModelOutput(model, schema, own),
    settings: settingsOf(answerer.model, house),
  }
}

function adapterWithout(model: ModelSetting | EmbeddedModel): AssistantError {
  const name = typeof model === 'string' ? model : 'the configured model'
  return new AssistantError(
    'invalid_configuration',
    `an adapter is configured, but ${name} takes none`,
    {
      hint: 'Set model to "graft/base", or leave it out; adapters of other models belong to their server.',
    },
  )
}

/** @file Chooses the answerer that a configuration asks for. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { LocalModel } from '../inference/index.ts'
import { type AdapterSource, adapterFolder } from './adapters.ts'
import type { Answerer } from './answerer.ts'
import type { Condense } from './ask.ts'
import { AssistantError } from './errors.ts'
import type { VerificationPolicy } from './events.ts'
import type { ModelSetting } from './model.ts'
import { createQuotingAnswerer, DEFAULT_ABSTENTION } from './quoting-answerer.ts'

/** Models that come with the package: `graft/base` composes around quotes, `graft/quoting` quotes alone. */
export type EmbeddedModel = 'graft/base' | 'graft/quoting'

export type AnswererSetting = {
  model?: ModelSetting | EmbeddedModel
  policy?: VerificationPolicy
  instructions?: string
  abstention?: string
  /** For `graft/base`: folder of a PEFT adapter, or one of the registry's, such as `support@production`. */
  adapter?: string
}

/** Finds adapters that are named, not given as a folder. */
export type AdapterFinder = (reference: string) => AdapterSource

type Answering = { answerer: Answerer; condense?: Condense }

/**
 * With a language model: it answers and condenses follow-ups; the embedded models need neither key nor
 * network. Default: `graft/base` where instructions or an adapter ask for a form, else `graft/quoting`,
 * whose answers are what the base writes when nothing is asked of it.
 * @throws AssistantError `invalid_configuration` when an adapter is given for another model than `graft/base`
 */
export async function createAnswerer(
  setting: AnswererSetting,
  findAdapter?: AdapterFinder,
): Promise<Answering> {
  const { instructions, adapter } = setting
  const asksForForm = instructions !== undefined || adapter !== undefined
  const model = setting.model ?? (asksForForm ? 'graft/base' : 'graft/quoting')
  if (model === 'graft/base') return { answerer: await baseAnswerer(setting, findAdapter) }
  if (adapter !== undefined) throw adapterWithout(model)
  if (model !== 'graft/quoting') return await modelAnswering(model, setting)
  const { abstention = DEFAULT_ABSTENTION } = setting
  return { answerer: createQuotingAnswerer({ abstention }) }
}

/** ONNX Runtime takes a while to load: only for those who use it, and then with the first question. */
async function baseAnswerer(
  { adapter, ...setting }: AnswererSetting,
  findAdapter: AdapterFinder | undefined,
): Promise<Answerer> {
  const { createPlanningAnswerer } = await import('./planning-answerer.ts')
  const open = async (): Promise<LocalModel> => {
    const [{ openLocalModel }, { embeddedBase }] = await Promise.all([
      import('../inference/index.ts'),
      import('../models/index.ts'),
    ])
    return await openLocalModel(await embeddedBase(), { adapters: {} })
  }
  if (adapter === undefined) return createPlanningAnswerer(open, { ...setting, name: 'graft/base' })
  const isFolder =
    adapter.includes(path.sep) || existsSync(path.join(adapter, 'adapter_config.json'))
  const source =
    isFolder || !findAdapter ? adapterFolder(adapter, path.basename(adapter)) : findAdapter(adapter)
  const name = `graft/base + ${path.basename(adapter)}`
  return createPlanningAnswerer(open, { ...setting, name, adapter: source })
}

async function modelAnswering(
  setting: ModelSetting,
  { policy = 'flag', instructions, abstention = DEFAULT_ABSTENTION }: AnswererSetting,
): Promise<Answering> {
  // The AI SDK takes a tenth of a second to load: only for those who use a model.
  const [{ resolveModel }, { createModelAnswerer }, { condenseWithModel }] = await Promise.all([
    import('./model.ts'),
    import('./model-answerer.ts'),
    import('./condense-with-model.ts'),
  ])
  const model = await resolveModel(setting)
  return {
    answerer: createModelAnswerer(model, {
      policy,
      abstention,
      ...(instructions && { instructions }),
    }),
    condense: (question, history, signal) => condenseWithModel(model, question, history, signal),
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

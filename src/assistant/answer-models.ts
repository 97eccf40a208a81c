/** @file The models that a request may name: the configured one, assistants, the embedded ones, adapters. */
import type { AdapterVersion, Registry } from '../behavior/index.ts'
import type { ModelChoice } from './answerer.ts'
import { type AssistantSetting, type HouseSetting, settingOfAssistant } from './assistants.ts'
import type { AnswererSetting, Answering, createAnswerer } from './create-answerer.ts'
import { AssistantError } from './errors.ts'

export type ModelEntry = {
  id: string
  /** Set for the assistants of the configuration. */
  assistant?: true
  /** ISO time at which an adapter was registered; null for what came with the package. */
  createdAt: string | null
}

export type AnswerModels = {
  /** What may be named, without the canaries behind an alias. */
  list(): Promise<ModelEntry[]>
  /** @throws AssistantError unknown_model */
  choose(choice: ModelChoice): Promise<ChosenModel>
}

/** What answers, and all that was configured for it. */
export type ChosenModel = Answering & { setting: HouseSetting }

/** The configuration as it is now. */
export type House = {
  setting: HouseSetting
  assistants: readonly AssistantSetting[]
  /** What answers where nothing is asked for. */
  configured: Answering
}

export type AnswerModelParts = {
  registry: Registry
  /** Makes an answerer as the workspace makes its own. */
  create(setting: AnswererSetting): ReturnType<typeof createAnswerer>
}

const ADAPTER_PREFIX = 'graft:'
const embedded = ['graft/base', 'graft/quoting'] as const

/** `house` is asked anew for each request: configurations change while the server runs. */
export function createAnswerModels(
  house: () => House,
  { registry, create }: AnswerModelParts,
): AnswerModels {
  async function settingFor(model: string): Promise<HouseSetting> {
    const { setting, assistants } = house()
    if (model === 'graft') return setting
    const assistant = assistants.find(({ name }) => [name, ADAPTER_PREFIX + name].includes(model))
    if (assistant) return settingOfAssistant(assistant, setting)
    const { adapter: _, ...others } = setting
    const name = embedded.find((id) => id === model)
    if (name) return { ...others, model: name }
    if (!model.startsWith(ADAPTER_PREFIX)) throw unknownModel(model)
    const adapter = await findAdapter(model.slice(ADAPTER_PREFIX.length))
    return { ...others, model: 'graft/base', adapter }
  }

  /** An alias stays one, so that canaries take their share; a bare name becomes its newest version. */
  async function findAdapter(reference: string): Promise<string> {
    const found = await registry.get(reference).catch((cause: unknown) => {
      throw unknownModel(`${ADAPTER_PREFIX}${reference}`, cause)
    })
    return reference.includes('@') ? reference : referenceOf(found)
  }

  return {
    async list() {
      const [versions, aliases] = await Promise.all([registry.list(), registry.aliases()])
      const created = new Map(versions.map((one) => [referenceOf(one), one.createdAt]))
      return [
        { id: 'graft', createdAt: null },
        ...house().assistants.map(({ name }) => ({
          id: `${ADAPTER_PREFIX}${name}`,
          createdAt: null,
          assistant: true as const,
        })),
        ...embedded.map((id) => ({ id, createdAt: null })),
        ...aliases.map(({ name, alias, version }) => ({
          id: `${ADAPTER_PREFIX}${name}@${alias}`,
          createdAt: created.get(`${name}:${version}`) ?? null,
        })),
        ...versions.map((one) => ({
          id: `${ADAPTER_PREFIX}${referenceOf(one)}`,
          createdAt: one.createdAt,
        })),
      ]
    },
    async choose({ model = 'graft', instructions }) {
      const { setting, configured } = house()
      const chosen = withInstructions(await settingFor(model), instructions)
      if (chosen === setting) return { ...configured, setting }
      return { ...(await create(chosen)), setting: chosen }
    },
  }
}

function referenceOf({ name, version }: AdapterVersion): string {
  return `${name}:${version}`
}

function withInstructions(setting: HouseSetting, instructions?: string): HouseSetting {
  if (instructions === undefined) return setting
  const all = [setting.instructions, instructions].filter((part) => part !== undefined)
  return { ...setting, instructions: all.join('\n\n') }
}

function unknownModel(model: string, cause?: unknown): AssistantError {
  return new AssistantError('unknown_model', `the model "${model}" does not exist`, {
    hint: 'GET /v1/models lists those there are; "graft" is the one that is configured.',
    cause,
  })
}

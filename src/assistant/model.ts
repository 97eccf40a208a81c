/** @file From a setting to a language model: a name, an OpenAI-compatible endpoint or a ready model object. */
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { extractReasoningMiddleware, type LanguageModel, wrapLanguageModel } from 'ai'
import { AssistantError } from './errors.ts'

type EndpointSetting = {
  /** For example `http://127.0.0.1:8080/v1`. */
  baseURL: string
  model: string
  apiKey?: string
  headers?: Record<string, string>
}

/** A model object of the AI SDK, an endpoint, or `provider/model` such as `ollama/llama3`. */
export type ModelSetting = LanguageModel | EndpointSetting

type Provider = { package: string; create: string; key: string }

const providers: Record<string, Provider> = {
  anthropic: { package: '@ai-sdk/anthropic', create: 'anthropic', key: 'ANTHROPIC_API_KEY' },
  google: { package: '@ai-sdk/google', create: 'google', key: 'GOOGLE_GENERATIVE_AI_API_KEY' },
  groq: { package: '@ai-sdk/groq', create: 'groq', key: 'GROQ_API_KEY' },
  mistral: { package: '@ai-sdk/mistral', create: 'mistral', key: 'MISTRAL_API_KEY' },
  openai: { package: '@ai-sdk/openai', create: 'openai', key: 'OPENAI_API_KEY' },
}

/** Where Ollama listens unless told otherwise. */
const OLLAMA_URL = 'http://127.0.0.1:11434/v1'

/**
 * The language model that `setting` names. Provider packages are loaded only here; keys come from the
 * providers' usual environment variables.
 *
 * @throws AssistantError when the provider is unknown, its package missing or its key not set
 */
export async function resolveModel(setting: ModelSetting): Promise<LanguageModel> {
  if (typeof setting === 'string') return await namedModel(setting)
  return 'baseURL' in setting ? endpointModel(setting, 'endpoint') : setting
}

async function namedModel(name: string): Promise<LanguageModel> {
  const [, providerName = '', model = ''] = /^([\w-]+)\/(.+)$/.exec(name) ?? []
  if (providerName === 'ollama') return endpointModel({ baseURL: OLLAMA_URL, model }, 'ollama')
  const provider = Object.hasOwn(providers, providerName) ? providers[providerName] : undefined
  if (!provider) throw unknownProvider(name)
  const load = await importProvider(provider, name)
  if (!process.env[provider.key]) throw missingKey(provider, name)
  return load(model)
}

function endpointModel(
  { baseURL, model, apiKey, headers }: EndpointSetting,
  name: string,
): LanguageModel {
  if (!/^https?:$/.test(URL.canParse(baseURL) ? new URL(baseURL).protocol : '')) {
    throw new AssistantError('model_not_found', `"${baseURL}" is not an http(s) address`, {
      hint: 'Give the base URL of an OpenAI-compatible server, such as http://127.0.0.1:8080/v1.',
    })
  }
  const provider = createOpenAICompatible({
    name,
    baseURL,
    includeUsage: true,
    // Servers that take no schema pass it over; what comes back is checked here.
    supportsStructuredOutputs: true,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(headers === undefined ? {} : { headers }),
  })
  // Local reasoning models think aloud in the text itself.
  const middleware = extractReasoningMiddleware({ tagName: 'think' })
  return wrapLanguageModel({ model: provider(model), middleware })
}

async function importProvider(
  provider: Provider,
  name: string,
): Promise<(model: string) => LanguageModel> {
  try {
    const loaded = (await import(provider.package)) as Record<
      string,
      (model: string) => LanguageModel
    >
    return loaded[provider.create]!
  } catch (cause) {
    throw new AssistantError(
      'model_not_found',
      `model "${name}" needs the package ${provider.package}`,
      {
        hint: `Install it with: npm install ${provider.package}`,
        cause,
      },
    )
  }
}

function missingKey({ key }: Provider, name: string): AssistantError {
  return new AssistantError(
    'model_unauthorized',
    `model "${name}" needs a key, but ${key} is not set`,
    {
      hint: `Set the environment variable ${key}.`,
    },
  )
}

function unknownProvider(name: string): AssistantError {
  const known = [...Object.keys(providers), 'ollama'].sort().join(', ')
  return new AssistantError('model_not_found', `"${name}" names no known provider`, {
    hint: `Write provider/model with one of ${known}, or give { baseURL, model } of an OpenAI-compatible server.`,
  })
}

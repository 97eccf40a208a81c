/** @file How an encoder's hidden states become a vector: the files that sentence-transformers adds to a folder. */
import { join } from 'node:path'
import { z } from 'zod'
import { readJson } from '../formats/files.ts'
import { ModelFormatError } from '../formats/index.ts'

export type Pooling = 'mean' | 'cls'

export type EmbeddingSettings = {
  readonly pooling: Pooling
  /** Scale vectors to length 1. */
  readonly normalize: boolean
  /** Lower-case texts before the tokenizer sees them. */
  readonly lowercase: boolean
  /** Longest text in tokens, special ones included; undefined where no file says. */
  readonly maxTokens: number | undefined
  /** What the model was trained to see before a query and before a document. */
  readonly prefixes: { readonly query: string; readonly document: string }
}

const modulesSchema = z.array(z.looseObject({ path: z.string(), type: z.string() }))
const poolingSchema = z.looseObject({
  pooling_mode: z.string().nullish(),
  pooling_mode_cls_token: z.boolean().nullish(),
  include_prompt: z.boolean().nullish(),
})
const lengthSchema = z.looseObject({
  max_seq_length: z.int().min(1).nullish(),
  do_lower_case: z.boolean().nullish(),
})
const tokenizerSchema = z.looseObject({ model_max_length: z.number().min(1).nullish() })
const promptsSchema = z.looseObject({
  prompts: z.record(z.string(), z.string()).nullish(),
  default_prompt_name: z.string().nullish(),
})

/**
 * Reads what there is of `modules.json`, its pooling configuration, `sentence_bert_config.json`,
 * `config_sentence_transformers.json` and `tokenizer_config.json`. A folder without them is pooled by the
 * mean and not normalised, as sentence-transformers does.
 * @throws ModelFormatError `invalid_json` | `invalid_config` | `unsupported_feature`
 */
export async function readEmbeddingSettings(folder: string): Promise<EmbeddingSettings> {
  const [modules, length, tokenizer, prompts] = await Promise.all([
    readOptional(join(folder, 'modules.json'), modulesSchema),
    readOptional(join(folder, 'sentence_bert_config.json'), lengthSchema),
    readOptional(join(folder, 'tokenizer_config.json'), tokenizerSchema),
    readOptional(join(folder, 'config_sentence_transformers.json'), promptsSchema),
  ])
  const steps = modules ? stepsOf(modules, join(folder, 'modules.json')) : new Map()
  const poolingPath = steps.get('Pooling')
  return {
    pooling: poolingPath === undefined ? 'mean' : await readPooling(join(folder, poolingPath)),
    normalize: steps.has('Normalize'),
    lowercase: length?.do_lower_case ?? false,
    maxTokens: length?.max_seq_length ?? tokenizer?.model_max_length ?? undefined,
    prefixes: prefixesOf(prompts ?? {}),
  }
}

/** The folder of each module by the last part of its type, as in `sentence_transformers.models.Pooling`. */
function stepsOf(modules: z.infer<typeof modulesSchema>, path: string): Map<string, string> {
  const known = ['Transformer', 'Pooling', 'Normalize']
  const steps = new Map(modules.map((module) => [module.type.split('.').at(-1)!, module.path]))
  for (const name of steps.keys())
    if (!known.includes(name))
      throw unsupported(path, `the module "${name}"; known are ${known.join(', ')}`)
  return steps
}

async function readPooling(folder: string): Promise<Pooling> {
  const path = join(folder, 'config.json')
  const config = (await readOptional(path, poolingSchema)) ?? {}
  const modes = Object.keys(config).filter(
    (key) => key.startsWith('pooling_mode_') && config[key as keyof typeof config] === true,
  )
  const mode = config.pooling_mode ?? (modes.join(' and ') || 'mean')
  const pooling = poolings[mode]
  if (!pooling) throw unsupported(path, `the pooling "${mode}"`)
  if (config.include_prompt === false) throw unsupported(path, 'pooling without the prompt')
  return pooling
}

const poolings: Record<string, Pooling> = {
  mean: 'mean',
  cls: 'cls',
  pooling_mode_mean_tokens: 'mean',
  pooling_mode_cls_token: 'cls',
}

/** sentence-transformers looks for these names, then for the default prompt. */
function prefixesOf({
  prompts,
  default_prompt_name: fallback,
}: z.infer<typeof promptsSchema>): EmbeddingSettings['prefixes'] {
  const first = (names: readonly string[]): string => {
    const found = [...names, fallback ?? ''].find((name) => prompts?.[name] !== undefined)
    return found === undefined ? '' : prompts![found]!
  }
  return { query: first(['query']), document: first(['document', 'passage', 'corpus']) }
}

async function readOptional<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const json = await readJson(path).catch((error: unknown) => {
    if (error instanceof ModelFormatError && error.code === 'file_missing') return undefined
    throw error
  })
  if (json === undefined) return undefined
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const { path: where, message } = parsed.error.issues[0]!
  throw new ModelFormatError('invalid_config', `${path}: "${where.join('.')}": ${message}`, {
    hint: 'Correct the file, or take it from the same place as the weights.',
  })
}

function unsupported(path: string, feature: string): ModelFormatError {
  return new ModelFormatError('unsupported_feature', `${path} asks for ${feature}`, {
    hint: 'Use an encoder with mean or CLS pooling, or embed through a server with aiSdkEmbedder.',
  })
}

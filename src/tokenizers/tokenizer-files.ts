/** @file Reads the files of a tokenizer: tokenizer.json, its configuration and chat templates. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { TokenizerError } from './errors.ts'
import { createTokenizer, type Tokenizer } from './tokenizer.ts'

const component = z.looseObject({ type: z.string() }).nullable()
const tokenizerSchema = z.looseObject({
  // The library insists on these keys; files leave out what is null.
  normalizer: component.default(null),
  pre_tokenizer: component.default(null),
  post_processor: component.default(null),
  decoder: component.default(null),
  added_tokens: z
    .array(z.looseObject({ id: z.int().min(0), content: z.string().min(1) }))
    .default([]),
  model: z.looseObject({
    // Older files name no type when they mean BPE.
    type: z.enum(['BPE', 'Unigram', 'WordPiece']).nullish(),
    vocab: z.unknown(),
  }),
})

const namedToken = z.union([z.string(), z.looseObject({ content: z.string() })])
const configSchema = z.looseObject({
  bos_token: namedToken.nullish(),
  eos_token: namedToken.nullish(),
  pad_token: namedToken.nullish(),
  unk_token: namedToken.nullish(),
  chat_template: z
    .union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))])
    .nullish(),
})
type TokenizerConfig = z.infer<typeof configSchema>

const namedTokenKeys = ['bos_token', 'eos_token', 'pad_token', 'unk_token'] as const

/**
 * Loads the tokenizer of a model folder: `tokenizer.json`, and where there are `tokenizer_config.json`,
 * `special_tokens_map.json` and `chat_template.jinja` (which wins over the configuration's template).
 * @throws TokenizerError `tokenizer_missing` | `tokenizer_invalid`
 */
export async function loadTokenizer(folder: string): Promise<Tokenizer> {
  const [json, config, map, template] = await Promise.all([
    readText(folder, 'tokenizer.json'),
    readText(folder, 'tokenizer_config.json'),
    readText(folder, 'special_tokens_map.json'),
    readText(folder, 'chat_template.jinja'),
  ])
  if (json === undefined)
    throw new TokenizerError('tokenizer_missing', `${folder} holds no tokenizer.json`, {
      hint: 'Pass a Hugging Face model folder; convert an older tokenizer with AutoTokenizer.save_pretrained.',
    })
  const named = {
    ...parse(map ?? '{}', 'special_tokens_map.json'),
    ...parse(config ?? '{}', 'tokenizer_config.json'),
  }
  const tokenizer = parse(json, 'tokenizer.json')
  return parseTokenizer(
    tokenizer,
    template === undefined ? named : { ...named, chat_template: template },
  )
}

/**
 * A tokenizer from the parsed contents of tokenizer.json and tokenizer_config.json.
 * @throws TokenizerError `tokenizer_invalid`
 */
export function parseTokenizer(tokenizerJson: unknown, tokenizerConfig: unknown = {}): Tokenizer {
  const config = check(configSchema, tokenizerConfig, 'tokenizer_config.json')
  return createTokenizer({
    json: check(tokenizerSchema, tokenizerJson, 'tokenizer.json'),
    namedTokens: listNamedTokens(config),
    chatTemplates: listTemplates(config),
  })
}

function listNamedTokens(config: TokenizerConfig): Record<string, string> {
  const named: Record<string, string> = {}
  for (const key of namedTokenKeys) {
    const token = config[key]
    if (token != null) named[key] = typeof token === 'string' ? token : token.content
  }
  return named
}

function listTemplates({ chat_template: template }: TokenizerConfig): Record<string, string> {
  if (template == null) return {}
  if (typeof template === 'string') return { default: template }
  return Object.fromEntries(template.map(({ name, template: source }) => [name, source]))
}

async function readText(folder: string, name: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, name), 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw invalid(`${join(folder, name)}: ${(cause as Error).message}`, cause)
  }
}

function parse(text: string, name: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text))
  } catch (cause) {
    throw invalid(`${name} is not a JSON object of ${text.length} characters`, cause)
  }
}

function check<T>(schema: z.ZodType<T>, value: unknown, name: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  throw invalid(`${name} has at "${path.join('.')}": ${message}`)
}

function invalid(message: string, cause?: unknown): TokenizerError {
  return new TokenizerError('tokenizer_invalid', message, {
    hint: 'Copy or download the tokenizer again, or save it again with transformers.',
    cause,
  })
}

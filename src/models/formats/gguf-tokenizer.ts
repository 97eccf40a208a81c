/** @file A byte-level BPE tokenizer.json as the `tokenizer.ggml.*` metadata of a GGUF file. */
import { z } from 'zod'
import { ModelFormatError } from './errors.ts'
import type { GgufMetadata } from './gguf-format.ts'

export type GgufTokenizer = {
  /** The parsed tokenizer.json. */
  json: unknown
  bosTokenId?: number
  eosTokenId?: number
  /** The token that ends a turn, where it is not `eosTokenId`. */
  eotTokenId?: number
  padTokenId?: number
  unknownTokenId?: number
  /** Whether plain text starts with BOS. */
  addBos?: boolean
  chatTemplate?: string
  /** llama.cpp's name for the way text is cut before BPE. Default: found from tokenizer.json. */
  preTokenizer?: string
}

/** Codes of llama.cpp's llama_token_type. */
const tokenTypes = { normal: 1, control: 3, userDefined: 4, unused: 5 } as const

const id = z.int().min(0)
const tokenizerSchema = z.object({
  model: z.object({
    type: z.string().nullish(),
    vocab: z.record(z.string(), id),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
    byte_fallback: z.boolean().nullish(),
  }),
  pre_tokenizer: z.unknown(),
  decoder: z.object({ type: z.string() }).nullish(),
  added_tokens: z
    .array(z.object({ id, content: z.string(), special: z.boolean().default(false) }))
    .default([]),
})
type TokenizerJson = z.infer<typeof tokenizerSchema>

/** Patterns that name a pre-tokenizer; the first one whose text occurs in tokenizer.json decides. */
const preTokenizers: { name: string; isUsedBy(preTokenizer: string): boolean }[] = [
  { name: 'llama-bpe', isUsedBy: (json) => json.includes('\\p{N}{1,3}|') },
  { name: 'qwen2', isUsedBy: (json) => json.includes('\\p{L}+|\\p{N}| ?[^') },
  { name: 'smollm', isUsedBy: (json) => json.includes('"Digits"') && isGpt2(json) },
  { name: 'gpt-2', isUsedBy: isGpt2 },
]

/**
 * The metadata for a vocabulary padded to `vocabSize`, the rows of the embedding matrix.
 * @throws ModelFormatError `unsupported_tokenizer` for anything but byte-level BPE that llama.cpp knows.
 */
export function ggufTokenizerMetadata(tokenizer: GgufTokenizer, vocabSize: number): GgufMetadata {
  const json = parseTokenizer(tokenizer.json)
  const { tokens, types } = listTokens(json, vocabSize)
  const merges = json.model.merges.map((merge) =>
    typeof merge === 'string' ? merge : merge.join(' '),
  )
  const metadata: GgufMetadata = new Map([
    ['tokenizer.ggml.model', { type: 'string', value: 'gpt2' }],
    [
      'tokenizer.ggml.pre',
      { type: 'string', value: tokenizer.preTokenizer ?? detectPreTokenizer(json) },
    ],
    ['tokenizer.ggml.tokens', { type: 'array', of: 'string', value: tokens }],
    ['tokenizer.ggml.token_type', { type: 'array', of: 'i32', value: types }],
    ['tokenizer.ggml.merges', { type: 'array', of: 'string', value: merges }],
  ])
  addSpecialTokens(metadata, tokenizer)
  return metadata
}

/** Without ids, llama.cpp takes those of GPT-2, whatever the vocabulary. */
function addSpecialTokens(metadata: GgufMetadata, tokenizer: GgufTokenizer): void {
  const ids: [string, number | undefined][] = [
    ['bos', tokenizer.bosTokenId],
    ['eos', tokenizer.eosTokenId],
    ['eot', tokenizer.eotTokenId],
    ['padding', tokenizer.padTokenId],
    ['unknown', tokenizer.unknownTokenId],
  ]
  for (const [name, value] of ids)
    if (value !== undefined) metadata.set(`tokenizer.ggml.${name}_token_id`, { type: 'u32', value })
  const { addBos = false, chatTemplate } = tokenizer
  metadata.set('tokenizer.ggml.add_bos_token', { type: 'bool', value: addBos })
  if (chatTemplate !== undefined)
    metadata.set('tokenizer.chat_template', { type: 'string', value: chatTemplate })
}

function parseTokenizer(json: unknown): TokenizerJson {
  const parsed = tokenizerSchema.safeParse(json)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!
    throw unsupported(`tokenizer.json has at "${path.join('.')}": ${message}`)
  }
  const { model, decoder } = parsed.data
  if ((model.type ?? 'BPE') !== 'BPE' || model.byte_fallback || !isByteLevel(decoder))
    throw unsupported(
      `tokenizer.json is ${model.type ?? 'BPE'} with the decoder ${decoder?.type ?? 'none'}`,
    )
  return parsed.data
}

function listTokens(
  { model, added_tokens: added }: TokenizerJson,
  vocabSize: number,
): { tokens: string[]; types: number[] } {
  const tokens = new Array<string | undefined>(vocabSize).fill(undefined)
  const types = new Array<number>(vocabSize).fill(tokenTypes.unused)
  const place = (content: string, at: number, type: number): void => {
    if (at >= vocabSize)
      throw unsupported(`token "${content}" has the id ${at}, the model has ${vocabSize} rows`)
    const taken = tokens[at]
    if (taken !== undefined && taken !== content)
      throw unsupported(`the tokens "${taken}" and "${content}" share the id ${at}`)
    tokens[at] = content
    types[at] = type
  }
  for (const [content, at] of Object.entries(model.vocab)) place(content, at, tokenTypes.normal)
  for (const { content, id: at, special } of added)
    place(content, at, special ? tokenTypes.control : tokenTypes.userDefined)
  const filled = tokens.map((token, i) => token ?? `[PAD${i}]`)
  if (new Set(filled).size < filled.length)
    throw unsupported('tokenizer.json gives one token two ids')
  return { tokens: filled, types }
}

function detectPreTokenizer({ pre_tokenizer: preTokenizer }: TokenizerJson): string {
  // Parsing undid JSON's escapes; stringify doubles the backslashes again.
  const json = JSON.stringify(preTokenizer ?? null).replaceAll('\\\\', '\\')
  const found = preTokenizers.find(({ isUsedBy }) => isUsedBy(json))
  if (found) return found.name
  throw unsupported('the pre_tokenizer of tokenizer.json is none that llama.cpp is known to have')
}

/** GPT-2's own pattern: ByteLevel that cuts words itself, and no other cutter but single digits. */
function isGpt2(json: string): boolean {
  const isByteLevel = json.includes('"ByteLevel"') && !json.includes('"use_regex":false')
  return isByteLevel && !json.includes('"Split"')
}

function isByteLevel(decoder: { type: string } | null | undefined): boolean {
  return decoder?.type === 'ByteLevel'
}

function unsupported(message: string): ModelFormatError {
  return new ModelFormatError('unsupported_tokenizer', message, {
    hint: 'GGUF export knows byte-level BPE of GPT-2, Llama 3, Qwen2/3 and SmolLM; name another cutter as `preTokenizer`.',
  })
}

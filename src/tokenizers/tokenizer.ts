/** @file A Hugging Face tokenizer: text to token ids and back. */
import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers'
import { tokenBytes } from './byte-alphabet.ts'
import { TokenizerError } from './errors.ts'
import { alignTokens, type Span } from './offsets.ts'
import { withExactPatterns } from './pre-tokenizers.ts'

export type EncodeOptions = {
  /** Adds what tokenizer.json adds to plain text, often BOS. Default false: chat templates write their own. */
  addSpecialTokens?: boolean
}
export type DecodeOptions = {
  /** Leaves out control tokens such as end-of-turn. Default false. */
  skipSpecialTokens?: boolean
}

export type Tokenizer = {
  /** One more than the largest id. The model's embedding matrix may have more rows. */
  readonly vocabSize: number
  readonly bosTokenId: number | undefined
  readonly eosTokenId: number | undefined
  readonly padTokenId: number | undefined
  readonly unknownTokenId: number | undefined
  /** Whether `addSpecialTokens` puts BOS in front of plain text. */
  readonly addsBos: boolean
  /** Whether every token is a sequence of bytes, so that any text survives encoding and decoding. */
  readonly isByteLevel: boolean
  /** `bos_token`, `eos_token`, … as chat templates see them. */
  readonly namedTokens: Readonly<Record<string, string>>
  /** Chat templates by name; most models have only `default`. */
  readonly chatTemplates: Readonly<Record<string, string>>
  /** tokenizer.json as parsed. */
  readonly json: unknown
  encode(text: string, options?: EncodeOptions): number[]
  /**
   * Ids, and for each the text it stands for, in UTF-16 units; a token that is part of a character spans
   * all of it. @throws TokenizerError `offsets_unavailable` when a normaliser changed the text.
   */
  encodeWithOffsets(text: string): { ids: number[]; offsets: Span[] }
  /** Ids outside the vocabulary stand for nothing. */
  decode(ids: readonly number[], options?: DecodeOptions): string
  token(id: number): string | undefined
  tokenId(token: string): number | undefined
  /** Control tokens: BOS, end-of-turn, padding; not merely added words. */
  isSpecial(id: number): boolean
  /** The control tokens' texts. */
  readonly specialTokens: readonly string[]
  /** The bytes of a token, or undefined in a vocabulary that is not made of bytes. */
  bytes(id: number): Uint8Array | undefined
}

/** What a tokenizer is made from. */
export type TokenizerParts = {
  json: Record<string, unknown> & { decoder: { type: string } | null }
  namedTokens: Record<string, string>
  chatTemplates: Record<string, string>
}

const utf8 = new TextEncoder()

/**
 * A tokenizer from parsed files; `loadTokenizer` reads them from a folder.
 * @throws TokenizerError `tokenizer_invalid`
 */
export function createTokenizer({ json, namedTokens, chatTemplates }: TokenizerParts): Tokenizer {
  const library = createLibraryTokenizer(json)
  const added = library.get_added_tokens_decoder()
  const specials = [...added.values()].filter(({ special }) => special)
  const specialIds = new Set(specials.map(({ id }) => id))
  const isByteLevel = json.decoder?.type === 'ByteLevel'
  const idOf = (name: string): number | undefined => {
    const token = namedTokens[name]
    return token === undefined ? undefined : library.token_to_id(token)
  }

  const encode = (text: string, { addSpecialTokens = false }: EncodeOptions = {}): number[] => {
    const { ids } = library.encode(text, { add_special_tokens: addSpecialTokens })
    assertEncoded(ids, text)
    return ids
  }
  const bytes = (id: number): Uint8Array | undefined => {
    const addedToken = added.get(id)
    if (addedToken) return utf8.encode(addedToken.content)
    const token = isByteLevel ? library.id_to_token(id) : undefined
    return token === undefined ? undefined : tokenBytes(token)
  }
  const decode = (ids: readonly number[], options: DecodeOptions = {}): string => {
    const kept = options.skipSpecialTokens ? ids.filter((id) => !specialIds.has(id)) : ids
    if (isByteLevel) return decodeBytes(kept.map((id) => bytes(id) ?? new Uint8Array()))
    const known = kept.filter((id) => library.id_to_token(id) !== undefined)
    // The library refuses an empty list, and "cleans up" spaces unless told not to.
    if (known.length === 0) return ''
    return library.decode(known, { clean_up_tokenization_spaces: false })
  }
  const encodeWithOffsets = (text: string): { ids: number[]; offsets: Span[] } => {
    const ids = encode(text)
    const offsets = alignTokens(text, ids.map(bytes))
    if (offsets) return { ids, offsets }
    throw new TokenizerError(
      'offsets_unavailable',
      `the ${ids.length} tokens do not spell the text of ${text.length} characters byte for byte`,
      { hint: 'Normalise the text first (NFC), or use a byte-level tokenizer.' },
    )
  }

  const bosTokenId = idOf('bos_token')
  return {
    vocabSize: vocabularySize(library),
    bosTokenId,
    eosTokenId: idOf('eos_token'),
    padTokenId: idOf('pad_token'),
    unknownTokenId: idOf('unk_token'),
    addsBos: bosTokenId !== undefined && encode('a', { addSpecialTokens: true })[0] === bosTokenId,
    isByteLevel,
    namedTokens,
    chatTemplates,
    json,
    encode,
    encodeWithOffsets,
    decode,
    token: (id) => library.id_to_token(id),
    tokenId: (token) => library.token_to_id(token),
    isSpecial: (id) => specialIds.has(id),
    specialTokens: specials.map(({ content }) => content),
    bytes,
  }
}

function createLibraryTokenizer(json: TokenizerParts['json']): LibraryTokenizer {
  try {
    const cutter = withExactPatterns(json.pre_tokenizer)
    return new LibraryTokenizer({ ...json, pre_tokenizer: cutter }, {})
  } catch (cause) {
    throw new TokenizerError(
      'tokenizer_invalid',
      `tokenizer.json is not usable: ${(cause as Error).message}`,
      { hint: 'Save it again with transformers ("fast" tokenizer), or copy it again.', cause },
    )
  }
}

function vocabularySize(library: LibraryTokenizer): number {
  let largest = -1
  for (const id of library.get_vocab(true).values()) largest = Math.max(largest, id)
  return largest + 1
}

function decodeBytes(parts: Uint8Array[]): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(parts))
}

/** Without an unknown-token, the library leaves holes where the vocabulary has no token. */
function assertEncoded(ids: readonly (number | undefined)[], text: string): void {
  const hole = ids.indexOf(undefined)
  if (hole === -1) return
  throw new TokenizerError(
    'unencodable_text',
    `token ${hole} of a text of ${text.length} characters is not in the vocabulary`,
    { hint: 'Use a tokenizer with all 256 bytes or an unknown-token, or remove the characters.' },
  )
}

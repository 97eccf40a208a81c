/** @file Learns a byte-level BPE vocabulary. Sennrich et al. 2016, https://arxiv.org/abs/1508.07909 */
import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers'
import { byteToChar } from './byte-alphabet.ts'
import { TokenizerError } from './errors.ts'
import { learnMerges, type Word } from './merges.ts'
import { type PreTokenizerName, preTokenizers, withExactPatterns } from './pre-tokenizers.ts'
import { parseTokenizer } from './tokenizer-files.ts'

export type TrainBpeOptions = {
  /** Tokens in all: control tokens, the 256 bytes, and merges. */
  vocabSize: number
  /** Control tokens; they take the first ids in this order. */
  specialTokens?: readonly string[]
  /** Pairs that occur less often are not merged. Default 2. */
  minFrequency?: number
  /** How text is cut into words, which no token crosses. Default `qwen2`. */
  preTokenizer?: PreTokenizerName
}

/** tokenizer.json as Hugging Face libraries load it. */
export type TokenizerJson = Record<string, unknown> & {
  model: { vocab: Record<string, number>; merges: [string, string][] }
}

const MAX_VOCABULARY = 2 ** 20

/**
 * Learns a vocabulary from texts. The same texts give the same vocabulary, that of Hugging Face's trainer.
 * It may stay below `vocabSize` when no pair occurs `minFrequency` times any more.
 * @throws TokenizerError `invalid_vocabulary_size` | `not_enough_text`
 */
export function trainBpe(texts: Iterable<string>, options: TrainBpeOptions): TokenizerJson {
  const { vocabSize, specialTokens = [], minFrequency = 2, preTokenizer = 'qwen2' } = options
  assertRoom(vocabSize, specialTokens)
  const tokens = [...new Set([...specialTokens, ...byteToChar.toSorted()])]
  const counts = countWords(texts, preTokenizer)
  if (counts.size === 0)
    throw new TokenizerError('not_enough_text', 'the texts to learn from are empty', {
      hint: 'Pass at least one text with characters in it.',
    })
  const ids = new Map(tokens.map((token, id) => [token, id]))
  const words: Word[] = [...counts].map(([text, count]) => ({
    symbols: Array.from(text, (char) => ids.get(char)!),
    count,
  }))
  const merges = learnMerges(words, { tokens, vocabSize, minFrequency })
  return toTokenizerJson({ tokens, merges, specialTokens, preTokenizer })
}

function countWords(texts: Iterable<string>, preTokenizer: PreTokenizerName): Map<string, number> {
  const cut = wordCutter(preTokenizers[preTokenizer])
  const counts = new Map<string, number>()
  for (const text of texts)
    for (const word of cut(text)) counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}

/** The library's own cutter, so that training and encoding cannot disagree. */
function wordCutter(preTokenizer: Record<string, unknown>): (text: string) => string[] {
  const { pre_tokenizer: cut } = new LibraryTokenizer(
    {
      normalizer: null,
      pre_tokenizer: withExactPatterns(preTokenizer),
      post_processor: null,
      decoder: null,
      added_tokens: [],
      model: { type: 'BPE', vocab: {}, merges: [] },
    },
    {},
  )
  return (text) => (text === '' ? [] : cut!(text))
}

function toTokenizerJson({
  tokens,
  merges,
  specialTokens,
  preTokenizer,
}: {
  tokens: string[]
  merges: [string, string][]
  specialTokens: readonly string[]
  preTokenizer: PreTokenizerName
}): TokenizerJson {
  const json: TokenizerJson = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specialTokens.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: preTokenizers[preTokenizer],
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges,
    },
  } as TokenizerJson
  parseTokenizer(json) // a file that does not load is never given out
  return json
}

function assertRoom(vocabSize: number, specialTokens: readonly string[]): void {
  const needed = specialTokens.length + byteToChar.length
  if (Number.isInteger(vocabSize) && vocabSize >= needed && vocabSize <= MAX_VOCABULARY) return
  throw new TokenizerError(
    'invalid_vocabulary_size',
    `vocabSize is ${vocabSize}; ${specialTokens.length} control tokens and 256 bytes need ${needed}`,
    { hint: `Pass a whole number from ${needed} to ${MAX_VOCABULARY}.` },
  )
}

/** @file Ways of cutting text into words before byte pairs are merged, as published tokenizers do it. */

/** `gpt2` and `smollm` (also single digits), `llama3` (digits in threes), `qwen2` (single digits). */
export type PreTokenizerName = 'gpt2' | 'smollm' | 'llama3' | 'qwen2'

const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
const wordsAndSymbols = (digits: string): string =>
  `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`

const byteLevel = (useRegex: boolean): Record<string, unknown> => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex,
})
const split = (pattern: string): Record<string, unknown> => ({
  type: 'Sequence',
  pretokenizers: [
    { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
    byteLevel(false),
  ],
})

/** The `pre_tokenizer` of tokenizer.json for each. */
export const preTokenizers: Record<PreTokenizerName, Record<string, unknown>> = {
  gpt2: byteLevel(true),
  smollm: {
    type: 'Sequence',
    pretokenizers: [{ type: 'Digits', individual_digits: true }, byteLevel(true)],
  },
  llama3: split(wordsAndSymbols('\\p{N}{1,3}')),
  qwen2: split(wordsAndSymbols('\\p{N}')),
}

/** GPT-2's pattern, which `ByteLevel` with `use_regex` stands for. */
const GPT2_WORDS =
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"

const isolate = (pattern: string): Record<string, unknown> => ({
  type: 'Split',
  pattern: { Regex: pattern },
  behavior: 'Isolated',
  invert: false,
})

/**
 * The same cutter in terms of patterns. The library writes `ByteLevel` and `Digits` with JavaScript's
 * `\s` and `\d`, which disagree with the original on ½, U+0085 and U+FEFF; patterns it translates exactly.
 */
export function withExactPatterns(cutter: unknown): unknown {
  const { type, ...options } = (cutter ?? {}) as Record<string, unknown>
  if (type === 'Sequence' && Array.isArray(options.pretokenizers))
    return { type, pretokenizers: options.pretokenizers.map(withExactPatterns) }
  if (type === 'Digits') return isolate(options.individual_digits === true ? '\\p{N}' : '\\p{N}+')
  // With a prefix space, the cut depends on what the library adds: leave that one alone.
  const isExact = options.use_regex === false || options.add_prefix_space === true
  if (type !== 'ByteLevel' || isExact) return cutter
  return { type: 'Sequence', pretokenizers: [isolate(GPT2_WORDS), byteLevel(false)] }
}

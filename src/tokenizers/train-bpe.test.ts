import { describe, expect, it } from 'vitest'
import { readFixture } from '../../test/fixtures/engine/read-fixture.ts'
import type { PreTokenizerName } from './pre-tokenizers.ts'
import { parseTokenizer } from './tokenizer-files.ts'
import { trainBpe } from './train-bpe.ts'

// Written by test/fixtures/engine/make-tokenizer-fixtures.py: vocabularies learned by Hugging Face's trainer.
const fixture = readFixture<{
  corpus: string[]
  specialTokens: string[]
  vocabSize: number
  trained: Record<string, { json: Record<string, unknown> }>
}>('tokenizers.json')

describe('trainBpe', () => {
  it.each<PreTokenizerName>(['gpt2', 'smollm', 'llama3', 'qwen2'])(
    "learns the vocabulary of Hugging Face's trainer with the %s cutter",
    (preTokenizer) => {
      const { corpus, specialTokens, vocabSize } = fixture
      const json = trainBpe(corpus, { vocabSize, specialTokens, preTokenizer })
      const {
        model,
        pre_tokenizer: cutter,
        added_tokens: added,
      } = fixture.trained[preTokenizer]!.json
      expect(json.model).toEqual(model)
      expect(json.added_tokens).toEqual(added)
      expect(simplify(json.pre_tokenizer)).toEqual(simplify(cutter))
    },
  )

  it('stops when no pair is frequent enough, and keeps every byte', () => {
    const json = trainBpe(['abab'], { vocabSize: 1000, minFrequency: 2 })
    expect(json.model.merges).toEqual([['a', 'b']])
    expect(Object.keys(json.model.vocab)).toHaveLength(257)
    const tokenizer = parseTokenizer(JSON.parse(JSON.stringify(json)))
    expect(tokenizer.encode('abab\u0000é')).toHaveLength(5)
    expect(tokenizer.decode(tokenizer.encode('abab\u0000é'))).toBe('abab\u0000é')
  })

  it('merges runs of one character from the left', () => {
    const json = trainBpe(['aaaa', 'aaaa'], { vocabSize: 258 })
    expect(json.model.merges).toEqual([
      ['a', 'a'],
      ['aa', 'aa'],
    ])
  })

  it('refuses a vocabulary smaller than the bytes', () => {
    expect(() => trainBpe(['a'], { vocabSize: 256, specialTokens: ['<s>'] })).toThrow(
      expect.objectContaining({
        code: 'invalid_vocabulary_size',
        message: 'vocabSize is 256; 1 control tokens and 256 bytes need 257',
      }),
    )
  })

  it.each([[[]], [['', '']]])('refuses texts without characters: %j', (texts) => {
    expect(() => trainBpe(texts, { vocabSize: 300 })).toThrow(
      expect.objectContaining({ code: 'not_enough_text' }),
    )
  })
})

/** Python writes the cutter's defaults out in its own key order. */
function simplify(cutter: unknown): string {
  const json = JSON.stringify(cutter, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
  return json
}

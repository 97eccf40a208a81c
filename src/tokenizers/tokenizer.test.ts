import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readFixture } from '../../test/fixtures/engine/read-fixture.ts'
import { createTokenDecoder } from './token-decoder.ts'
import type { Tokenizer } from './tokenizer.ts'
import { loadTokenizer, parseTokenizer } from './tokenizer-files.ts'

type Encoding = { text: string; ids: number[]; offsets: [number, number][]; decoded: string }
type Fixture = {
  trained: Record<string, { json: unknown; encodings: Encoding[] }>
  pieces: { json: unknown; encodings: Encoding[] }
}
// Written by test/fixtures/engine/make-tokenizer-fixtures.py with Hugging Face tokenizers.
const fixture = readFixture<Fixture>('tokenizers.json')
const byteLevel = parseTokenizer(fixture.trained.qwen2!.json)
const pieces = parseTokenizer(fixture.pieces.json)

describe('tokenizer', () => {
  describe.each(Object.keys(fixture.trained))('with the %s cutter', (name) => {
    const { json, encodings } = fixture.trained[name]!
    const tokenizer = parseTokenizer(json)

    it.each(encodings)(
      'encodes $text as Python does, offsets included',
      ({ text, ids, offsets }) => {
        expect(tokenizer.encodeWithOffsets(text)).toEqual({ ids, offsets })
      },
    )

    it.each(encodings)('decodes $text as Python does', ({ ids, decoded }) => {
      expect(tokenizer.decode(ids, { skipSpecialTokens: true })).toBe(decoded)
    })
  })

  it.each(fixture.pieces.encodings)(
    'encodes $text in SentencePiece style',
    ({ text, ids, decoded }) => {
      expect(pieces.encode(text)).toEqual(ids)
      expect(pieces.decode(ids)).toBe(decoded)
    },
  )

  it('gives back any text byte for byte', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(byteLevel.decode(byteLevel.encode(text))).toBe(text)
      }),
    )
  })

  it('reads a padding id of the embedding matrix as nothing', () => {
    expect(byteLevel.decode([byteLevel.vocabSize + 3])).toBe('')
  })

  it('refuses text that the vocabulary has no token for', () => {
    const model = { type: 'BPE', vocab: { a: 0 }, merges: [], unk_token: '<unk>' }
    expect(() => parseTokenizer({ model }).encode('b')).toThrow(
      expect.objectContaining({ code: 'unencodable_text' }),
    )
  })

  it('has no offsets where a normaliser changed the text', () => {
    expect(() => pieces.encodeWithOffsets('hello world')).toThrow(
      expect.objectContaining({ code: 'offsets_unavailable' }),
    )
  })
})

/** U+FFFD stands for a half character here, so the text must not hold one of its own. */
const textWithoutReplacementCharacter = fc
  .string({ unit: 'grapheme' })
  .filter((text) => !text.includes('\ufffd'))

describe('token decoder', () => {
  it.each([
    ['bytes', byteLevel],
    ['pieces', pieces],
  ])('streams %s to the text that decode gives, without half characters', (_, tokenizer) => {
    fc.assert(
      fc.property(textWithoutReplacementCharacter, (text) => {
        const ids = tokenizer.encode(text)
        const parts = stream(tokenizer, ids)
        expect(parts.join('')).toBe(tokenizer.decode(ids))
        for (const part of parts.slice(0, -1)) expect(part).not.toContain('\ufffd')
      }),
    )
  })

  it('holds an emoji back until its last byte', () => {
    const ids = byteLevel.encode('\u{1f998}')
    expect(ids.length).toBeGreaterThan(1)
    const parts = stream(byteLevel, ids)
    expect(parts.filter((part) => part !== '')).toEqual(['\u{1f998}'])
  })

  it('ends a cut character as U+FFFD', () => {
    const [first] = byteLevel.encode('\u{1f998}')
    expect(stream(byteLevel, [first!])).toEqual(['', '\ufffd'])
  })

  it('leaves out control tokens unless asked to show them', () => {
    const ids = byteLevel.encode('hi<|im_end|>')
    expect(stream(byteLevel, ids).join('')).toBe('hi')
    const decoder = createTokenDecoder(byteLevel, { skipSpecialTokens: false })
    expect(ids.map(decoder.push).join('')).toBe('hi<|im_end|>')
  })
})

describe('loadTokenizer', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'graft-tokenizer-'))
  })
  afterEach(() => rm(folder, { recursive: true }))
  const write = (name: string, value: unknown): Promise<void> =>
    writeFile(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value))

  it('reads vocabulary, named tokens and the template file before the configured one', async () => {
    await write('tokenizer.json', fixture.trained.qwen2!.json)
    await write('tokenizer_config.json', {
      bos_token: null,
      eos_token: { content: '<|im_end|>', special: true },
      pad_token: '<|endoftext|>',
      chat_template: 'old',
    })
    await write('chat_template.jinja', 'new')
    const tokenizer = await loadTokenizer(folder)
    expect(tokenizer.eosTokenId).toBe(2)
    expect(tokenizer.padTokenId).toBe(0)
    expect(tokenizer.bosTokenId).toBeUndefined()
    expect(tokenizer.chatTemplates).toEqual({ default: 'new' })
    expect(tokenizer.isSpecial(2)).toBe(true)
    expect(tokenizer.vocabSize).toBe(360)
  })

  it('reads several templates by name', () => {
    const template = [
      { name: 'default', template: 'a' },
      { name: 'tool_use', template: 'b' },
    ]
    const tokenizer = parseTokenizer(fixture.trained.gpt2!.json, { chat_template: template })
    expect(tokenizer.chatTemplates).toEqual({ default: 'a', tool_use: 'b' })
  })

  it('knows whether plain text starts with BOS', () => {
    const processed = {
      ...(fixture.trained.qwen2!.json as object),
      post_processor: {
        type: 'TemplateProcessing',
        single: [
          { SpecialToken: { id: '<s>', type_id: 0 } },
          { Sequence: { id: 'A', type_id: 0 } },
        ],
        pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
        special_tokens: { '<s>': { id: '<s>', ids: [7], tokens: ['<s>'] } },
      },
    }
    const tokenizer = parseTokenizer(processed, { bos_token: '<s>' })
    expect(tokenizer.addsBos).toBe(true)
    expect(tokenizer.encode('a', { addSpecialTokens: true })[0]).toBe(7)
    expect(tokenizer.encode('a')).toHaveLength(1)
    expect(byteLevel.addsBos).toBe(false)
  })

  it('says that the folder has no tokenizer.json', async () => {
    await expect(loadTokenizer(folder)).rejects.toMatchObject({ code: 'tokenizer_missing' })
  })

  it.each([
    ['cut short', '{"model": {"vo'],
    ['another file', '{"hidden_size": 64}'],
    ['an unknown model type', { model: { type: 'Wordle', vocab: {} } }],
    [
      'an unknown cutter',
      { model: { type: 'BPE', vocab: {}, merges: [] }, pre_tokenizer: { type: 'X' } },
    ],
  ])('refuses a tokenizer.json that is %s', async (_, content) => {
    await write('tokenizer.json', content)
    await expect(loadTokenizer(folder)).rejects.toMatchObject({
      code: 'tokenizer_invalid',
      hint: expect.stringContaining('transformers'),
    })
  })
})

function stream(tokenizer: Tokenizer, ids: number[]): string[] {
  const decoder = createTokenDecoder(tokenizer)
  return [...ids.map(decoder.push), decoder.end()]
}

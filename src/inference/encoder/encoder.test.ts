import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { fixturePath, readFixture } from '../../../test/fixtures/engine/read-fixture.ts'
import { add, cast, constant, emit, gather, input, reshape } from '../../autodiff/index.ts'
import { openSafetensors, type SafetensorToWrite, writeSafetensors } from '../../models/index.ts'
import { type Encoder, type EncoderOptions, openEncoder } from './encoder.ts'
import type { TextKind } from './encoder-messages.ts'

type Fixture = { texts: string[]; vectors: Record<string, Record<TextKind, number[][]>> }
const { texts, vectors } = readFixture<Fixture>('encoders.json')
const folderOf = (name: string): string => fixturePath(path.join('encoders', name))

/** The largest difference between two lists of vectors. */
function difference(
  found: readonly Float32Array[],
  expected: readonly ArrayLike<number>[],
): number {
  expect(found.map(({ length }) => length)).toEqual(expected.map(({ length }) => length))
  return Math.max(
    ...found.flatMap((vector, row) =>
      [...vector].map((value, i) => Math.abs(value - expected[row]![i]!)),
    ),
  )
}

describe.each(Object.keys(vectors))('an encoder folder with %s pooling', (name) => {
  let encoder: Encoder
  beforeAll(async () => {
    encoder = await openEncoder(folderOf(name), { threads: 1 })
  })
  afterAll(() => encoder.close())

  it.each(['document', 'query'] as const)(
    'gives the vectors of transformers to a %s',
    async (kind) => {
      const found = await encoder.embed(texts, { kind })
      expect(difference(found, vectors[name]![kind])).toBeLessThan(1e-5)
    },
  )

  it('gives a text the same vector in any company', async () => {
    // 204 texts of mixed lengths take several batches.
    const many = Array.from({ length: 34 }, () => texts).flat()
    const together = await encoder.embed(many, { kind: 'document' })
    const alone: Float32Array[] = []
    for (const text of texts) alone.push(...(await encoder.embed([text], { kind: 'document' })))
    const expected = many.map((_, i) => alone[i % texts.length]!)
    expect(difference(together, expected)).toBeLessThan(1e-5)
  })

  it('has as many dimensions as its vectors', async () => {
    const [vector] = await encoder.embed(['x'], { kind: 'document' })
    expect(encoder.dimensions).toBe(vector!.length)
  })

  it('gives no vectors for no texts', async () => {
    expect(await encoder.embed([], { kind: 'document' })).toEqual([])
  })
})

describe('the options of an encoder', () => {
  const opened: Encoder[] = []
  const open = async (name: string, options: EncoderOptions = {}): Promise<Encoder> => {
    opened.push(await openEncoder(folderOf(name), { threads: 1, ...options }))
    return opened.at(-1)!
  }
  afterEach(async () => {
    for (const encoder of opened.splice(0)) await encoder.close()
  })

  it('cut texts where sentence_bert_config.json, or else the position table, ends', async () => {
    const encoders = [await open('mean'), await open('cls')]
    expect(encoders.map(({ maxTokens }) => maxTokens)).toEqual([24, 48])
  })

  it('cut texts at maxTokens, special tokens included', async () => {
    const encoder = await open('cls', { maxTokens: 5 })
    expect(encoder.maxTokens).toBe(5)
    const embed = async (text: string): Promise<Float32Array[]> =>
      encoder.embed([text], { kind: 'query' })
    const short = await embed('the car park')
    expect(difference(await embed('the car park of a cafe'), short)).toBe(0)
    expect(difference(await embed('the car soup'), short)).toBeGreaterThan(1e-3)
  })

  it('put prefixes before texts in place of the ones that the folder names', async () => {
    const encoder = await open('mean', { prefixes: { query: 'the ' } })
    const query = await encoder.embed(['car'], { kind: 'query' })
    const plain = await open('mean', { prefixes: { query: '', document: '' } })
    expect(difference(query, await plain.embed(['the car'], { kind: 'query' }))).toBe(0)
    // Documents keep the folder's prefix.
    const document = await encoder.embed(['the car'], { kind: 'document' })
    expect(difference(document, [vectors.mean!.document[1]!])).toBeLessThan(1e-5)
  })

  it('replace pooling and normalisation', async () => {
    const encoder = await open('cls', { normalize: true })
    const unit = vectors.cls!.document.map((vector) => {
      const norm = Math.hypot(...vector)
      return vector.map((value) => value / norm)
    })
    expect(difference(await encoder.embed(texts, { kind: 'document' }), unit)).toBeLessThan(1e-5)
    const mean = await open('cls', { pooling: 'mean' })
    const pooled = await mean.embed(texts, { kind: 'document' })
    expect(difference(pooled, vectors.cls!.document)).toBeGreaterThan(0.1)
  })

  it('make another fingerprint where they make other vectors, and only there', async () => {
    const original = await open('mean')
    const copy = mkdtempSync(path.join(os.tmpdir(), 'graft-encoder-'))
    cpSync(folderOf('mean'), copy, { recursive: true })
    const copied = await openEncoder(copy, { threads: 2 })
    opened.push(copied)
    expect(copied.fingerprint).toBe(original.fingerprint)
    const others = [
      await open('mean', { maxTokens: 12 }),
      await open('mean', { pooling: 'cls' }),
      await open('mean', { normalize: false }),
      await open('mean', { prefixes: { document: '' } }),
      await open('cls'),
    ]
    const prints = new Set([original, ...others].map(({ fingerprint }) => fingerprint))
    expect(prints.size).toBe(6)
    rmSync(copy, { recursive: true })
  })
})

describe('an ONNX file', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'graft-encoder-'))
    cpSync(folderOf('mean'), folder, { recursive: true })
    mkdirSync(path.join(folder, 'onnx'))
    writeFileSync(path.join(folder, 'onnx/model.onnx'), emitEncoder('last_hidden_state'))
    writeFileSync(path.join(folder, 'onnx/other.onnx'), emitEncoder('logits'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const plain = { threads: 1, normalize: false, prefixes: { document: '' } }

  it('is run and pooled when it is named', async () => {
    const encoder = await openEncoder(folder, { ...plain, onnxFile: 'onnx/model.onnx' })
    const found = await encoder.embed(['the car', 'how'], { kind: 'document' })
    // [CLS] the car [SEP] are 2, 5, 12 and 3; see emitEncoder.
    const means = [(2 + 5 + 12 + 3) / 4, (2 + 6 + 3) / 3]
    expect(
      difference(
        found,
        means.map((mean) => [mean + 0.5, -2 * mean + 0.5]),
      ),
    ).toBeLessThan(1e-5)
    await encoder.close()
  })

  it('is run where there are no safetensors', async () => {
    const bare = mkdtempSync(path.join(os.tmpdir(), 'graft-encoder-'))
    cpSync(folder, bare, { recursive: true })
    rmSync(path.join(bare, 'model.safetensors'))
    const encoder = await openEncoder(bare, plain)
    expect(encoder.dimensions).toBe(2)
    await encoder.close()
    rmSync(bare, { recursive: true })
  })

  it('is refused when it gives something else', async () => {
    await expect(openEncoder(folder, { onnxFile: 'onnx/other.onnx' })).rejects.toMatchObject({
      code: 'encoder_unsupported',
      message: expect.stringContaining('gives logits'),
    })
  })
})

/** An encoder whose hidden state of token t is [t, −2t], plus a half, with the inputs of an export. */
function emitEncoder(output: string): Uint8Array {
  const rows = 200
  const table = Float32Array.from({ length: 2 * rows }, (_, i) => (i >> 1) * (i % 2 === 0 ? 1 : -2))
  const axes = ['batch_size', 'sequence_length']
  const types = gather(
    constant('float32', [2, 1], Float32Array.of(0.5, 99)),
    input('token_type_ids', axes, 'int64'),
  )
  const mask = cast(input('attention_mask', axes, 'int64'), 'float32')
  const hidden = add(
    gather(constant('float32', [rows, 2], table), input('input_ids', axes, 'int64')),
    types,
  )
  return emit({ [output]: add(hidden, reshape(add(mask, -1), [...axes, 1])) })
}

describe('opening an encoder', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'graft-encoder-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  /** A copy of an encoder's folder with some keys of one JSON file replaced. */
  function changed(name: string, file: string, change: object): string {
    const copy = mkdtempSync(path.join(folder, 'copy-'))
    cpSync(folderOf(name), copy, { recursive: true })
    const json = JSON.parse(readFileSync(path.join(copy, file), 'utf8'))
    writeFileSync(path.join(copy, file), JSON.stringify({ ...json, ...change }))
    return copy
  }

  it.each<[what: string, file: string, change: object, code: string, message: RegExp]>([
    [
      'a decoder family',
      'config.json',
      { model_type: 'llama' },
      'unknown_architecture',
      /model_type "llama"/,
    ],
    [
      'a cross-encoder',
      'config.json',
      { architectures: ['BertForSequenceClassification'] },
      'unsupported_feature',
      /BertForSequenceClassification, which is no encoder/,
    ],
    ['a decoder', 'config.json', { is_decoder: true }, 'unsupported_feature', /a decoder/],
    [
      'another activation',
      'config.json',
      { hidden_act: 'relu' },
      'unsupported_feature',
      /activation "relu"/,
    ],
    [
      'relative positions',
      'config.json',
      { position_embedding_type: 'relative_key' },
      'unsupported_feature',
      /positions "relative_key"/,
    ],
    [
      'heads that do not fit',
      'config.json',
      { num_attention_heads: 5 },
      'invalid_config',
      /28 is no multiple of 5/,
    ],
    [
      'a size that is no number',
      'config.json',
      { hidden_size: 'wide' },
      'invalid_config',
      /"hidden_size"/,
    ],
    [
      'more layers than there are',
      'config.json',
      { num_hidden_layers: 3 },
      'tensor_missing',
      /no tensor "encoder.layer.2.attention.self.query.weight"/,
    ],
    [
      'wider layers than there are',
      'config.json',
      { intermediate_size: 40 },
      'shape_mismatch',
      /\[36, 28\].*\[40, 28\]/,
    ],
    [
      'max pooling',
      '1_Pooling/config.json',
      { pooling_mode_mean_tokens: false, pooling_mode_max_tokens: true },
      'unsupported_feature',
      /pooling_mode_max_tokens/,
    ],
    [
      'two poolings',
      '1_Pooling/config.json',
      { pooling_mode_cls_token: true },
      'unsupported_feature',
      /cls_token and pooling_mode_mean_tokens/,
    ],
    [
      'a length that is no number',
      'sentence_bert_config.json',
      { max_seq_length: 'long' },
      'invalid_config',
      /"max_seq_length"/,
    ],
  ])('refuses %s', async (_, file, change, code, message) => {
    const opening = openEncoder(changed('mean', file, change), { threads: 1 })
    await expect(opening).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })

  it('refuses a further module', async () => {
    const copy = changed('mean', 'config.json', {})
    const modules = JSON.parse(readFileSync(path.join(copy, 'modules.json'), 'utf8'))
    modules.push({ idx: 3, name: '3', path: '3_Dense', type: 'sentence_transformers.models.Dense' })
    writeFileSync(path.join(copy, 'modules.json'), JSON.stringify(modules))
    await expect(openEncoder(copy)).rejects.toMatchObject({
      code: 'unsupported_feature',
      message: expect.stringContaining('module "Dense"'),
    })
  })

  it('refuses a tokenizer with more tokens than the encoder knows', async () => {
    const copy = changed('mean', 'config.json', { vocab_size: 60 })
    await copyTensors(copy, (name, shape, data) =>
      name === 'embeddings.word_embeddings.weight'
        ? { shape: [60, shape[1]!], data: data.slice(0, 60 * shape[1]!) }
        : { shape, data },
    )
    await expect(openEncoder(copy)).rejects.toMatchObject({ code: 'tokenizer_mismatch' })
  })

  it('takes norms by their old names', async () => {
    const copy = changed('mean', 'config.json', {})
    await copyTensors(copy, (name, shape, data) => ({
      name: name
        .replace('LayerNorm.weight', 'LayerNorm.gamma')
        .replace('LayerNorm.bias', 'LayerNorm.beta'),
      shape,
      data,
    }))
    const encoder = await openEncoder(copy, { threads: 1 })
    const found = await encoder.embed(texts, { kind: 'document' })
    expect(difference(found, vectors.mean!.document)).toBeLessThan(1e-5)
    await encoder.close()
  })

  it.each([0, 2, 2.5, 49])('refuses maxTokens %d', async (maxTokens) => {
    const opening = openEncoder(folderOf('cls'), { maxTokens })
    await expect(opening).rejects.toMatchObject({ code: 'option_invalid' })
  })

  it('refuses a folder without a model', async () => {
    await expect(openEncoder(folder)).rejects.toMatchObject({ code: 'tokenizer_missing' })
  })
})

describe('a running encoder', () => {
  it('ends with the reason of the signal, before and while it works', async () => {
    const encoder = await openEncoder(folderOf('mean'), { threads: 1 })
    const before = encoder.embed(['x'], {
      kind: 'query',
      signal: AbortSignal.abort(new Error('no')),
    })
    await expect(before).rejects.toThrow('no')
    const controller = new AbortController()
    const many = Array.from({ length: 20_000 }, () => texts[0]!)
    const running = encoder.embed(many, { kind: 'document', signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
    expect(await encoder.embed(['x'], { kind: 'document' })).toHaveLength(1)
    await encoder.close()
  })

  it('answers nothing more once it is closed', async () => {
    const encoder = await openEncoder(folderOf('mean'), { threads: 1 })
    await encoder.close()
    await expect(encoder.embed(['x'], { kind: 'query' })).rejects.toMatchObject({
      code: 'model_closed',
    })
  })
})

type Change = (
  name: string,
  shape: number[],
  data: Float32Array,
) => { name?: string; shape: number[]; data: Float32Array }

/** Rewrites the weights of a folder tensor by tensor. */
async function copyTensors(folder: string, change: Change): Promise<void> {
  const file = path.join(folder, 'model.safetensors')
  const stored = await openSafetensors(file)
  const tensors: SafetensorToWrite[] = []
  for (const name of stored.tensors.keys()) {
    const { shape, data } = await stored.read(name)
    tensors.push({ name, dtype: 'F32', ...change(name, shape, data) })
  }
  await stored.close()
  await writeSafetensors(file, tensors)
}

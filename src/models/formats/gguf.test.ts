import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GGMLQuantizationType, gguf } from '@huggingface/gguf'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fixturePath, readFixture } from '../../../test/fixtures/engine/read-fixture.ts'
import { sha256 } from '../../util/hash.ts'
import { ModelFormatError } from './errors.ts'
import type { GgufMetadata } from './gguf-format.ts'
import { writeGgufAdapter, writeGgufModel } from './gguf-model.ts'
import { ggufTensorName, permuteRows } from './gguf-names.ts'
import { openGguf } from './gguf-read.ts'
import { ggufTokenizerMetadata } from './gguf-tokenizer.ts'
import { writeGguf } from './gguf-write.ts'
import { loraScale } from './lora-adapter.ts'
import { readModelConfig } from './model-config.ts'
import { readPeftAdapter } from './peft.ts'
import { openSafetensors, type Safetensors } from './safetensors-read.ts'

// Both written by test/fixtures/engine/make-*-fixtures.py with gguf-py and Hugging Face tokenizers.
const { hashes, tensorNames } = readFixture<{
  hashes: Record<string, string>
  tensorNames: Record<string, Record<string, string>>
}>('formats.json')
const { trained } = readFixture<{ trained: Record<string, { json: Record<string, unknown> }> }>(
  'tokenizers.json',
)
const tokenizer = {
  json: trained.qwen2!.json,
  eosTokenId: 2,
  padTokenId: 0,
  chatTemplate: '{{ messages[0].content }}',
}

let folder: string
let weights: Safetensors
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-gguf-'))
  weights = await openSafetensors(fixturePath('tiny-llama'))
})
afterEach(async () => {
  await weights.close()
  await rm(folder, { recursive: true })
})

describe('writeGgufModel', () => {
  it.each(['f32', 'f16', 'q8_0'] as const)(
    'writes the %s file of gguf-py byte for byte',
    async (precision) => {
      const path = await writeTiny(precision)
      expect(sha256(await readFile(path))).toBe(hashes[precision])
    },
  )

  it('writes a file that the Hugging Face reader understands', async () => {
    const { metadata, tensorInfos } = await gguf(await writeTiny('q8_0'), { allowLocalFile: true })
    expect(metadata).toMatchObject({
      'general.architecture': 'llama',
      'llama.block_count': 1,
      'tokenizer.ggml.pre': 'qwen2',
    })
    const types = new Map(tensorInfos.map(({ name, dtype }) => [name, dtype]))
    expect(types.get('blk.0.attn_q.weight')).toBe(GGMLQuantizationType.Q8_0)
    expect(types.get('blk.0.ffn_down.weight')).toBe(GGMLQuantizationType.F16)
    expect(types.get('output_norm.weight')).toBe(GGMLQuantizationType.F32)
  })

  it('names the first weight that is missing', async () => {
    const config = { ...(await readModelConfig(fixturePath('tiny-llama'))), tieEmbeddings: false }
    const path = join(folder, 'x.gguf')
    await expect(writeGgufModel(path, { config, weights, tokenizer })).rejects.toMatchObject({
      code: 'tensor_missing',
      message: expect.stringContaining('"lm_head.weight"'),
    })
  })
})

describe('writeGgufAdapter', () => {
  it('writes the file of gguf-py byte for byte', async () => {
    const config = await readModelConfig(fixturePath('tiny-llama'))
    const adapter = await readPeftAdapter(fixturePath('adapter-plain'))
    const path = join(folder, 'a.gguf')
    await writeGgufAdapter(path, { config, adapter })
    expect(sha256(await readFile(path))).toBe(hashes.adapter)
  })

  it('keeps each module at its own strength, although the file has one alpha', async () => {
    const config = await readModelConfig(fixturePath('tiny-llama'))
    const adapter = await readPeftAdapter(fixturePath('adapter-patterns'))
    const path = join(folder, 'a.gguf')
    await writeGgufAdapter(path, { config, adapter })
    const file = await openGguf(path)
    const alpha = Number(file.metadata.get('adapter.lora.alpha'))
    const module = adapter.modules.find(({ module: name }) => name.endsWith('up_proj'))!
    const b = await file.read('blk.0.ffn_up.weight.lora_b')
    await file.close()
    const expected = loraScale(module, adapter.rankStabilized)
    for (const [i, value] of module.b.entries())
      expect((b[i]! * alpha) / module.rank).toBeCloseTo(value * expected, 5)
  })
})

describe('names and rows', () => {
  it.each(Object.entries(tensorNames))('has the names of gguf-py for %s', (_, names) => {
    for (const [module, name] of Object.entries(names))
      expect(ggufTensorName(`${module}.weight`)).toBe(`${name}.weight`)
  })

  it('refuses a module that llama.cpp does not have', () => {
    expect(() => ggufTensorName('model.layers.0.mlp.router.weight')).toThrow(
      expect.objectContaining({ code: 'unsupported_feature' }),
    )
  })

  it('interleaves the halves of each head', () => {
    const rows = Float32Array.from({ length: 8 }, (_, i) => i)
    expect([...permuteRows(rows, { heads: 2, rows: 8 })]).toEqual([0, 2, 1, 3, 4, 6, 5, 7])
  })
})

describe('tokenizer metadata', () => {
  it.each([
    ['gpt2', 'gpt-2'],
    ['smollm', 'smollm'],
    ['llama3', 'llama-bpe'],
    ['qwen2', 'qwen2'],
  ])('knows the %s cutter as %s', (name, expected) => {
    const metadata = ggufTokenizerMetadata({ json: trained[name]!.json }, 360)
    expect(metadata.get('tokenizer.ggml.pre')?.value).toBe(expected)
  })

  it.each<[string, unknown, number]>([
    ['more tokens than rows', tokenizer.json, 100],
    ['a cutter nobody knows', { ...tokenizer.json, pre_tokenizer: { type: 'Whitespace' } }, 368],
    ['no bytes', { ...tokenizer.json, decoder: { type: 'Metaspace' } }, 368],
    ['no merges', { model: { type: 'BPE', vocab: {} } }, 368],
    [
      'two tokens of one id',
      { ...tokenizer.json, added_tokens: [{ id: 30, content: '<x>' }] },
      368,
    ],
    [
      'one token of two ids',
      {
        ...tokenizer.json,
        added_tokens: [
          { id: 362, content: 'the' },
          { id: 363, content: 'the' },
        ],
      },
      368,
    ],
  ])('refuses %s', (_, json, vocabSize) => {
    expect(() => ggufTokenizerMetadata({ json }, vocabSize)).toThrow(
      expect.objectContaining({ code: 'unsupported_tokenizer' }),
    )
  })
})

describe('openGguf', () => {
  it('reads back every kind of value', async () => {
    const path = join(folder, 'x.gguf')
    const metadata: GgufMetadata = new Map([
      ['u8', { type: 'u8', value: 200 }],
      ['i8', { type: 'i8', value: -3 }],
      ['u16', { type: 'u16', value: 60000 }],
      ['i16', { type: 'i16', value: -300 }],
      ['u32', { type: 'u32', value: 4e9 }],
      ['i32', { type: 'i32', value: -5 }],
      ['f32', { type: 'f32', value: 0.5 }],
      ['f64', { type: 'f64', value: 0.1 }],
      ['u64', { type: 'u64', value: 2n ** 63n }],
      ['i64', { type: 'i64', value: -1n }],
      ['bool', { type: 'bool', value: true }],
      ['string', { type: 'string', value: 'état' }],
      ['strings', { type: 'array', of: 'string', value: ['a', ''] }],
      ['numbers', { type: 'array', of: 'i32', value: [1, -1] }],
    ])
    await writeGguf(path, metadata, [])
    const file = await openGguf(path)
    await file.close()
    const expected = Array.from(metadata, ([key, { value }]) => [key, value])
    expect([...file.metadata]).toEqual(expected)
  })

  it('reads back tensors of each type', async () => {
    const path = join(folder, 'x.gguf')
    const data = Float32Array.from({ length: 64 }, (_, i) => (i % 32) - 16)
    await writeGguf(
      path,
      new Map(),
      (['f32', 'f16', 'q8_0'] as const).map((type) => ({ name: type, shape: [2, 32], type, data })),
    )
    const file = await openGguf(path)
    expect(file.tensors.get('f16')).toMatchObject({ shape: [2, 32], type: 'f16' })
    expect(await file.read('f32')).toEqual(data)
    expect(await file.read('f16')).toEqual(data)
    const step = 16 / 127
    for (const [i, value] of (await file.read('q8_0')).entries())
      expect(Math.abs(value - data[i]!)).toBeLessThan(step / 2 + 0.01)
    await expect(file.read('x')).rejects.toMatchObject({ code: 'tensor_missing' })
    await file.close()
  })

  it('never reads a file that is cut', async () => {
    const path = await writeTiny('f32')
    const whole = await readFile(path)
    // The last 16 bytes only fill up to the alignment.
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 17 }), async (length) => {
        await writeFile(path, whole)
        await truncate(path, length)
        await expect(openGguf(path)).rejects.toBeInstanceOf(ModelFormatError)
      }),
      { numRuns: 30 },
    )
  })

  it.each<[string, Buffer]>([
    ['another format', Buffer.from('PK\u0003\u0004 something else entirely')],
    ['another version', header({ version: 2 })],
    ['too many tensors', header({ tensors: 2n ** 40n })],
    ['too many entries', header({ entries: 2n ** 62n })],
  ])('refuses %s', async (_, bytes) => {
    const path = join(folder, 'x.gguf')
    await writeFile(path, bytes)
    await expect(openGguf(path)).rejects.toMatchObject({ code: 'invalid_header' })
  })
})

describe('writeGguf', () => {
  it.each([
    ['shape_mismatch', 'q8_0', [2, 33], 66, 1],
    ['shape_mismatch', 'f32', [3], 2, 1],
    ['value_out_of_range', 'f16', [1], 1, 1e6],
    ['value_out_of_range', 'q8_0', [32], 32, Number.NaN],
  ] as const)('fails with %s for %s %j', async (code, type, shape, length, value) => {
    const data = new Float32Array(length).fill(value)
    const tensors = [{ name: 'x', type, shape: [...shape], data }]
    await expect(writeGguf(join(folder, 'x.gguf'), new Map(), tensors)).rejects.toMatchObject({
      code,
    })
  })
})

async function writeTiny(precision: 'f32' | 'f16' | 'q8_0'): Promise<string> {
  const path = join(folder, 'tiny.gguf')
  const config = await readModelConfig(fixturePath('tiny-llama'))
  await writeGgufModel(path, { config, weights, tokenizer, precision, name: 'tiny' })
  return path
}

function header({ version = 3, tensors = 0n, entries = 0n }): Buffer {
  const bytes = Buffer.alloc(24)
  bytes.write('GGUF')
  bytes.writeUInt32LE(version, 4)
  bytes.writeBigUInt64LE(tensors, 8)
  bytes.writeBigUInt64LE(entries, 16)
  return bytes
}

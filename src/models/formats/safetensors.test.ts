import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fixturePath, readFixture } from '../../../test/fixtures/engine/read-fixture.ts'
import { ModelFormatError } from './errors.ts'
import { MAX_HEADER_BYTES } from './safetensors-header.ts'
import { openSafetensors } from './safetensors-read.ts'
import {
  type SafetensorToWrite,
  writeSafetensors,
  writeSafetensorsFolder,
} from './safetensors-write.ts'

// Written by test/fixtures/engine/make-format-fixtures.py with the safetensors library.
const { allDtypes, written } = readFixture<{
  allDtypes: Record<string, { shape: number[]; values: number[] }>
  written: { values: number[]; bytes: string }
}>('formats.json')

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-safetensors-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('openSafetensors', () => {
  it.each(Object.entries(allDtypes))(
    'reads the %s tensor of a Python file',
    async (name, expected) => {
      const file = await openSafetensors(fixturePath('all-dtypes.safetensors'))
      const { shape, data, nonFinite } = await file.read(name)
      await file.close()
      expect({ shape, values: [...data], nonFinite }).toEqual({ ...expected, nonFinite: 0 })
    },
  )

  it('counts NaN and infinity, and reads them', async () => {
    const file = await openSafetensors(fixturePath('all-dtypes.safetensors'))
    const { data, nonFinite } = await file.read('odd')
    expect([...data]).toEqual([1, Number.NaN, Number.POSITIVE_INFINITY])
    expect(nonFinite).toBe(2)
    expect(file.metadata).toEqual({ format: 'pt', note: 'état' })
    await file.close()
  })

  it('names a tensor that is not there', async () => {
    const file = await openSafetensors(fixturePath('all-dtypes.safetensors'))
    await expect(file.read('lm_head.weight')).rejects.toMatchObject({
      code: 'tensor_missing',
      message: expect.stringContaining('"lm_head.weight"'),
    })
    await file.close()
  })

  it.each<[string, string, Uint8Array]>([
    ['file_truncated', 'fewer than eight bytes', Buffer.from('abc')],
    ['header_too_large', 'a header beyond the limit', lengthPrefix(MAX_HEADER_BYTES + 1)],
    ['header_too_large', 'a Git LFS pointer', Buffer.from('version https://git-lfs.github.com')],
    ['file_truncated', 'a header that is cut off', lengthPrefix(100)],
    ['invalid_header', 'an empty header', lengthPrefix(0)],
    ['invalid_header', 'a header that is no object', withHeader('[1,2]', 0)],
    ['invalid_json', 'broken JSON', withHeader('{"a":', 0)],
    ['invalid_header', 'bytes that are no UTF-8', withHeader(Buffer.from([0x7b, 0xff, 0x7d]), 0)],
    ['invalid_header', 'a negative size', withHeader(entry('F32', [-1], [0, 4]), 4)],
    ['invalid_header', 'no offsets', withHeader('{"a":{"dtype":"F32","shape":[1]}}', 4)],
    ['unknown_dtype', 'an unknown element type', withHeader(entry('F8_E4M3', [4], [0, 4]), 4)],
    ['size_mismatch', 'bytes that do not fit the shape', withHeader(entry('F32', [2], [0, 4]), 4)],
    [
      'size_mismatch',
      'a shape that overflows',
      withHeader(entry('F32', [2 ** 31, 2 ** 31], [0, 4]), 4),
    ],
    ['size_mismatch', 'offsets in reverse', withHeader(entry('F32', [1], [4, 0]), 4)],
    ['file_truncated', 'values that are cut off', withHeader(entry('F32', [2], [0, 8]), 7)],
    ['invalid_offsets', 'bytes behind the last tensor', withHeader(entry('F32', [1], [0, 4]), 5)],
    ['invalid_offsets', 'a gap', withHeader(entry('F32', [1], [4, 8]), 8)],
    ['invalid_offsets', 'an overlap', withHeader(overlapping(), 8)],
  ])('fails with %s for %s', async (code, _, bytes) => {
    const path = join(folder, 'model.safetensors')
    await writeFile(path, bytes)
    const error = await openSafetensors(path).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(ModelFormatError)
    expect(error).toMatchObject({ code, hint: expect.stringMatching(/\.$/) })
  })

  it('never reads a damaged file as something else, wherever it is cut', async () => {
    const whole = await readFile(fixturePath('all-dtypes.safetensors'))
    const path = join(folder, 'model.safetensors')
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), async (length) => {
        await writeFile(path, whole)
        await truncate(path, length)
        await expect(openSafetensors(path)).rejects.toBeInstanceOf(ModelFormatError)
      }),
      { numRuns: 40 },
    )
  })

  it('says that a folder has no weights', async () => {
    await expect(openSafetensors(folder)).rejects.toMatchObject({ code: 'file_missing' })
  })
})

describe('writeSafetensors', () => {
  it('writes the bytes that the Python library writes', async () => {
    const path = join(folder, 'x.safetensors')
    const data = Float32Array.from(written.values)
    const shape = [2, 3]
    await writeSafetensors(path, [
      { name: 'b', dtype: 'F32', shape, data },
      { name: 'a', dtype: 'F16', shape, data },
      { name: 'c.é', dtype: 'BF16', shape, data },
      { name: 'a.x', dtype: 'F32', shape, data },
      { name: 'z', dtype: 'F16', shape, data: async () => data },
    ])
    expect((await readFile(path)).toString('hex')).toBe(written.bytes)
  })

  it('reads back any f32 values', async () => {
    const path = join(folder, 'x.safetensors')
    await fc.assert(
      fc.asyncProperty(fc.float32Array(), async (data) => {
        await writeSafetensors(path, [{ name: 'x', dtype: 'F32', shape: [data.length], data }])
        const file = await openSafetensors(path)
        expect((await file.read('x')).data).toEqual(data)
        await file.close()
      }),
      { numRuns: 30 },
    )
  })

  it('leaves the old file, and nothing else, when a tensor fails on the way', async () => {
    const path = join(folder, 'x.safetensors')
    const good: SafetensorToWrite = {
      name: 'a',
      dtype: 'F32',
      shape: [1],
      data: Float32Array.of(1),
    }
    await writeSafetensors(path, [good])
    const before = await readFile(path)
    const bad: SafetensorToWrite = { name: 'b', dtype: 'F32', shape: [2], data: Float32Array.of(1) }
    await expect(writeSafetensors(path, [good, bad])).rejects.toMatchObject({
      code: 'shape_mismatch',
    })
    expect(await readFile(path)).toEqual(before)
    expect(await readdir(folder)).toEqual(['x.safetensors'])
  })

  it.each<[string, SafetensorToWrite[]]>([
    ['duplicate_tensor', [tensor('a', [1]), tensor('a', [1])]],
    ['value_out_of_range', [{ ...tensor('a', [1]), dtype: 'F16', data: Float32Array.of(1e6) }]],
  ])('fails with %s', async (code, tensors) => {
    await expect(writeSafetensors(join(folder, 'x'), tensors)).rejects.toMatchObject({ code })
  })
})

describe('shards', () => {
  const tensors = ['a', 'b', 'c'].map((name) => tensor(name, [2, 2]))

  it('splits what is larger than a shard, and reads it back as one', async () => {
    await writeSafetensorsFolder(folder, tensors, { maxShardBytes: 32 })
    expect((await readdir(folder)).sort()).toEqual([
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
      'model.safetensors.index.json',
    ])
    const model = await openSafetensors(folder)
    expect([...model.tensors.keys()]).toEqual(['a', 'b', 'c'])
    expect((await model.read('c')).data).toEqual(tensors[2]!.data)
    await model.close()
  })

  it('writes one plain file when all fits', async () => {
    await writeSafetensorsFolder(join(folder, 'new'), tensors)
    expect(await readdir(join(folder, 'new'))).toEqual(['model.safetensors'])
  })

  it('names the shard that is missing', async () => {
    await writeSafetensorsFolder(folder, tensors, { maxShardBytes: 32 })
    await rm(join(folder, 'model-00002-of-00002.safetensors'))
    await expect(openSafetensors(folder)).rejects.toMatchObject({
      code: 'file_missing',
      message: expect.stringContaining('model-00002-of-00002'),
    })
  })

  it('names the tensor that a shard lacks', async () => {
    const index = { weight_map: { z: 'model.safetensors' } }
    await writeSafetensorsFolder(folder, tensors)
    await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify(index))
    await expect(openSafetensors(folder)).rejects.toMatchObject({
      code: 'tensor_missing',
      message: expect.stringContaining('"z"'),
    })
  })

  it('does not follow an index out of its folder', async () => {
    await mkdir(join(folder, 'model'))
    await writeSafetensors(join(folder, 'secret.safetensors'), tensors)
    const index = { weight_map: { a: '../secret.safetensors' } }
    await writeFile(join(folder, 'model', 'model.safetensors.index.json'), JSON.stringify(index))
    await expect(openSafetensors(join(folder, 'model'))).rejects.toMatchObject({
      code: 'invalid_header',
    })
  })
})

function tensor(name: string, shape: number[]): SafetensorToWrite & { data: Float32Array } {
  const length = shape.reduce((product, size) => product * size, 1)
  const data = Float32Array.from({ length }, (_, i) => i + name.charCodeAt(0))
  return { name, dtype: 'F32', shape, data }
}

function lengthPrefix(length: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(length))
  return bytes
}

function withHeader(header: string | Uint8Array, dataBytes: number): Uint8Array {
  const bytes = Buffer.from(header)
  return Buffer.concat([lengthPrefix(bytes.length), bytes, Buffer.alloc(dataBytes)])
}

function entry(dtype: string, shape: number[], offsets: [number, number]): string {
  return JSON.stringify({ a: { dtype, shape, data_offsets: offsets } })
}

function overlapping(): string {
  const at = (begin: number): object => ({
    dtype: 'F32',
    shape: [1],
    data_offsets: [begin, begin + 4],
  })
  return JSON.stringify({ a: at(0), b: at(2), c: at(4) })
}

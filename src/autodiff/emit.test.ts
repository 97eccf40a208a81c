import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { BinaryReader } from '@bufbuild/protobuf/wire'
import { describe, expect, it } from 'vitest'
import { type Dimension, sizeOf, tensorData } from '../onnx/index.ts'
import { attention, checkpoint, mean, swiglu } from './compose.ts'
import { compile, emit } from './emit.ts'
import {
  add,
  cast,
  concat,
  exp,
  gather,
  less,
  matmul,
  mul,
  neg,
  reshape,
  slice,
  sub,
  sum,
  where,
} from './functions.ts'
import { gradients } from './gradient.ts'
import { constant, input, scalar, storedConstant } from './tensor.ts'
import type { Tensor } from './vocabulary.ts'

const x = input('x', [2, 3])
const w = input('w', [3, 3])
const row = (...values: number[]) =>
  tensorData('float32', [values.length], Float32Array.from(values))

describe('emit', () => {
  it('writes equal computations once', () => {
    const once = add(exp(x), exp(x))
    expect(opsOf(emit({ y: once }))).toEqual(['Exp', 'Add'])
    const twins = add(mul(exp(x), 2), mul(exp(input('x', [2, 3])), 2))
    expect(opsOf(emit({ y: twins }))).toEqual(['Exp', 'Mul', 'Add'])
  })

  it('keeps computations apart that differ in an attribute or a constant', () => {
    const pieces = concat([slice(x, 1, 0, 1), slice(x, 1, 1, 2), mul(x, 2), mul(x, 3)], 1)
    expect(opsOf(emit({ y: pieces })).filter((op) => op === 'Slice' || op === 'Mul')).toEqual([
      'Slice',
      'Slice',
      'Mul',
      'Mul',
    ])
  })

  it('leaves out what no output needs', () => {
    const [gradient] = gradients(sum(swiglu(matmul(x, w), matmul(x, w))), [x])
    const ops = opsOf(emit({ gradient: gradient! }))
    // The weight's own gradient would be a third and fourth product.
    expect(ops.filter((op) => op === 'Gemm')).toHaveLength(3)
  })

  it('returns inputs, constants and one value under two names', async () => {
    const session = await compile({ same: x, again: x, two: scalar(2), a: exp(x), b: exp(x) })
    const data = Float32Array.of(0, 1, 2, 3, 4, 5)
    const outputs = await session.run({ x: tensorData('float32', [2, 3], data) })
    expect(outputs.same!.data).toEqual(data)
    expect(outputs.again!.data).toEqual(data)
    expect(outputs.two!.data).toEqual(Float32Array.of(2))
    expect(outputs.a!.data).toEqual(outputs.b!.data)
    await session.close()
  })

  it('refuses a name that stands for two things', () => {
    const both = add(input('n', [3]), input('n', [1]))
    expect(() => emit({ y: both })).toThrow(expect.objectContaining({ code: 'attribute_invalid' }))
    expect(() => emit({ x: exp(x) })).toThrow('the name "x" is used twice')
  })

  it('emits chains longer than the call stack', async () => {
    let end = exp(input('x', [1]))
    for (let i = 0; i < 20_000; i++) end = add(end, i % 2 ? 1 : -1)
    expect(opsOf(emit({ end }))).toHaveLength(20_001)
  })

  it('runs one graph at sizes that differ from run to run', async () => {
    const past = input('past', ['batch', 'past', 2])
    const fresh = input('fresh', ['batch', 1, 2])
    const all = concat([past, fresh], 1)
    expect(all.shape).toEqual(['batch', 'past+1', 2])
    const flat = reshape(all, ['batch', -1])
    expect(flat.shape).toEqual(['batch', '2*past+1'])
    const session = await compile({
      flat,
      last: slice(all, 1, -1),
      mean: mean(all, { axes: [-1] }),
    })
    for (const length of [0, 1, 3]) {
      const outputs = await session.run({
        past: tensorData('float32', [1, length, 2], new Float32Array(length * 2).fill(1)),
        fresh: tensorData('float32', [1, 1, 2], Float32Array.of(5, 7)),
      })
      expect(outputs.flat!.shape).toEqual([1, 2 * length + 2])
      expect([...outputs.last!.data]).toEqual([5, 7])
      expect([...outputs.mean!.data].at(-1)).toBe(6)
    }
    await session.close()
  })

  it('attends over a cache whose length and batch differ from run to run', async () => {
    const graph = (batch: Dimension, columns: Dimension) => ({
      y: attention(
        input('q', [batch, 4, 1, 2]),
        input('k', [batch, 2, columns, 2]),
        input('v', [batch, 2, columns, 2]),
        { bias: input('bias', [batch, 1, 1, 1, columns]) },
      ),
    })
    const open = await compile(graph('batch', 'cached'))
    for (const [batch, columns] of [
      [1, 1],
      [2, 3],
      [1, 5],
    ] as const) {
      const fixed = await compile(graph(batch, columns))
      const feeds = Object.fromEntries(
        fixed.inputs.map(({ name, shape }, i) => {
          const size = sizeOf(shape as number[])
          const values = Float32Array.from({ length: size }, (_, at) => Math.sin(at + i))
          return [name, tensorData('float32', shape as number[], values)]
        }),
      )
      expect(await open.run(feeds)).toEqual(await fixed.run(feeds))
      await fixed.close()
    }
    await open.close()
  })

  it('takes constants from a file, 16-bit ones included', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'graft-weights-'))
    const file = 'weights.bin'
    const bytes = Buffer.alloc(15)
    // Three bytes of something else first, as a safetensors header may leave values unaligned.
    bytes.writeFloatLE(2.5, 3)
    bytes.writeFloatLE(-1, 7)
    // 1.0 and -2.0 in bfloat16, the upper half of a float32
    bytes.writeUInt16LE(0x3f80, 11)
    bytes.writeUInt16LE(0xc000, 13)
    writeFileSync(path.join(folder, file), bytes)
    const outputs = {
      single: mul(storedConstant('float32', [2], { file, offset: 3 }), input('x', [])),
      half: cast(storedConstant('bfloat16', [2], { file, offset: 11 }), 'float32'),
    }
    const session = await compile(outputs, { weightsFolder: folder })
    const result = await session.run({ x: tensorData('float32', [], Float32Array.of(2)) })
    expect([...result.single!.data]).toEqual([5, -2])
    expect([...result.half!.data]).toEqual([1, -2])
    await session.close()
    const beyond = { y: cast(storedConstant('float32', [4], { file, offset: 3 }), 'float64') }
    await expect(compile(beyond, { weightsFolder: folder })).rejects.toThrow(
      expect.objectContaining({ code: 'model_rejected' }),
    )
    rmSync(folder, { recursive: true })
  })

  it('handles each type an input may have', async () => {
    const chosen = where(less(input('i', [3], 'int64'), 2), input('f', [3]), 0)
    const half = cast(input('h', [2], 'float16'), 'float32')
    const table = gather(constant('int32', [3], Int32Array.of(7, 8, 9)), input('i', [3], 'int64'))
    const rounded = cast(input('f', [3]), 'float16')
    const session = await compile({ chosen, half, table, rounded })
    const outputs = await session.run({
      i: tensorData('int64', [3], BigInt64Array.of(0n, 2n, 1n)),
      f: row(4, 5, 6),
      // 1.0 and -2.0 in IEEE 754 binary16
      h: tensorData('float16', [2], Uint16Array.of(0x3c00, 0xc000)),
    })
    expect([...outputs.chosen!.data]).toEqual([4, 0, 6])
    expect([...outputs.half!.data]).toEqual([1, -2])
    expect([...outputs.table!.data]).toEqual([7, 9, 8])
    // 4.0, 5.0 and 6.0
    expect([...outputs.rounded!.data]).toEqual([0x4400, 0x4500, 0x4600])
    await session.close()
  })
})

describe('checkpoint', () => {
  const layer = (of: Tensor) => exp(neg(exp(mul(of, 0.5))))

  it('computes its inside a second time, for the backward pass only', () => {
    const kept = gradients(sum(layer(x)), [x])
    const again = gradients(sum(checkpoint(layer(x), [x])), [x])
    const count = (outputs: Parameters<typeof emit>[0], op: string) =>
      opsOf(emit(outputs)).filter((name) => name === op).length
    expect(count({ loss: layer(x), grad: kept[0]! }, 'Exp')).toBe(2)
    expect(count({ loss: checkpoint(layer(x), [x]), grad: again[0]! }, 'Exp')).toBe(3)
  })

  it('changes no number', async () => {
    const plain = sum(layer(layer(x)))
    const first = checkpoint(layer(x), [x])
    const marked = sum(checkpoint(layer(first), [first]))
    const outputs = {
      plain: gradients(plain, [x])[0]!,
      marked: gradients(marked, [x])[0]!,
      difference: sub(plain, marked),
    }
    const session = await compile(outputs)
    const data = Float32Array.from({ length: 6 }, (_, i) => i / 3)
    const result = await session.run({ x: tensorData('float32', [2, 3], data) })
    expect(result.marked!.data).toEqual(result.plain!.data)
    expect(result.difference!.data).toEqual(Float32Array.of(0))
    await session.close()
  })
})

/** The op types of a model's nodes: field 4 of the messages in field 1 of ModelProto's field 7. */
function opsOf(model: Uint8Array): string[] {
  const [graph] = fields(model, 7)
  return fields(graph!, 1).flatMap((node) =>
    fields(node, 4).map((bytes) => new TextDecoder().decode(bytes)),
  )
}

function fields(message: Uint8Array, wanted: number): Uint8Array[] {
  const reader = new BinaryReader(message)
  const found: Uint8Array[] = []
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    if (field === wanted && type === 2) found.push(reader.bytes())
    else reader.skip(type, field)
  }
  return found
}

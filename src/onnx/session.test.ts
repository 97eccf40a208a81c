import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { EngineErrorCode } from './errors.ts'
import { encodeModel, type OnnxModel } from './model.ts'
import { availableProviders } from './runtime.ts'
import { createSession } from './session.ts'
import { tensorData } from './tensor.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'graft-onnx-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const float = (shape: number[], ...values: number[]) =>
  tensorData('float32', shape, Float32Array.from(values))
const code = (name: EngineErrorCode) => expect.objectContaining({ code: name })

/** y = x · w, for any number of rows. */
const product: OnnxModel = {
  inputs: [{ name: 'x', type: 'float32', shape: ['rows', 2] }],
  outputs: [{ name: 'y', type: 'float32', shape: ['rows', 2] }],
  initializers: { w: float([2, 2], 1, 2, 3, 4) },
  nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
}

describe('a session', () => {
  it('describes its inputs and outputs', async () => {
    const session = await createSession(encodeModel(product))
    expect(session.inputs).toEqual(product.inputs)
    expect(session.outputs).toEqual(product.outputs)
    await session.close()
  })

  it('runs at each size that its shapes allow', async () => {
    const session = await createSession(encodeModel(product), { threads: 1, arena: false })
    expect((await session.run({ x: float([1, 2], 1, 1) })).y).toEqual(float([1, 2], 4, 6))
    expect((await session.run({ x: float([2, 2], 1, 0, 0, 1) })).y).toEqual(
      float([2, 2], 1, 2, 3, 4),
    )
    await session.close()
  })

  it('reads inputs from a view and writes outputs to one', async () => {
    const flat = Float32Array.of(9, 1, 1, 9)
    const target = new Float32Array(4).fill(-1)
    const session = await createSession(encodeModel(product))
    const outputs = await session.run(
      { x: tensorData('float32', [1, 2], flat.subarray(1, 3)) },
      { y: tensorData('float32', [1, 2], target.subarray(1, 3)) },
    )
    expect([...target]).toEqual([-1, 4, 6, -1])
    expect(outputs.y!.data.buffer).toBe(target.buffer)
    await session.close()
  })

  it('reads what a tensor holds at each run, and checks it under each name', async () => {
    const session = await createSession(
      encodeModel({
        ...product,
        inputs: [...product.inputs, { name: 'z', type: 'float32', shape: [1, 2] }],
        outputs: [{ name: 'sum', type: 'float32', shape: ['rows', 2] }],
        nodes: [...product.nodes, { op: 'Add', inputs: ['y', 'z'], outputs: ['sum'] }],
      }),
    )
    const two = float([2, 2], 1, 0, 0, 1)
    const one = float([1, 2], 10, 20)
    expect((await session.run({ x: two, z: one })).sum!.data).toEqual(
      Float32Array.of(11, 22, 13, 24),
    )
    one.data[0] = 0
    expect((await session.run({ x: one, z: one })).sum!.data).toEqual(Float32Array.of(60, 100))
    await expect(session.run({ x: one, z: two })).rejects.toThrow(
      'input "z" is float32 [1, 2], got float32 [2, 2]',
    )
    await session.close()
  })

  it('loads a model from a file', async () => {
    const file = path.join(folder, 'product.onnx')
    writeFileSync(file, encodeModel(product))
    const session = await createSession(file)
    expect((await session.run({ x: float([1, 2], 2, 0) })).y).toEqual(float([1, 2], 2, 4))
    await session.close()
  })

  it('writes a profile that names each op', async () => {
    const session = await createSession(encodeModel(product), {
      profile: path.join(folder, 'trace'),
    })
    await session.run({ x: float([1, 2], 1, 1) })
    await session.close()
    const [file] = readdirSync(folder).filter((name) => name.startsWith('trace'))
    const events = JSON.parse(readFileSync(path.join(folder, file!), 'utf8')) as {
      args?: { op_name?: string }
    }[]
    expect(events.map((event) => event.args?.op_name)).toContain('MatMul')
  })

  it('cannot run once it is closed, and may be closed twice', async () => {
    const session = await createSession(encodeModel(product))
    await session.close()
    await session.close()
    await expect(session.run({ x: float([1, 2], 1, 1) })).rejects.toThrow(code('session_closed'))
  })

  it.each([
    ['input_missing', {}, undefined, 'input "x" is missing'],
    ['input_unknown', { z: float([1], 0) }, undefined, 'no input "z"'],
    [
      'shape_mismatch',
      { x: float([1, 3], 1, 2, 3) },
      undefined,
      'is float32 [rows, 2], got float32 [1, 3]',
    ],
    ['shape_mismatch', { x: float([2, 2], 1, 2) }, undefined, 'an array of 2 values for [2, 2]'],
    [
      'type_mismatch',
      { x: tensorData('int32', [1, 2], Int32Array.of(1, 2)) },
      undefined,
      'got int32 [1, 2]',
    ],
    ['output_unknown', { x: float([1, 2], 1, 2) }, { q: float([1], 0) }, 'no output "q"'],
    ['shape_mismatch', { x: float([1, 2], 1, 2) }, { y: float([2], 0, 0) }, 'output "y"'],
  ] as const)('refuses what does not fit the model: %s %o', async (name, feeds, into, message) => {
    const session = await createSession(encodeModel(product))
    await expect(session.run(feeds, into)).rejects.toThrow(
      expect.objectContaining({ code: name, message: expect.stringContaining(message) }),
    )
    await session.close()
  })

  it('reports what ONNX Runtime says of an index out of range', async () => {
    const session = await createSession(
      encodeModel({
        inputs: [{ name: 'i', type: 'int64', shape: [1] }],
        outputs: [{ name: 'y', type: 'float32', shape: [1] }],
        initializers: { table: float([2], 5, 6) },
        nodes: [{ op: 'Gather', inputs: ['table', 'i'], outputs: ['y'] }],
      }),
    )
    const run = session.run({ i: tensorData('int64', [1], BigInt64Array.of(2n)) })
    await expect(run).rejects.toThrow(code('run_failed'))
    await session.close()
  })

  it('reports a run that needs more memory than there is', async () => {
    const huge = 2 ** 45
    const session = await createSession(
      encodeModel({
        inputs: [{ name: 'shape', type: 'int64', shape: [1] }],
        outputs: [{ name: 'y', type: 'float32', shape: ['n'] }],
        nodes: [{ op: 'ConstantOfShape', inputs: ['shape'], outputs: ['y'] }],
      }),
    )
    const run = session.run({ shape: tensorData('int64', [1], BigInt64Array.of(BigInt(huge))) })
    await expect(run).rejects.toThrow(code('out_of_memory'))
    await session.close()
  })

  it('refuses a model that makes no sense', async () => {
    const nodes = [{ op: 'NoSuchOp', inputs: ['x'], outputs: ['y'] }]
    await expect(createSession(encodeModel({ ...product, nodes }))).rejects.toThrow(
      expect.objectContaining({
        code: 'model_rejected',
        message: expect.stringContaining('NoSuchOp'),
      }),
    )
    await expect(createSession(Uint8Array.of(1, 2, 3))).rejects.toThrow(code('model_rejected'))
  })

  it('names the providers it has when asked for another', async () => {
    const available = await availableProviders()
    expect(available).toContain('cpu')
    // DirectML and CoreML exclude each other, so one of them is missing everywhere.
    const missing = available.includes('dml') ? 'coreml' : 'dml'
    await expect(createSession(encodeModel(product), { provider: missing })).rejects.toThrow(
      expect.objectContaining({
        code: 'provider_missing',
        message: expect.stringContaining('cpu'),
      }),
    )
  })
})

describe('encodeModel', () => {
  it('writes every kind of attribute', async () => {
    const nodes: OnnxModel['nodes'] = [
      {
        op: 'Constant',
        inputs: [],
        outputs: ['a'],
        attributes: { value: { tensor: float([2], 1, -2) } },
      },
      {
        op: 'Constant',
        inputs: [],
        outputs: ['b'],
        attributes: { value_floats: { floats: [0.5, 4] } },
      },
      {
        op: 'Constant',
        inputs: [],
        outputs: ['shape'],
        attributes: { value_ints: { ints: [2, -1] } },
      },
      {
        op: 'LeakyRelu',
        inputs: ['a'],
        outputs: ['leaky'],
        attributes: { alpha: { float: 0.25 } },
      },
      {
        op: 'Concat',
        inputs: ['leaky', 'b'],
        outputs: ['joined'],
        attributes: { axis: { int: -1 } },
      },
      { op: 'Reshape', inputs: ['joined', 'shape'], outputs: ['square'] },
      {
        op: 'ScatterElements',
        inputs: ['square', 'i', 'square'],
        outputs: ['y'],
        attributes: { reduction: { string: 'add' } },
      },
    ]
    const initializers = { i: tensorData('int64', [2, 2], BigInt64Array.of(0n, 0n, 0n, 0n)) }
    const outputs = [{ name: 'y', type: 'float32', shape: [2, 2] }] as const
    const session = await createSession(encodeModel({ inputs: [], outputs, initializers, nodes }))
    // [[1, -0.5], [0.5, 4]], and both rows added to the first
    expect((await session.run({})).y).toEqual(float([2, 2], 2.5, 3, 0.5, 4))
    await session.close()
  })

  it('refuses initializers that protobuf cannot carry', () => {
    const page = new Float32Array(2 ** 28)
    const initializers = {
      a: tensorData('float32', [2 ** 28], page),
      b: tensorData('float32', [2 ** 28], page),
    }
    expect(() => encodeModel({ ...product, initializers })).toThrow(code('model_too_large'))
  })

  it('gives the same bytes for the same model', () => {
    expect(encodeModel(product)).toEqual(encodeModel(structuredClone(product)))
  })
})

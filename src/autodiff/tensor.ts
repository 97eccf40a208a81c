/** @file Where graphs begin (inputs, constants), and the order in which their nodes can be computed. */
import {
  type ArrayOf,
  type DataType,
  EngineError,
  type Shape,
  type StoredTensor,
  sizeOf,
  type TensorData,
  tensorData,
} from '../onnx/index.ts'
import type { Tensor } from './vocabulary.ts'

/** A tensor, or a number that takes the type of the tensor beside it. */
export type Operand = Tensor | number

/** A value that each run feeds by name. Sizes given as strings may differ from run to run. */
export function input(name: string, shape: Shape, type: DataType = 'float32'): Tensor<'input'> {
  if (name === '')
    throw new EngineError('attribute_invalid', 'an input has an empty name', {
      hint: 'Give each input a name of its own; it is fed under that name.',
    })
  assertSizes(shape)
  return { op: 'input', inputs: [], attributes: { name }, type, shape }
}

/** A value stored in the graph. Meant for small ones: masks, tables, scalars. */
export function constant<T extends DataType>(
  type: T,
  shape: readonly number[],
  data: ArrayOf<T>,
): Tensor<'constant'> {
  assertSizes(shape)
  if (data.length !== sizeOf(shape))
    throw new EngineError(
      'shape_mismatch',
      `constant: shape [${shape.join(', ')}] holds ${sizeOf(shape)} values, got ${data.length}`,
      { hint: 'Pass one value for each element of the shape.' },
    )
  const value: TensorData = tensorData<DataType>(type, shape, data)
  return { op: 'constant', inputs: [], attributes: { value }, type, shape }
}

/**
 * A constant whose values stay in a file: ONNX Runtime maps them when it loads the graph, and needs
 * its folder as the session option `weightsFolder`. 16-bit values are cast before use.
 */
export function storedConstant(
  type: DataType,
  shape: readonly number[],
  { file, offset }: Pick<StoredTensor, 'file' | 'offset'>,
): Tensor<'constant'> {
  assertSizes(shape)
  const value: StoredTensor = { type, shape, file, offset }
  return { op: 'constant', inputs: [], attributes: { value }, type, shape }
}

/** A constant without dimensions. */
export function scalar(value: number, type: DataType = 'float32'): Tensor<'constant'> {
  return constant(type, [], scalarArray(value, type))
}

/** The tensor itself, or a number as a scalar of the type that `beside` has. */
export function asTensor(operand: Operand, beside: Operand): Tensor {
  if (typeof operand !== 'number') return operand
  return scalar(operand, typeof beside === 'number' ? 'float32' : beside.type)
}

/** Every tensor that `outputs` depend on, each one after its own inputs. */
export function topological(outputs: readonly Tensor[]): Tensor[] {
  const order = new Set<Tensor>()
  // A stack of our own: a deep model has more nodes in a chain than the call stack has frames.
  const stack = [...outputs].reverse()
  const opened = new Set<Tensor>()
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const pending = opened.has(top) ? [] : top.inputs.filter((operand) => !order.has(operand))
    opened.add(top)
    if (pending.length === 0) order.add(stack.pop()!)
    else stack.push(...pending.reverse())
  }
  return [...order]
}

function assertSizes(shape: Shape): void {
  const bad = shape.find((size) =>
    typeof size === 'number' ? !Number.isInteger(size) || size < 0 : size === '',
  )
  if (bad === undefined) return
  throw new EngineError('shape_mismatch', `[${shape.join(', ')}] is no shape: it holds "${bad}"`, {
    hint: 'Use whole numbers from 0 up, or names for sizes that vary.',
  })
}

const scalarArrays: Record<DataType, (value: number) => TensorData['data']> = {
  float32: (value) => Float32Array.of(value),
  float64: (value) => Float64Array.of(value),
  int8: (value) => Int8Array.of(value),
  uint8: (value) => Uint8Array.of(value),
  int32: (value) => Int32Array.of(value),
  int64: (value) => BigInt64Array.of(BigInt(value)),
  bool: (value) => Uint8Array.of(value ? 1 : 0),
  float16: refuseHalf,
  bfloat16: refuseHalf,
}

function refuseHalf(): never {
  throw new EngineError('type_mismatch', 'a number cannot be a 16-bit float operand', {
    hint: 'Cast the tensor to float32 first: the CPU computes in float32.',
  })
}

function scalarArray(value: number, type: DataType): TensorData['data'] {
  return scalarArrays[type](value)
}

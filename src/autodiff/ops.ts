/** @file The table of ops: for each its shape rule and the ONNX node that computes it. */
import {
  type DataType,
  dataTypes,
  type OnnxAttribute,
  type Shape,
  type TensorData,
  tensorData,
} from '../onnx/index.ts'
import * as infer from './infer.ts'
import type {
  Attributes,
  AxesAttributes,
  Operands,
  OpName,
  Tensor,
  TensorSpec,
} from './vocabulary.ts'

export type OpDefinition<Name extends OpName> = {
  readonly infer: (op: Name, operands: Operands<Name>, attributes: Attributes<Name>) => TensorSpec
  /** The name of the ONNX op, or a node built from the tensor's attributes and shape. */
  readonly onnx: string | ((tensor: Tensor<Name>) => OnnxCall | OnnxResult)
}

/** An ONNX node without its names: its inputs are the tensor's operands, then `constants`. */
export type OnnxCall = {
  readonly op: string
  readonly domain?: 'com.microsoft'
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>
  readonly constants?: readonly TensorData[]
  /** How many values the node gives; the tensor is the first. Default 1. */
  readonly results?: number
}

/** Another value of the node that computes the tensor's operand. */
export type OnnxResult = { readonly resultOf: number }

/** Every op is one ONNX node, fused where ONNX Runtime's CPU kernels offer it. */
export const ops: { readonly [Name in OpName]: OpDefinition<Name> } = {
  add: { infer: infer.binary, onnx: 'Add' },
  sub: { infer: infer.binary, onnx: 'Sub' },
  mul: { infer: infer.binary, onnx: 'Mul' },
  div: { infer: infer.binary, onnx: 'Div' },
  maximum: { infer: infer.binary, onnx: 'Max' },
  minimum: { infer: infer.binary, onnx: 'Min' },

  neg: { infer: infer.unary, onnx: 'Neg' },
  exp: { infer: infer.unary, onnx: 'Exp' },
  log: { infer: infer.unary, onnx: 'Log' },
  sqrt: { infer: infer.unary, onnx: 'Sqrt' },
  tanh: { infer: infer.unary, onnx: 'Tanh' },
  sigmoid: { infer: infer.unary, onnx: 'Sigmoid' },
  // QuickGelu is x·σ(αx); with α = 1 that is SiLU in one pass.
  silu: { infer: infer.unary, onnx: () => fused('QuickGelu', { alpha: { float: 1 } }) },
  erf: { infer: infer.unary, onnx: 'Erf' },
  gelu: { infer: infer.unary, onnx: () => fused('Gelu', {}) },
  cast: {
    infer: infer.cast,
    onnx: ({ attributes }) => call('Cast', { to: { int: dataTypes[attributes.type].code } }),
  },

  equal: { infer: infer.comparison, onnx: 'Equal' },
  less: { infer: infer.comparison, onnx: 'Less' },
  and: { infer: infer.logical, onnx: 'And' },
  where: { infer: infer.where, onnx: 'Where' },

  matmul: { infer: infer.matmul, onnx: matmulNode },

  quantizedMatmul: { infer: infer.quantizedMatmul, onnx: quantizedNode },

  sum: { infer: infer.reduction, onnx: reduceNode('ReduceSum') },
  sumSquares: { infer: infer.reduction, onnx: reduceNode('ReduceSumSquare') },
  max: { infer: infer.reduction, onnx: reduceNode('ReduceMax') },

  softmax: { infer: infer.alongLast, onnx: () => call('Softmax', { axis: { int: -1 } }) },
  logSumExp: {
    infer: infer.logSumExp,
    onnx: () => call('ReduceLogSumExp', { keepdims: { int: 0 } }, [integers([-1])]),
  },
  rmsNorm: {
    infer: infer.rmsNorm,
    onnx: ({ attributes }) =>
      call('SimplifiedLayerNormalization', {
        axis: { int: -1 },
        epsilon: { float: attributes.epsilon },
      }),
  },
  layerNorm: {
    infer: infer.layerNorm,
    onnx: ({ attributes }) =>
      call('LayerNormalization', { axis: { int: -1 }, epsilon: { float: attributes.epsilon } }),
  },
  rotary: { infer: infer.rotary, onnx: () => fused('RotaryEmbedding', {}) },

  reshape: {
    infer: infer.reshape,
    onnx: ({ inputs, shape }) => call('Reshape', {}, [integers(runtimeShape(inputs[0]!, shape))]),
  },
  transpose: {
    infer: infer.transpose,
    onnx: ({ attributes }) => call('Transpose', { perm: { ints: attributes.axes } }),
  },
  expand: {
    infer: infer.expand,
    onnx: ({ attributes }) => call('Expand', {}, [integers(attributes.shape)]),
  },
  slice: {
    infer: infer.slice,
    onnx: ({ attributes: { start, end, axis } }) =>
      call('Slice', {}, [integers([start]), integers([end]), integers([axis])]),
  },
  pad: { infer: infer.pad, onnx: padNode },
  concat: {
    infer: infer.concat,
    onnx: ({ attributes }) => call('Concat', { axis: { int: attributes.axis } }),
  },
  splitFirst: {
    infer: infer.splitFirst,
    onnx: ({ attributes }) => ({
      ...call('Split', { axis: { int: attributes.axis } }),
      results: 2,
    }),
  },
  splitSecond: { infer: infer.splitSecond, onnx: () => ({ resultOf: 1 }) },

  gather: { infer: infer.gather, onnx: 'Gather' },
  gatherElements: {
    infer: infer.gatherElements,
    onnx: ({ attributes }) => call('GatherElements', { axis: { int: attributes.axis } }),
  },
  // ScatterND takes whole rows and is faster, but adds them from several threads without a lock: with
  // repeated indices 40 of 40 runs differed. Training must repeat bit by bit.
  scatterAdd: {
    infer: infer.scatterAdd,
    onnx: ({ attributes }) =>
      call('ScatterElements', { axis: { int: attributes.axis }, reduction: { string: 'add' } }),
  },
}

/** Gemm multiplies matrices and adds to the product; FusedMatMul does stacks of matrices. */
function matmulNode({ attributes, shape }: Tensor<'matmul'>): OnnxCall {
  const { transposeA, transposeB, scale } = attributes
  const settings = {
    transA: { int: Number(transposeA) },
    transB: { int: Number(transposeB) },
    alpha: { float: scale },
  }
  return shape.length === 2 ? call('Gemm', settings) : fused('FusedMatMul', settings)
}

function quantizedNode({ inputs: [, values] }: Tensor<'quantizedMatmul'>): OnnxCall {
  const [rows, groups, size] = values!.shape as [number, number, number]
  return fused('MatMulNBits', {
    N: { int: rows },
    K: { int: groups * size },
    bits: { int: 8 },
    block_size: { int: size },
    // 4 multiplies in int8; only that has a fast kernel.
    accuracy_level: { int: 4 },
  })
}

function reduceNode(op: string): (tensor: { readonly attributes: AxesAttributes }) => OnnxCall {
  return ({ attributes: { axes, keep } }) =>
    call(op, { keepdims: { int: Number(keep) }, noop_with_empty_axes: { int: 1 } }, [
      integers(axes),
    ])
}

function padNode({ attributes, shape }: Tensor<'pad'>): OnnxCall {
  const { axis, before, after } = attributes
  const zeros = shape.map(() => 0)
  return call('Pad', {}, [integers([...zeros.with(axis, before), ...zeros.with(axis, after)])])
}

/** Sizes known only by name become 0 (as in the operand) or -1 (what is left). */
function runtimeShape(from: Tensor, to: Shape): number[] {
  return to.map((size, axis) => {
    if (typeof size === 'number') return size
    return size === from.shape[axis] ? 0 : -1
  })
}

function call(
  op: string,
  attributes: Record<string, OnnxAttribute>,
  constants: readonly TensorData[] = [],
): OnnxCall {
  return { op, attributes, constants }
}

function fused(op: string, attributes: Record<string, OnnxAttribute>): OnnxCall {
  return { op, domain: 'com.microsoft', attributes }
}

function integers(values: readonly number[]): TensorData {
  return tensorData<DataType>('int64', [values.length], BigInt64Array.from(values, toInt64))
}

function toInt64(value: number): bigint {
  return value === Number.POSITIVE_INFINITY ? 2n ** 63n - 1n : BigInt(value)
}

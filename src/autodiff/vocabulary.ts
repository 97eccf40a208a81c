/** @file The vocabulary of the engine: every op, its operands and its attributes. */
import type { DataType, Dimension, Shape, StoredTensor, TensorData } from '../onnx/index.ts'

/**
 * A node of the graph: an op applied to other tensors. Immutable, and shared by reference, so a tensor
 * may be the operand of many others.
 */
export type Tensor<Name extends NodeName = NodeName> = {
  readonly op: Name
  readonly inputs: readonly Tensor[]
  readonly attributes: Attributes<Name>
  readonly type: DataType
  readonly shape: Shape
  /** Computed again for the backward pass instead of kept; `checkpoint` sets it. */
  readonly recompute?: true
  /** The second computation of a `recompute` tensor; never merged with the first. */
  readonly recomputed?: true
}

/** What a shape rule sees, and says, of a tensor. */
export type TensorSpec = Pick<Tensor, 'type' | 'shape'>

/** Where graphs begin. */
export type Leaves = {
  input: Op<[], { readonly name: string }>
  constant: Op<[], { readonly value: TensorData | StoredTensor }>
}

/**
 * One line per op. The tables `ops` (shape rule and ONNX node) and `rules` (gradient) have exactly
 * these keys, and so have the samples of the finite-difference test: the compiler and the test
 * refuse an op that lacks one of them.
 */
export type Vocabulary = {
  add: Op<[a: Tensor, b: Tensor]>
  sub: Op<[a: Tensor, b: Tensor]>
  mul: Op<[a: Tensor, b: Tensor]>
  div: Op<[a: Tensor, b: Tensor]>
  maximum: Op<[a: Tensor, b: Tensor]>
  minimum: Op<[a: Tensor, b: Tensor]>

  neg: Op<[x: Tensor]>
  exp: Op<[x: Tensor]>
  log: Op<[x: Tensor]>
  sqrt: Op<[x: Tensor]>
  tanh: Op<[x: Tensor]>
  sigmoid: Op<[x: Tensor]>
  silu: Op<[x: Tensor]>
  erf: Op<[x: Tensor]>
  gelu: Op<[x: Tensor]>
  cast: Op<[x: Tensor], { readonly type: DataType }>

  equal: Op<[a: Tensor, b: Tensor]>
  less: Op<[a: Tensor, b: Tensor]>
  and: Op<[a: Tensor, b: Tensor]>
  where: Op<[condition: Tensor, yes: Tensor, no: Tensor]>

  matmul: Op<[a: Tensor, b: Tensor, addend?: Tensor], MatmulAttributes>

  quantizedMatmul: Op<[x: Tensor, values: Tensor, scales: Tensor]>

  sum: Op<[x: Tensor], AxesAttributes>
  sumSquares: Op<[x: Tensor], AxesAttributes>
  max: Op<[x: Tensor], AxesAttributes>

  softmax: Op<[x: Tensor]>
  logSumExp: Op<[x: Tensor]>
  rmsNorm: Op<[x: Tensor, weight: Tensor], { readonly epsilon: number }>
  layerNorm: Op<[x: Tensor, weight: Tensor, bias: Tensor], { readonly epsilon: number }>
  rotary: Op<[x: Tensor, positions: Tensor, cos: Tensor, sin: Tensor]>

  reshape: Op<[x: Tensor], { readonly shape: Shape }>
  transpose: Op<[x: Tensor], { readonly axes: readonly number[] }>
  expand: Op<[x: Tensor], { readonly shape: readonly number[] }>
  slice: Op<[x: Tensor], SliceAttributes>
  pad: Op<[x: Tensor], PadAttributes>
  concat: Op<Tensor[], { readonly axis: number }>
  splitFirst: Op<[x: Tensor, sizes: Tensor], SplitAttributes>
  splitSecond: Op<[first: Tensor]>

  gather: Op<[table: Tensor, indices: Tensor]>
  gatherElements: Op<[x: Tensor, indices: Tensor], { readonly axis: number }>
  scatterAdd: Op<[base: Tensor, indices: Tensor, updates: Tensor], { readonly axis: number }>
}

type Op<Operands extends readonly unknown[], Attributes = Record<never, never>> = {
  readonly operands: Operands
  readonly attributes: Attributes
}

/** `scale · op(a) · op(b) + addend`, where op transposes the last two axes or does nothing. */
export type MatmulAttributes = {
  readonly transposeA: boolean
  readonly transposeB: boolean
  readonly scale: number
}

/** Axes in ascending order, from 0. */
export type AxesAttributes = { readonly axes: readonly number[]; readonly keep: boolean }

/** The range `[start, end)` of an axis; a negative start counts from the end. */
export type SliceAttributes = {
  readonly axis: number
  readonly start: number
  readonly end: number
}

/** Zeros before and after, along an axis. */
export type PadAttributes = {
  readonly axis: number
  readonly before: number
  readonly after: number
}

/** An axis in two parts, and what their sizes are called. */
export type SplitAttributes = {
  readonly axis: number
  readonly names: readonly [Dimension, Dimension]
}

export type OpName = keyof Vocabulary
export type NodeName = OpName | keyof Leaves
export type Operands<Name extends OpName> = Readonly<Vocabulary[Name]['operands']>
export type Attributes<Name extends NodeName> = (Leaves & Vocabulary)[Name]['attributes']

/** @file Writes the subset of ONNX's ModelProto that a computation graph needs (onnx/onnx.proto). */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { EngineError } from './errors.ts'
import {
  type DataType,
  dataTypes,
  type Shape,
  type StoredTensor,
  sizeOf,
  type TensorData,
} from './tensor.ts'

/** An attribute's value, tagged with its ONNX type because 1 may be meant as an integer or a float. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly tensor: TensorData }

export type OnnxNode = {
  readonly op: string
  /** Empty for the standard ops, `com.microsoft` for ONNX Runtime's own. */
  readonly domain?: string
  readonly name?: string
  /** Value names; an empty string leaves an optional input out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>
}

export type OnnxValue = { readonly name: string; readonly type: DataType; readonly shape: Shape }

export type OnnxModel = {
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
  readonly initializers?: Readonly<Record<string, TensorData | StoredTensor>>
  /** In an order in which each value is written before it is read. */
  readonly nodes: readonly OnnxNode[]
}

/**
 * Opset 18 is the first in which every reduction takes its axes as an input and ScatterElements can
 * add. Later ones add to the standard only what ONNX Runtime already offers fused in
 * `com.microsoft`, while CoreML, DirectML and older tools follow them years late.
 */
const standardOpset = 18
/** The IR version that came with opset 18. */
const irVersion = 8
/** A protobuf message cannot exceed a signed 32-bit length. */
const maxBytes = 2 ** 31 - 1

/**
 * Serialises a model.
 * @throws EngineError `model_too_large` when the initializers exceed what protobuf can carry.
 */
export function encodeModel(model: OnnxModel): Uint8Array {
  assertFits(model)
  const writer = new BinaryWriter()
  integer(writer, 1, irVersion)
  text(writer, 2, 'graft')
  message(writer, 7, () => writeGraph(writer, model))
  message(writer, 8, () => writeOpset(writer, '', standardOpset))
  message(writer, 8, () => writeOpset(writer, 'com.microsoft', 1))
  return writer.finish()
}

function assertFits({ initializers = {} }: OnnxModel): void {
  const bytes = Object.values(initializers).reduce(
    (sum, tensor) => sum + ('data' in tensor ? tensor.data.byteLength : 0),
    0,
  )
  if (bytes <= maxBytes) return
  throw new EngineError(
    'model_too_large',
    `initializers take ${bytes} bytes, at most ${maxBytes} fit`,
    {
      hint: 'Make the large weights inputs of the graph, or leave them in a file (StoredTensor).',
    },
  )
}

function writeOpset(writer: BinaryWriter, domain: string, version: number): void {
  text(writer, 1, domain)
  integer(writer, 2, version)
}

function writeGraph(writer: BinaryWriter, model: OnnxModel): void {
  for (const node of model.nodes) message(writer, 1, () => writeNode(writer, node))
  text(writer, 2, 'graph')
  for (const [name, tensor] of Object.entries(model.initializers ?? {}))
    message(writer, 5, () => writeTensor(writer, tensor, name))
  for (const value of model.inputs) message(writer, 11, () => writeValue(writer, value))
  for (const value of model.outputs) message(writer, 12, () => writeValue(writer, value))
}

function writeNode(writer: BinaryWriter, node: OnnxNode): void {
  for (const name of node.inputs) text(writer, 1, name)
  for (const name of node.outputs) text(writer, 2, name)
  text(writer, 3, node.name ?? '')
  text(writer, 4, node.op)
  for (const [name, value] of Object.entries(node.attributes ?? {}))
    message(writer, 5, () => writeAttribute(writer, name, value))
  text(writer, 7, node.domain ?? '')
}

/** AttributeProto.AttributeType, and how the value of each is written. */
const attributeWriters = {
  float: { type: 1, write: (writer, value: number) => writer.tag(2, WireType.Bit32).float(value) },
  int: { type: 2, write: (writer, value: number) => integer(writer, 3, value) },
  string: { type: 3, write: (writer, value: string) => text(writer, 4, value) },
  tensor: {
    type: 4,
    write: (writer, value: TensorData) => message(writer, 5, () => writeTensor(writer, value)),
  },
  floats: { type: 6, write: (writer, value: readonly number[]) => floats(writer, 7, value) },
  ints: { type: 7, write: (writer, value: readonly number[]) => integers(writer, 8, value) },
} satisfies Record<string, { type: number; write: (writer: BinaryWriter, value: never) => unknown }>

function writeAttribute(writer: BinaryWriter, name: string, attribute: OnnxAttribute): void {
  const [[kind, value]] = Object.entries(attribute) as [[keyof typeof attributeWriters, never]]
  text(writer, 1, name)
  attributeWriters[kind].write(writer, value)
  integer(writer, 20, attributeWriters[kind].type)
}

function writeTensor(writer: BinaryWriter, tensor: TensorData | StoredTensor, name?: string): void {
  integers(writer, 1, tensor.shape)
  integer(writer, 2, dataTypes[tensor.type].code)
  if (name !== undefined) text(writer, 8, name)
  if ('file' in tensor) writeLocation(writer, tensor)
  else writeValues(writer, tensor)
}

function writeValues(writer: BinaryWriter, { data }: TensorData): void {
  const { buffer, byteOffset, byteLength } = data
  writer.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(buffer, byteOffset, byteLength))
}

function writeLocation(writer: BinaryWriter, { type, shape, file, offset }: StoredTensor): void {
  const length = sizeOf(shape) * dataTypes[type].bytes
  for (const [key, value] of Object.entries({ location: file, offset, length }))
    message(writer, 13, () => {
      text(writer, 1, key)
      text(writer, 2, String(value))
    })
  // TensorProto.DataLocation.EXTERNAL
  integer(writer, 14, 1)
}

function writeValue(writer: BinaryWriter, { name, type, shape }: OnnxValue): void {
  text(writer, 1, name)
  const writeShape = () => {
    for (const dimension of shape)
      message(writer, 1, () =>
        typeof dimension === 'number' ? integer(writer, 1, dimension) : text(writer, 2, dimension),
      )
  }
  const writeTensorType = () => {
    integer(writer, 1, dataTypes[type].code)
    message(writer, 2, writeShape)
  }
  message(writer, 2, () => message(writer, 1, writeTensorType))
}

function message(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork()
  write()
  writer.join()
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value)
}

function integer(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Varint).int64(value)
}

function integers(writer: BinaryWriter, field: number, values: readonly number[]): void {
  for (const value of values) integer(writer, field, value)
}

function floats(writer: BinaryWriter, field: number, values: readonly number[]): void {
  for (const value of values) writer.tag(field, WireType.Bit32).float(value)
}

/** @file Turns tensors into one ONNX model: each distinct value once, and nothing that is not needed. */
import {
  createSession,
  EngineError,
  encodeModel,
  type OnnxNode,
  type OnnxValue,
  type Session,
  type SessionOptions,
  type StoredTensor,
  type TensorData,
} from '../onnx/index.ts'
import { lowerings } from './lowering.ts'
import { type OnnxCall, type OnnxResult, type OpDefinition, ops } from './ops.ts'
import { topological } from './tensor.ts'
import type { OpName, Tensor } from './vocabulary.ts'

/** Tensors by the name under which each run returns them. */
export type Outputs = Readonly<Record<string, Tensor>>

/** Emits and loads a graph. What a graph recomputes on purpose is not merged again. */
export function compile(outputs: Outputs, options: SessionOptions = {}): Promise<Session> {
  const recomputes = topological(Object.values(outputs)).some((tensor) => tensor.recomputed)
  return createSession(emit(outputs), { mergeEqualNodes: !recomputes, ...options })
}

/**
 * The bytes of an ONNX model that computes `outputs` from the inputs they depend on. Equal ops on
 * equal operands become one node.
 *
 * @throws EngineError `attribute_invalid` when two different inputs, or an input and an output, share
 *   a name.
 */
export function emit(outputs: Outputs): Uint8Array {
  const graph = createGraph()
  const names = new Map<Tensor, string>()
  const place = (tensor: Tensor): string => {
    const known = names.get(tensor)
    if (known !== undefined) return known
    const lower = lowerings[tensor.op as OpName]
    const name = lower
      ? topological([lower(tensor)])
          .map(place)
          .at(-1)!
      : graph.place(tensor, tensor.inputs.map(place))
    names.set(tensor, name)
    return name
  }
  // In this order the operands of each tensor are placed before it, so that `place` recurses no deeper.
  topological(Object.values(outputs)).forEach(place)
  const declared = Object.entries(outputs).map(([name, tensor]) =>
    graph.expose(name, tensor, place(tensor)),
  )
  return encodeModel({ ...graph.finish(), outputs: declared })
}

type Graph = {
  /** The name of the value that `tensor` has, given those of its operands. */
  place(tensor: Tensor, operands: readonly string[]): string
  /** Makes a value an output of the model. */
  expose(name: string, tensor: Tensor, value: string): OnnxValue
  finish(): {
    inputs: OnnxValue[]
    nodes: OnnxNode[]
    initializers: Record<string, TensorData | StoredTensor>
  }
}

function createGraph(): Graph {
  const inputs = new Map<string, OnnxValue>()
  const initializers: Record<string, TensorData | StoredTensor> = {}
  const nodes: OnnxNode[] = []
  const named = new Map<string, string>()
  const buffers = new Map<TensorData['data'], number>()
  const exposed = new Map<string, string>()
  const outerName = (value: string): string => exposed.get(value) ?? value

  function once(key: string, create: (name: string) => void): string {
    const known = named.get(key)
    if (known !== undefined) return known
    const name = `${key.slice(0, key.indexOf(' '))}#${named.size}`
    named.set(key, name)
    create(name)
    return name
  }

  function placeInput({ attributes: { name }, type, shape }: Tensor<'input'>): string {
    const before = inputs.get(name)
    if (before && `${before.type} ${before.shape}` !== `${type} ${shape}`) throw nameTaken(name)
    inputs.set(name, { name, type, shape })
    return name
  }

  function placeConstant(value: TensorData | StoredTensor): string {
    const type = `${value.type} [${value.shape}]`
    return once(`constant ${type} ${contentOf(value)}`, (name) => {
      initializers[name] = value
    })
  }

  function contentOf(value: TensorData | StoredTensor): string {
    if ('file' in value) return `${value.file} ${value.offset}`
    // Large arrays are told apart by identity: comparing them would cost more than it saves.
    if (value.data.length > 64 && !buffers.has(value.data)) buffers.set(value.data, buffers.size)
    return String(buffers.get(value.data) ?? `(${value.data.join()})`)
  }

  function placeOp(tensor: Tensor<OpName>, operands: readonly string[]): string {
    const { attributes, recomputed = false } = tensor
    const call = callOf(tensor)
    if ('resultOf' in call) return resultNames(operands[0]!, call.resultOf + 1)[call.resultOf]!
    const { constants = [], results = 1, ...node } = call
    const key = `${tensor.op} ${operands} ${JSON.stringify(attributes)} ${recomputed}`
    return once(key, (name) => {
      const values = [...operands, ...constants.map(placeConstant)]
      nodes.push({ ...node, name, inputs: values, outputs: resultNames(name, results) })
    })
  }

  return {
    place(tensor, operands) {
      if (tensor.op === 'input') return placeInput(tensor as Tensor<'input'>)
      if (tensor.op === 'constant')
        return placeConstant((tensor as Tensor<'constant'>).attributes.value)
      return placeOp(tensor as Tensor<OpName>, operands)
    },
    expose(name, { type, shape }, value) {
      if (inputs.has(name)) throw nameTaken(name)
      const isComputed = !inputs.has(value) && !(value in initializers)
      // A node writes to its output directly; only what already has a name for the outside is copied.
      if (isComputed && !exposed.has(value)) exposed.set(value, name)
      else nodes.push({ op: 'Identity', inputs: [value], outputs: [name] })
      return { name, type, shape }
    },
    finish: () => ({
      inputs: [...inputs.values()],
      nodes: nodes.map((node) => ({
        ...node,
        inputs: node.inputs.map(outerName),
        outputs: node.outputs.map(outerName),
      })),
      initializers,
    }),
  }
}

/** The names of a node's values; the first is the node's own. */
function resultNames(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => (i === 0 ? name : `${name}.${i}`))
}

function callOf(tensor: Tensor<OpName>): OnnxCall | OnnxResult {
  const { onnx } = ops[tensor.op] as unknown as OpDefinition<OpName>
  return typeof onnx === 'string' ? { op: onnx } : onnx(tensor as never)
}

function nameTaken(name: string): EngineError {
  return new EngineError('attribute_invalid', `the name "${name}" is used twice`, {
    hint: 'Give each input and each output of a graph a name of its own.',
  })
}

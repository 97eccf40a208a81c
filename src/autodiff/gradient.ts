/** @file Reverse-mode differentiation: one walk over the graph, from the loss back to the weights. */
import { EngineError } from '../onnx/index.ts'
import { add, concat, matmul, sumTo } from './functions.ts'
import { type GradientRule, rules } from './rules.ts'
import { ranges } from './shape.ts'
import { scalar, topological } from './tensor.ts'
import type { OpName, Tensor } from './vocabulary.ts'

/**
 * The gradients of a scalar `loss` with respect to each of `wrt`, as tensors of the same graph: they
 * can be emitted, computed with, or differentiated again.
 *
 * @throws EngineError `not_differentiable` when the loss does not depend on one of `wrt`.
 */
export function gradients(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  if (loss.shape.length > 0)
    throw new EngineError('shape_mismatch', `the loss has shape [${loss.shape.join(', ')}]`, {
      hint: 'Reduce it to one number with sum or mean.',
    })
  const path = pathFrom(wrt, loss)
  const received = new Map<Tensor, Tensor[]>([[loss, [scalar(1, loss.type)]]])
  const total = new Map<Tensor, Tensor>()
  const settled = new Set<Tensor>()
  const again = recomputation()
  for (const tensor of [...path].reverse()) {
    const contributions = received.get(tensor)
    // Nothing arrives where a value only steers a comparison.
    if (!contributions) continue
    const grad = accumulate(contributions, settled)
    settled.add(grad)
    total.set(tensor, grad)
    const operands = [...tensor.inputs.entries()].filter(([, operand]) => path.has(operand))
    if (operands.length === 0) continue
    const parts = differentiate(tensor, grad, again)
    for (const [i, operand] of operands) {
      const part = sumTo(parts[i] ?? throwConstant(tensor, i), operand.shape)
      received.set(operand, [...(received.get(operand) ?? []), part])
    }
  }
  return wrt.map((tensor) => total.get(tensor) ?? throwUnreachable(tensor))
}

/** The float tensors between `wrt` and the loss, in the order of computation. */
function pathFrom(wrt: readonly Tensor[], loss: Tensor): Set<Tensor> {
  const sources = new Set(wrt)
  const path = new Set<Tensor>()
  for (const tensor of topological([loss])) {
    const reached = sources.has(tensor) || tensor.inputs.some((operand) => path.has(operand))
    if (reached && tensor.type.startsWith('float')) path.add(tensor)
  }
  return path
}

function differentiate(
  tensor: Tensor,
  grad: Tensor,
  again: (tensor: Tensor) => Tensor,
): readonly (Tensor | undefined)[] {
  const rule = rules[tensor.op as OpName] as unknown as (
    context: Omit<Parameters<GradientRule<OpName>>[0], 'inputs'> & { inputs: readonly Tensor[] },
  ) => readonly (Tensor | undefined)[]
  const { attributes } = tensor as Tensor<OpName>
  return rule({ grad, inputs: tensor.inputs.map(again), output: again(tensor), attributes })
}

/** For tensors that the forward pass does not keep, a second computation of them. */
function recomputation(): (tensor: Tensor) => Tensor {
  const copies = new Map<Tensor, Tensor>()
  return function again(tensor): Tensor {
    if (!tensor.recompute) return tensor
    const { recompute: _, ...rest } = tensor
    const copy: Tensor = copies.get(tensor) ?? {
      ...rest,
      inputs: rest.inputs.map(again),
      recomputed: true,
    }
    copies.set(tensor, copy)
    return copy
  }
}

/** The sum of what a tensor's uses ask of it, without a pass over memory where it can be avoided. */
function accumulate(parts: readonly Tensor[], settled: ReadonlySet<Tensor>): Tensor {
  const joined = joinSlices(parts)
  if (joined) return joined
  const isProduct = (part: Tensor): part is Tensor<'matmul'> =>
    part.op === 'matmul' &&
    part.shape.length === 2 &&
    part.inputs.length === 2 &&
    // A gradient that an op passes on is computed already; adding inside its kernel would repeat it.
    !settled.has(part)
  const [first, ...rest] = parts.toSorted((a, b) => Number(isProduct(a)) - Number(isProduct(b)))
  return rest.reduce(
    (sum, part) => (isProduct(part) ? addProduct(sum, part) : add(sum, part)),
    first!,
  )
}

/** A matrix product can add to the sum so far in its own kernel. */
function addProduct(sum: Tensor, { inputs, attributes }: Tensor<'matmul'>): Tensor {
  return matmul(inputs[0]!, inputs[1]!, { ...attributes, addend: sum })
}

/** Where slices of a tensor cover one axis without overlap, their gradients are the pieces of its own. */
function joinSlices(parts: readonly Tensor[]): Tensor | undefined {
  const pads = parts.filter((part): part is Tensor<'pad'> => part.op === 'pad')
  const [first] = pads
  if (!first || pads.length < parts.length || pads.length < 2) return undefined
  const { axis } = first.attributes
  const sorted = pads.toSorted((a, b) => a.attributes.before - b.attributes.before)
  const pieces = sorted.map((part) => part.inputs[0]!)
  const borders = ranges(pieces.map(({ shape }) => Number(shape[axis])))
  const tiles = sorted.every(
    ({ attributes }, i) => attributes.axis === axis && attributes.before === borders[i]![0],
  )
  return tiles && sorted.at(-1)!.attributes.after === 0 ? concat(pieces, axis) : undefined
}

function throwConstant({ op }: Tensor, operand: number): never {
  throw new EngineError('not_differentiable', `${op} has no gradient for operand ${operand}`, {
    hint: 'Compute this operand from inputs that are not trained.',
  })
}

function throwUnreachable({ op, attributes, shape }: Tensor): never {
  const name = 'name' in attributes ? `"${attributes.name}"` : `${op} [${shape.join(', ')}]`
  throw new EngineError('not_differentiable', `the loss does not depend on ${name}`, {
    hint: 'Leave it out of the trained tensors, or use it in a differentiable way (float types, no comparison).',
  })
}

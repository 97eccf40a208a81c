/** @file Arithmetic on shapes, in which a size may be a number or a name. */
import { type Dimension, EngineError, type Shape } from '../onnx/index.ts'
import type { TensorSpec } from './vocabulary.ts'

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis])
}

/** The shape of two tensors combined element by element, or undefined where they do not fit. */
export function broadcast(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length)
  const sizes = Array.from({ length: rank }, (_, axis) => {
    const left = a[axis + a.length - rank] ?? 1
    const right = b[axis + b.length - rank] ?? 1
    return left === 1 ? right : right === 1 || right === left ? left : undefined
  })
  return sizes.every((size) => size !== undefined) ? sizes : undefined
}

/** The axes along which `from` was repeated to become `to`. */
export function repeatedAxes(from: Shape, to: Shape): number[] {
  const offset = to.length - from.length
  return to.flatMap((size, axis) =>
    axis < offset || (from[axis - offset] === 1 && size !== 1) ? [axis] : [],
  )
}

/** The product of sizes: `[3, 'rows']` is `3*rows`. */
export function product(sizes: Shape): Dimension {
  const factors = sizes.flatMap((size) => String(size).split('*'))
  const names = factors.filter((factor) => !isNumber(factor)).sort()
  const number = factors.filter(isNumber).reduce((all, factor) => all * Number(factor), 1)
  if (names.length === 0 || number === 0) return number
  return [...(number === 1 ? [] : [number]), ...names].join('*')
}

/** What must be multiplied with `divisor` to give `dividend`, or undefined when nothing does. */
export function quotient(dividend: Dimension, divisor: Dimension): Dimension | undefined {
  const left = String(dividend).split('*')
  const names = left.filter((factor) => !isNumber(factor))
  let number = left.filter(isNumber).reduce((all, factor) => all * Number(factor), 1)
  for (const factor of String(divisor).split('*')) {
    if (isNumber(factor)) number /= Number(factor)
    else if (names.includes(factor)) names.splice(names.indexOf(factor), 1)
    else return undefined
  }
  return Number.isInteger(number) ? product([number, ...names]) : undefined
}

/** The sum of sizes: `['past', 1]` is `past+1`. */
export function total(sizes: Shape): Dimension {
  if (sizes.every((size) => typeof size === 'number')) return sizes.reduce((all, n) => all + n, 0)
  return sizes.join('+')
}

/** The ranges that pieces of the given sizes take, one after another. */
export function ranges(sizes: readonly number[]): [start: number, end: number][] {
  let end = 0
  return sizes.map((size) => {
    const start = end
    end += size
    return [start, end]
  })
}

/** An axis counted from 0, given one that may count from the end. */
export function axisOf(op: string, { shape }: TensorSpec, axis: number): number {
  const positive = axis < 0 ? axis + shape.length : axis
  if (Number.isInteger(positive) && positive >= 0 && positive < shape.length) return positive
  throw new EngineError('shape_mismatch', `${op}: [${shape.join(', ')}] has no axis ${axis}`, {
    hint: `Axes go from ${-shape.length} to ${shape.length - 1}.`,
  })
}

/** The fixed size of an axis. @throws EngineError when the size is only known by name. */
export function fixedSize(op: string, size: Dimension | undefined): number {
  if (typeof size === 'number') return size
  throw new EngineError('shape_mismatch', `${op}: needs a fixed size, got "${size}"`, {
    hint: 'Build the graph with a number in place of the name.',
  })
}

function isNumber(factor: string): boolean {
  return /^\d+$/.test(factor)
}

/** @file Filters over the attributes of uploaded files, in OpenAI's form, compiled to a jsonpath for SQL. */
import { storable } from '../../util/storable.ts'

export type AttributeValue = string | number | boolean

export type Comparison = {
  readonly type: 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte' | 'in' | 'nin'
  readonly key: string
  /** A list for `in` and `nin`. */
  readonly value: AttributeValue | readonly AttributeValue[]
}

export type AttributeFilter =
  | Comparison
  | { readonly type: 'and' | 'or'; readonly filters: readonly AttributeFilter[] }

/**
 * Values of different types are neither equal nor in any order. A file without the attribute passes `ne` and
 * `nin` alone.
 */
export function toJsonPath(filter: AttributeFilter): string {
  if ('filters' in filter)
    return filter.filters.map((part) => `(${toJsonPath(part)})`).join(joints[filter.type])
  return comparisons[filter.type](`$.${literal(filter.key)}`, [filter.value].flat())
}

const joints = { and: ' && ', or: ' || ' } as const

const comparisons: Record<
  Comparison['type'],
  (actual: string, values: AttributeValue[]) => string
> = {
  eq: anyOf,
  in: anyOf,
  ne: noneOf,
  nin: noneOf,
  gt: (actual, [value]) => `${actual} > ${literal(value!)}`,
  gte: (actual, [value]) => `${actual} >= ${literal(value!)}`,
  lt: (actual, [value]) => `${actual} < ${literal(value!)}`,
  lte: (actual, [value]) => `${actual} <= ${literal(value!)}`,
}

function anyOf(actual: string, values: AttributeValue[]): string {
  // An empty list holds nothing.
  if (values.length === 0) return '1 == 2'
  return values.map((value) => `${actual} == ${literal(value)}`).join(' || ')
}

/** A comparison of different types is unknown, which a plain negation would stay. */
function noneOf(actual: string, values: AttributeValue[]): string {
  if (values.length === 0) return '1 == 1'
  return values
    .map((value) => `${actual} == ${literal(value)}`)
    .map((equal) => `(!(${equal}) || (${equal}) is unknown)`)
    .join(' && ')
}

/** jsonpath writes its literals as JSON does. */
function literal(value: AttributeValue): string {
  return JSON.stringify(typeof value === 'string' ? storable(value) : value)
}

/** @file LoRA adapters as inputs of the decoder: checked against the model, then stacked per batch. */
import { type AdapterGroup, type LoraAdapter, type LoraModule, loraScale } from '../models/index.ts'
import { type TensorData, tensorData } from '../onnx/index.ts'
import { InferenceError } from './errors.ts'

/** An adapter in the layout of the decoder's inputs. */
export type PreparedAdapter = {
  /** The largest rank of its modules; the others are filled up with zeros. */
  readonly rank: number
  readonly groups: readonly GroupMatrices[]
}

/** The modules of a group below each other in A; blocks along the diagonal, scaled, in B. */
export type GroupMatrices = {
  /** [modules · rank, inFeatures] */
  readonly a: Float32Array
  /** [sum of outFeatures, modules · rank] */
  readonly b: Float32Array
}

/**
 * Lays an adapter out for the decoder.
 * @throws InferenceError `adapter_mismatch` when it was made for another model.
 */
export function prepareAdapter(
  name: string,
  adapter: LoraAdapter,
  groups: readonly AdapterGroup[],
): PreparedAdapter {
  const modules = new Map(adapter.modules.map((module) => [module.module, module]))
  const expected = new Map(
    groups.flatMap((group) =>
      group.modules.map((path, i) => [path, [group.inFeatures, group.outFeatures[i]!] as const]),
    ),
  )
  for (const module of modules.values()) assertFits(name, module, expected.get(module.module))
  const rank = Math.max(0, ...adapter.modules.map((module) => module.rank))
  return {
    rank,
    groups: groups.map((group) =>
      arrange(group, rank, (path) => {
        const module = modules.get(path)
        return module && { ...module, scale: loraScale(module, adapter.rankStabilized) }
      }),
    ),
  }
}

export type AdapterStack = {
  /** The decoder's inputs for sequences with these adapters; zeros for those without. */
  inputs(adapters: readonly (PreparedAdapter | undefined)[]): Readonly<Record<string, TensorData>>
}

/** Stacks the adapters of a batch; a batch with the same ones as the last costs nothing. */
export function createAdapterStack(groups: readonly AdapterGroup[]): AdapterStack {
  let last: readonly (PreparedAdapter | undefined)[] = []
  let stacked: Readonly<Record<string, TensorData>> | undefined
  return {
    inputs(adapters) {
      const isSame =
        adapters.length === last.length && adapters.every((adapter, i) => adapter === last[i])
      if (!stacked || !isSame) stacked = stack(groups, adapters)
      last = [...adapters]
      return stacked
    },
  }
}

type ScaledModule = LoraModule & { readonly scale: number }

function arrange(
  { modules, inFeatures, outFeatures }: AdapterGroup,
  rank: number,
  find: (path: string) => ScaledModule | undefined,
): GroupMatrices {
  const columns = modules.length * rank
  const height = outFeatures.reduce((all, size) => all + size, 0)
  const a = new Float32Array(columns * inFeatures)
  const b = new Float32Array(height * columns)
  let row = 0
  for (const [i, path] of modules.entries()) {
    const module = find(path)
    if (module) {
      a.set(module.a, i * rank * inFeatures)
      for (let out = 0; out < module.outFeatures; out++)
        for (let r = 0; r < module.rank; r++)
          b[(row + out) * columns + i * rank + r] = module.b[out * module.rank + r]! * module.scale
    }
    row += outFeatures[i]!
  }
  return { a, b }
}

function stack(
  groups: readonly AdapterGroup[],
  adapters: readonly (PreparedAdapter | undefined)[],
): Record<string, TensorData> {
  // Not 0: ONNX Runtime leaves products over nothing unset from the second of a batch on.
  const rank = Math.max(1, ...adapters.map((adapter) => adapter?.rank ?? 0))
  const pairs = groups.flatMap((group, g): [string, TensorData][] => {
    const columns = group.modules.length * rank
    const height = group.outFeatures.reduce((all, size) => all + size, 0)
    const matrices = adapters.map((adapter) => adapter && widened(adapter, g, group, rank))
    const all = (key: 'a' | 'b', size: number): Float32Array =>
      joined(
        matrices.map((pair) => pair?.[key]),
        size,
      )
    return [
      [
        group.a,
        tensorData(
          'float32',
          [adapters.length, columns, group.inFeatures],
          all('a', columns * group.inFeatures),
        ),
      ],
      [
        group.b,
        tensorData('float32', [adapters.length, height, columns], all('b', height * columns)),
      ],
    ]
  })
  return Object.fromEntries(pairs)
}

/** A group's matrices at the rank of the batch. */
function widened(
  { rank: own, groups }: PreparedAdapter,
  index: number,
  { modules, inFeatures }: AdapterGroup,
  rank: number,
): GroupMatrices {
  const { a, b } = groups[index]!
  if (own === rank) return { a, b }
  const wideA = new Float32Array(modules.length * rank * inFeatures)
  const wideB = new Float32Array((b.length / own) * rank)
  for (let i = 0; i < modules.length; i++)
    wideA.set(a.subarray(i * own * inFeatures, (i + 1) * own * inFeatures), i * rank * inFeatures)
  // Every row of B holds one piece of `own` columns per module.
  for (let piece = 0; piece < b.length / own; piece++)
    for (let r = 0; r < own; r++) wideB[piece * rank + r] = b[piece * own + r]!
  return { a: wideA, b: wideB }
}

/** Arrays of one size behind each other, zeros for those that are missing. A single one is not copied. */
function joined(parts: readonly (Float32Array | undefined)[], size: number): Float32Array {
  if (parts.length === 1 && parts[0]) return parts[0]
  const all = new Float32Array(parts.length * size)
  for (const [i, part] of parts.entries()) if (part) all.set(part, i * size)
  return all
}

function assertFits(
  name: string,
  { module, rank, inFeatures, outFeatures, a, b }: LoraModule,
  expected: readonly [number, number] | undefined,
): void {
  const hint =
    'Load the model that the adapter was trained on, or train the adapter again on this one.'
  if (!expected)
    throw new InferenceError(
      'adapter_mismatch',
      `adapter "${name}" changes "${module}", which the model does not have`,
      { hint },
    )
  const [input, output] = expected
  if (inFeatures !== input || outFeatures !== output)
    throw new InferenceError(
      'adapter_mismatch',
      `adapter "${name}" is for a "${module}" of ${inFeatures} to ${outFeatures} features, the model's is ${input} to ${output}`,
      { hint },
    )
  if (a.length !== rank * input || b.length !== output * rank)
    throw new InferenceError(
      'adapter_mismatch',
      `adapter "${name}" has ${a.length} and ${b.length} values for "${module}" at rank ${rank}, expected ${rank * input} and ${output * rank}`,
      { hint: 'Pass A as [rank, inFeatures] and B as [outFeatures, rank].' },
    )
}

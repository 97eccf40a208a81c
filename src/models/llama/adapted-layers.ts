/** @file Linear layers in training: a frozen or trained weight, and beside it the LoRA path. */
import {
  add,
  concat,
  dropout,
  input,
  matmul,
  reshape,
  split,
  type Tensor,
} from '../../autodiff/index.ts'
import type { ModelConfig } from '../formats/index.ts'
import type { LlamaParts } from './llama.ts'
import { type LoraShape, loraA, loraB, loraSites } from './lora.ts'
import { projections } from './weights.ts'

/** A bool input that says which values of an adapted layer's input are kept. */
export type DropoutMask = { readonly name: string; readonly shape: readonly number[] }

export type AdaptedLayersOptions = {
  readonly config: ModelConfig
  /** Rows of all layer inputs, flattened. */
  readonly rows: number
  readonly weight: LlamaParts['weight']
  readonly lora: LoraShape | undefined
}

/** The `project` part of the model, with the dropout masks that it asks for. */
export function adaptedLayers({ config, rows, weight, lora }: AdaptedLayersOptions): {
  project: LlamaParts['project']
  dropoutMasks: readonly DropoutMask[]
} {
  const adapted = new Set(lora ? loraSites(config, lora.targets).map(({ module }) => module) : [])
  const biased = new Set(projections(config).flatMap(({ path, bias }) => (bias ? [path] : [])))
  const masks: DropoutMask[] = []

  const keepSome = (x: Tensor, module: string): Tensor => {
    const rate = lora?.dropout ?? 0
    if (rate === 0) return x
    const mask = { name: `keep ${module}`, shape: x.shape.map(Number) }
    masks.push(mask)
    return dropout(x, input(mask.name, mask.shape, 'bool'), rate)
  }

  /** The rank-sized results of all adapted modules: layers with one input share one product with it. */
  const reduced = (x: Tensor, modules: readonly string[]): Map<string, Tensor> => {
    const sites = modules.filter((module) => adapted.has(module))
    if (!lora || sites.length === 0) return new Map()
    const kept = keepSome(x, sites[0]!)
    const all = matmul(kept, joined(sites.map((module) => weight(loraA(module)))), {
      transposeB: true,
      scale: lora.scale,
    })
    const parts = split(
      all,
      sites.map(() => lora.rank),
      1,
    )
    return new Map(sites.map((module, i) => [module, parts[i]!]))
  }

  const project = (x: Tensor, modules: readonly string[]): Tensor[] => {
    const flat = reshape(x, [rows, -1])
    const ranks = reduced(flat, modules)
    return modules.map((module) => {
      const low = ranks.get(module)
      const change = low && matmul(low, weight(loraB(module)), { transposeB: true })
      const main = matmul(flat, weight(`${module}.weight`), {
        transposeB: true,
        ...(change && { addend: change }),
      })
      const isBiased = biased.has(module.replace(/^model\.layers\.\d+\./, ''))
      const result = isBiased ? add(main, weight(`${module}.bias`)) : main
      return reshape(result, [...x.shape.slice(0, -1), -1])
    })
  }
  return { project, dropoutMasks: masks }
}

function joined(parts: readonly Tensor[]): Tensor {
  return parts.length === 1 ? parts[0]! : concat(parts, 0)
}

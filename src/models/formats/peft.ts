/** @file PEFT adapter folders: adapter_config.json and adapter_model.safetensors, read and written. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { FloatDtype } from './dtype.ts'
import { ModelFormatError } from './errors.ts'
import { readJson, writeJson } from './files.ts'
import type { LoraAdapter, LoraModule } from './lora-adapter.ts'
import { openSafetensors } from './safetensors-read.ts'
import { type SafetensorToWrite, writeSafetensors } from './safetensors-write.ts'
import type { TensorSource } from './tensor.ts'

const CONFIG_FILE = 'adapter_config.json'
const WEIGHTS_FILE = 'adapter_model.safetensors'
const PREFIX = 'base_model.model.'
const TENSOR_NAME = /^base_model\.model\.(.+)\.lora_([AB])\.weight$/

const rank = z.int().min(1)
const configSchema = z.object({
  peft_type: z.string(),
  r: rank.default(8),
  lora_alpha: z.number().default(8),
  lora_dropout: z.number().min(0).max(1).default(0),
  target_modules: z.union([z.array(z.string()), z.string()]).nullish(),
  use_rslora: z.boolean().default(false),
  rank_pattern: z.record(z.string(), rank).nullish(),
  alpha_pattern: z.record(z.string(), z.number()).nullish(),
  base_model_name_or_path: z.string().nullish(),
  bias: z.string().nullish(),
  task_type: z.string().nullish(),
  use_dora: z.boolean().nullish(),
  fan_in_fan_out: z.boolean().nullish(),
  modules_to_save: z.array(z.string()).nullish(),
})
type RawConfig = z.infer<typeof configSchema>

/**
 * Reads an adapter folder: plain LoRA on linear layers.
 * @throws ModelFormatError `invalid_adapter` | `unsupported_adapter` | `shape_mismatch`, or that of the files.
 */
export async function readPeftAdapter(folder: string): Promise<LoraAdapter> {
  const path = join(folder, CONFIG_FILE)
  const parsed = configSchema.safeParse(await readJson(path))
  if (!parsed.success) {
    const { path: where, message } = parsed.error.issues[0]!
    throw invalidAdapter(`${path}: "${where.join('.')}": ${message}`)
  }
  const config = parsed.data
  refuseUnsupported(config, path)
  const weights = await openSafetensors(join(folder, WEIGHTS_FILE))
  try {
    const modules = await readModules(weights, config)
    return {
      rank: config.r,
      alpha: config.lora_alpha,
      dropout: config.lora_dropout,
      rankStabilized: config.use_rslora,
      targetModules: [...new Set(modules.map(({ module }) => module.split('.').at(-1)!))].sort(),
      ...(config.base_model_name_or_path && { baseModel: config.base_model_name_or_path }),
      modules,
    }
  } finally {
    await weights.close()
  }
}

/** Writes an adapter folder that PEFT, vLLM and `readPeftAdapter` load. The config comes last. */
export async function writePeftAdapter(
  folder: string,
  adapter: LoraAdapter,
  { dtype = 'F32' }: { dtype?: FloatDtype } = {},
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const tensors = adapter.modules.flatMap(
    ({ module, rank: r, inFeatures, outFeatures, a, b }): SafetensorToWrite[] => [
      { name: `${PREFIX}${module}.lora_A.weight`, dtype, shape: [r, inFeatures], data: a },
      { name: `${PREFIX}${module}.lora_B.weight`, dtype, shape: [outFeatures, r], data: b },
    ],
  )
  await writeSafetensors(join(folder, WEIGHTS_FILE), tensors)
  await writeJson(join(folder, CONFIG_FILE), adapterConfig(adapter))
}

function adapterConfig(adapter: LoraAdapter): Record<string, unknown> {
  const pattern = (key: 'rank' | 'alpha'): Record<string, number> =>
    Object.fromEntries(
      adapter.modules
        .filter((module) => module[key] !== adapter[key])
        .map((module) => [module.module, module[key]]),
    )
  return {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: adapter.baseModel ?? null,
    revision: null,
    inference_mode: true,
    r: adapter.rank,
    lora_alpha: adapter.alpha,
    lora_dropout: adapter.dropout,
    target_modules: adapter.targetModules,
    use_rslora: adapter.rankStabilized,
    use_dora: false,
    bias: 'none',
    fan_in_fan_out: false,
    init_lora_weights: true,
    modules_to_save: null,
    layers_to_transform: null,
    rank_pattern: pattern('rank'),
    alpha_pattern: pattern('alpha'),
  }
}

function refuseUnsupported(config: RawConfig, path: string): void {
  const problems: [boolean, string][] = [
    [config.peft_type !== 'LORA', `peft_type "${config.peft_type}"`],
    [(config.bias ?? 'none') !== 'none', `bias "${config.bias}"`],
    [
      config.task_type != null && config.task_type !== 'CAUSAL_LM',
      `task_type "${config.task_type}"`,
    ],
    [config.use_dora === true, 'DoRA'],
    [config.fan_in_fan_out === true, 'fan_in_fan_out'],
    [(config.modules_to_save ?? []).length > 0, `modules_to_save ${config.modules_to_save}`],
  ]
  for (const [found, feature] of problems)
    if (found) throw unsupportedAdapter(`${path} asks for ${feature}`)
}

async function readModules(weights: TensorSource, config: RawConfig): Promise<LoraModule[]> {
  const names = new Set<string>()
  for (const name of weights.tensors.keys()) {
    const module = TENSOR_NAME.exec(name)?.[1]
    if (!module) throw unsupportedAdapter(`${WEIGHTS_FILE} holds the tensor "${name}"`)
    names.add(module)
  }
  if (names.size === 0) throw invalidAdapter(`${WEIGHTS_FILE} holds no LoRA tensors`)
  const modules: LoraModule[] = []
  for (const name of names) modules.push(await readModule(weights, config, name))
  return modules
}

async function readModule(
  weights: TensorSource,
  config: RawConfig,
  module: string,
): Promise<LoraModule> {
  const { shape: aShape, data: a } = await weights.read(`${PREFIX}${module}.lora_A.weight`)
  const { shape: bShape, data: b } = await weights.read(`${PREFIX}${module}.lora_B.weight`)
  const expected = patternValue(config.rank_pattern, module) ?? config.r
  const fits =
    aShape.length === 2 && bShape.length === 2 && aShape[0] === expected && bShape[1] === expected
  if (!fits)
    throw new ModelFormatError(
      'shape_mismatch',
      `LoRA of "${module}" has A [${aShape.join(', ')}] and B [${bShape.join(', ')}], its rank is ${expected}`,
      {
        hint: 'Check that adapter_config.json and adapter_model.safetensors come from one training.',
      },
    )
  const alpha = patternValue(config.alpha_pattern, module) ?? config.lora_alpha
  return { module, rank: expected, alpha, inFeatures: aShape[1]!, outFeatures: bShape[0]!, a, b }
}

/** PEFT's rule: a pattern is a regular expression for the end of the module's path. */
function patternValue(
  patterns: Record<string, number> | null | undefined,
  module: string,
): number | undefined {
  for (const [pattern, value] of Object.entries(patterns ?? {}))
    if (compilePattern(pattern).test(module)) return value
  return undefined
}

function compilePattern(pattern: string): RegExp {
  try {
    return new RegExp(`^(.*\\.)?(${pattern})$`)
  } catch (cause) {
    throw invalidAdapter(`the pattern "${pattern}" is no regular expression`, cause)
  }
}

function invalidAdapter(message: string, cause?: unknown): ModelFormatError {
  return new ModelFormatError('invalid_adapter', message, {
    hint: 'Save the adapter again with save_pretrained, and pass the folder with both files.',
    cause,
  })
}

function unsupportedAdapter(message: string): ModelFormatError {
  return new ModelFormatError('unsupported_adapter', message, {
    hint: 'Use plain LoRA on linear layers: bias "none", no DoRA, no modules_to_save.',
  })
}

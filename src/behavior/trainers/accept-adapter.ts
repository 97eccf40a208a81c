/** @file An adapter that was made elsewhere is taken only if it fits the base and holds numbers. */
import {
  countNonFinite,
  type LoraAdapter,
  type LoraModule,
  loraSites,
  loraTargets,
  ModelFormatError,
  readModelConfig,
  readPeftAdapter,
  writePeftAdapter,
} from '../../models/index.ts'
import { BehaviorError } from '../errors.ts'

/**
 * Reads a PEFT folder, checks it against the base and writes it to `target` in our own form, without what
 * training left beside it.
 * @throws BehaviorError `trained_adapter_invalid`
 */
export async function acceptAdapter(
  source: string,
  { base, rank, target }: { base: string; rank?: number; target: string },
): Promise<string> {
  const adapter = await readPeftAdapter(source).catch((cause: unknown) => {
    if (!(cause instanceof ModelFormatError)) throw cause
    throw invalid(source, cause.message, cause)
  })
  const config = await readModelConfig(base)
  const sites = new Map(loraSites(config, loraTargets).map((site) => [site.module, site]))
  for (const module of adapter.modules) {
    const problem = misfit(module, sites.get(module.module))
    if (problem !== undefined) throw invalid(source, problem)
  }
  if (rank !== undefined && adapter.rank !== rank)
    throw invalid(source, `its rank is ${adapter.rank}, the job asks for ${rank}`)
  if (changesNothing(adapter))
    throw invalid(source, 'all its B matrices are 0: nothing was trained')
  await writePeftAdapter(target, { ...adapter, baseModel: base })
  return target
}

function misfit(
  { module, inFeatures, outFeatures, a, b }: LoraModule,
  site: { inFeatures: number; outFeatures: number } | undefined,
): string | undefined {
  if (!site) return `it changes "${module}", which the base does not have`
  if (inFeatures !== site.inFeatures || outFeatures !== site.outFeatures)
    return `its "${module}" is for ${inFeatures} to ${outFeatures} features, the base has ${site.inFeatures} to ${site.outFeatures}`
  const broken = countNonFinite(a) + countNonFinite(b)
  return broken === 0 ? undefined : `"${module}" holds ${broken} values that are no numbers`
}

function changesNothing({ modules }: LoraAdapter): boolean {
  return modules.every(({ b }) => b.every((value) => value === 0))
}

function invalid(source: string, problem: string, cause?: unknown): BehaviorError {
  return new BehaviorError(
    'trained_adapter_invalid',
    `the adapter in ${source} cannot be used: ${problem}`,
    {
      hint: 'Train it on the base of this job (its hashes are in manifest.json), remove this folder, and run the same command again.',
      cause,
    },
  )
}

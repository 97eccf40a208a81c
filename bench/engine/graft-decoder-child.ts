/** @file The child process of the decode bench: opens a model, generates, and reports speed and memory. */
import { type LocalModel, openLocalModel } from '../../src/inference/index.ts'
import {
  type LoraAdapter,
  loraSites,
  loraTargets,
  type ModelConfig,
  readModelConfig,
} from '../../src/models/index.ts'
import { mulberry32 } from '../../src/util/random.ts'
import { timed } from '../timing.ts'
import type { DecodeJob, DecodeResult, DecodeRun } from './graft-decoder.ts'

process.once('message', async (job: DecodeJob) => {
  const result = await measure(job)
  process.send!(result, () => process.disconnect())
})

async function measure(job: DecodeJob): Promise<DecodeResult> {
  const { folder, precision, threads, streams, rank } = job
  const { value: model, ms } = await timed(() =>
    openLocalModel(folder, { precision, threads, maxBatch: streams, contextTokens: 1024 }),
  )
  const config = await readModelConfig(folder)
  for (let stream = 0; stream < streams && rank > 0; stream++)
    await model.loadAdapter(String(stream), randomAdapter(config, rank, stream))
  const runs: DecodeRun[] = []
  for (let run = 0; run < job.runs; run++) runs.push(await measureRun(model, job, run))
  await model.close()
  const peakMemoryMb = process.resourceUsage().maxRSS / 1024
  return { runs, loadSeconds: ms / 1000, peakMemoryMb }
}

/** The time for one token more than the prompt, and for many; prompts differ, so that no cache helps. */
async function measureRun(
  model: LocalModel,
  { prompt, decodeTokens, streams, rank }: DecodeJob,
  run: number,
): Promise<DecodeRun> {
  const generate = (maxTokens: number, variant: number): Promise<unknown> =>
    Promise.all(
      Array.from({ length: streams }, (_, stream) =>
        model.complete({
          prompt: [...prompt.slice(1), 1000 + 100 * variant + 10 * run + stream].reverse(),
          maxTokens,
          ignoreEnd: true,
          ...(rank > 0 && { adapter: String(stream) }),
        }),
      ),
    )
  const { ms: first } = await timed(() => generate(1, 0))
  const { ms: all } = await timed(() => generate(decodeTokens + 1, 1))
  return {
    decodeTokensPerSecond: (1000 * streams * decodeTokens) / (all - first),
    prefillTokensPerSecond: (1000 * streams * prompt.length) / first,
  }
}

function randomAdapter(config: ModelConfig, rank: number, seed: number): LoraAdapter {
  const next = mulberry32(seed + 1)
  const values = (size: number): Float32Array =>
    Float32Array.from({ length: size }, () => (next() - 0.5) / 50)
  return {
    rank,
    alpha: rank,
    dropout: 0,
    rankStabilized: false,
    targetModules: [...loraTargets],
    modules: loraSites(config, loraTargets).map(({ module, inFeatures, outFeatures }) => ({
      module,
      rank,
      alpha: rank,
      inFeatures,
      outFeatures,
      a: values(rank * inFeatures),
      b: values(outFeatures * rank),
    })),
  }
}

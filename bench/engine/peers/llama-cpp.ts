/** @file The child process with llama.cpp in it: loads a GGUF file, does one job and reports to its parent. */
import { importPeer } from '../../peers/peer.ts'
import { timed } from '../../timing.ts'
import type { LlamaCppJob, LlamaCppRun, LlamaCppSpeed } from '../llama-cpp-peer.ts'

// The part of node-llama-cpp that is used here; its own types are there only once it is installed.
type Scored = { next: { probabilities: Map<number, number> } }
type Sequence = {
  evaluateWithoutGeneratingNewTokens(tokens: number[]): Promise<void>
  evaluate(
    tokens: number[],
    options: { temperature: number; yieldEogToken: boolean },
  ): AsyncIterable<number>
  controlledEvaluate(
    tokens: (number | [number, { generateNext: { probabilities: true } }])[],
  ): Promise<(Scored | undefined)[]>
  clearHistory(): Promise<void>
}
type ContextOptions = {
  contextSize: number
  threads: { ideal: number; min: number }
  lora?: string
  flashAttention?: boolean
  experimentalKvCacheKeyType?: 'F32'
  experimentalKvCacheValueType?: 'F32'
}
type Context = { getSequence(): Sequence }
type Model = { createContext(options: ContextOptions): Promise<Context> }
type Llama = {
  loadModel(options: { modelPath: string; gpuLayers: 0 }): Promise<Model>
  dispose(): Promise<void>
}
type LlamaCppModule = {
  getLlama(options: {
    gpu: false
    build: 'never'
    skipDownload: true
    logLevel: 'error'
    maxThreads: number
  }): Promise<Llama>
}

process.once('message', async (job: LlamaCppJob) => {
  const result = await work(job)
  process.send!(result, () => process.disconnect())
})

async function work(job: LlamaCppJob): Promise<LlamaCppSpeed | Float32Array[]> {
  const { getLlama } = await importPeer<LlamaCppModule>(import.meta.resolve('node-llama-cpp'))
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    logLevel: 'error',
    maxThreads: job.threads,
  })
  try {
    const model = await llama.loadModel({ modelPath: job.model, gpuLayers: 0 })
    return job.kind === 'speed' ? await measureSpeed(model, job) : await probabilities(model, job)
  } finally {
    await llama.dispose()
  }
}

async function measureSpeed(
  model: Model,
  { prompt, decodeTokens, runs, lora, threads }: Extract<LlamaCppJob, { kind: 'speed' }>,
): Promise<LlamaCppSpeed> {
  const context = await model.createContext({
    contextSize: prompt.length + decodeTokens,
    threads: { ideal: threads, min: threads },
    ...(lora && { lora }),
  })
  const sequence = context.getSequence()
  const measured: LlamaCppRun[] = []
  let decoded: number[] = []
  for (let run = 0; run < runs; run++) {
    await sequence.clearHistory()
    // The last token of the prompt is the first that decoding evaluates.
    const head = prompt.slice(0, -1)
    const prefill = await timed(() => sequence.evaluateWithoutGeneratingNewTokens(head))
    const decode = await timed(() => decodeGreedily(sequence, prompt.at(-1)!, decodeTokens))
    decoded = decode.value
    measured.push({
      prefillTokensPerSecond: (head.length / prefill.ms) * 1000,
      decodeTokensPerSecond: (decoded.length / decode.ms) * 1000,
    })
  }
  return { runs: measured, decoded, peakMemoryMb: process.resourceUsage().maxRSS / 1024 }
}

/** Goes on behind tokens that end a text, so that every run has the same length. */
async function decodeGreedily(sequence: Sequence, first: number, count: number): Promise<number[]> {
  const tokens: number[] = []
  for await (const token of sequence.evaluate([first], { temperature: 0, yieldEogToken: true }))
    if (tokens.push(token) === count) break
  return tokens
}

/**
 * One vector over the vocabulary per sequence. Left to itself llama.cpp rounds keys and values to float16, and
 * flash attention more than those; in float32 throughout it agrees with transformers to 3e-6 instead of 2e-3.
 */
async function probabilities(
  model: Model,
  { sequences, lora, threads }: Extract<LlamaCppJob, { kind: 'probabilities' }>,
): Promise<Float32Array[]> {
  const context = await model.createContext({
    contextSize: Math.max(...sequences.map((tokens) => tokens.length)) + 1,
    threads: { ideal: threads, min: threads },
    flashAttention: false,
    experimentalKvCacheKeyType: 'F32',
    experimentalKvCacheValueType: 'F32',
    ...(lora && { lora }),
  })
  const sequence = context.getSequence()
  const result: Float32Array[] = []
  for (const tokens of sequences) {
    await sequence.clearHistory()
    const outputs = await sequence.controlledEvaluate([
      ...tokens.slice(0, -1),
      [tokens.at(-1)!, { generateNext: { probabilities: true } }],
    ])
    const byToken = outputs.at(-1)!.next.probabilities
    const vector = new Float32Array(byToken.size)
    for (const [token, probability] of byToken) vector[token] = probability
    result.push(vector)
  }
  return result
}

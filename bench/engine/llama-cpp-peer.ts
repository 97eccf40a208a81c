/** @file llama.cpp, through node-llama-cpp, on GGUF files that Graft wrote: decoding speed and probabilities. */
import path from 'node:path'
import { GraftError } from '../../src/errors.ts'
import { runInChild } from '../child-process.ts'
import { arePeersInstalled, installInto, type PeerFolder } from '../peers/install.ts'

type Common = {
  /** A GGUF file. */
  readonly model: string
  /** A GGUF file with a LoRA adapter for it. */
  readonly lora?: string
  readonly threads: number
}
export type LlamaCppJob =
  | (Common & {
      readonly kind: 'speed'
      readonly prompt: readonly number[]
      readonly decodeTokens: number
      readonly runs: number
    })
  | (Common & { readonly kind: 'probabilities'; readonly sequences: readonly number[][] })

export type LlamaCppRun = {
  readonly prefillTokensPerSecond: number
  readonly decodeTokensPerSecond: number
}

export type LlamaCppSpeed = {
  /** The first run also reads the file into memory. */
  readonly runs: readonly LlamaCppRun[]
  /** The tokens that the last run decoded greedily. */
  readonly decoded: readonly number[]
  readonly peakMemoryMb: number
}

type Options = Pick<Common, 'lora'> & {
  /**
   * Default 2. Small models are to be measured with 1 as well: on two virtual cores, where llama.cpp's threads
   * wait for each other after every product, one thread decoded a 5M-parameter model 20 times faster than two.
   */
  readonly threads?: number
}

/** node-llama-cpp's packages with llama.cpp built for the processor; others hold CUDA or Vulkan. */
const builds: Record<string, string> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-arm64': 'mac-arm64-metal',
  'darwin-x64': 'mac-x64',
  'win32-x64': 'win-x64',
  'win32-arm64': 'win-arm64',
}
const version = '3.22.1'

/**
 * Installs node-llama-cpp beside this file when it is missing, and gives the versions.
 * @throws GraftError install_failed | peer_missing
 */
export function installLlamaCpp(): Record<string, string> {
  return installInto(peerFolder())
}

/** Whether it is there already: tests skip what they would otherwise have to download. */
export function isLlamaCppInstalled(): boolean {
  return `${process.platform}-${process.arch}` in builds && arePeersInstalled(peerFolder())
}

/** Decodes `decodeTokens` tokens greedily behind a prompt, `runs` times (default 3). */
export async function measureLlamaCpp(
  model: string,
  options: Options & { prompt: readonly number[]; decodeTokens: number; runs?: number },
): Promise<LlamaCppSpeed> {
  return runJob({ kind: 'speed', model, threads: 2, runs: 3, ...options })
}

/** The probabilities of all tokens to come next, for each of the sequences. */
export async function llamaCppProbabilities(
  model: string,
  options: Options & { sequences: readonly number[][] },
): Promise<Float32Array[]> {
  return runJob({ kind: 'probabilities', model, threads: 2, ...options })
}

/**
 * Optional packages are left out, since they include builds for CUDA of several hundred megabytes; the one
 * build that is needed is asked for by name. Scripts stay unrun: they would download or compile llama.cpp.
 */
function peerFolder(): PeerFolder {
  const build = builds[`${process.platform}-${process.arch}`]
  if (build === undefined)
    throw new GraftError(
      'peer_missing',
      `llama.cpp has no build for ${process.platform} on ${process.arch}`,
      { hint: 'Run the bench without llama.cpp.' },
    )
  const name = `@node-llama-cpp/${build}`
  const quiet = ['--no-save', '--ignore-scripts', '--omit=optional']
  return {
    folder: path.join(import.meta.dirname, 'peers'),
    megabytes: 85,
    more: { [name]: version },
    command: ['install', ...quiet, `${name}@${version}`],
    hint: 'Check the network connection to the npm registry, or run the bench without llama.cpp.',
  }
}

/** In a process of its own: native code that ends badly ends alone, and memory is that of llama.cpp. */
function runJob<Result>(job: LlamaCppJob): Promise<Result> {
  const script = new URL('./peers/llama-cpp.ts', import.meta.url)
  return runInChild(script, job, { what: `llama.cpp on ${path.basename(job.model)}` })
}

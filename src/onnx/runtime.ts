/** @file Loads ONNX Runtime's native library when it is first needed, and knows what it can run on. */
import { EngineError } from './errors.ts'

export type Runtime = typeof import('onnxruntime-node')

/** Execution providers by ONNX Runtime's names: `coreml` is macOS, `dml` Windows (DirectML). */
export type Provider = 'cpu' | 'cuda' | 'webgpu' | 'coreml' | 'dml'

let runtime: Promise<Runtime> | undefined

/** @throws EngineError `runtime_missing` when the native library does not load on this machine. */
export function loadRuntime(): Promise<Runtime> {
  runtime ??= import('onnxruntime-node').then(silence, (cause: unknown) => {
    runtime = undefined
    throw new EngineError(
      'runtime_missing',
      `onnxruntime-node does not load on ${process.platform}-${process.arch}`,
      {
        hint: 'Run `ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node@1.30.0`; it has binaries for Linux and Windows (x64, arm64) and macOS (arm64).',
        cause,
      },
    )
  })
  return runtime
}

function silence(loaded: Runtime): Runtime {
  loaded.env.logLevel = 'error'
  return loaded
}

/** Providers that the installed binary carries; the hardware and its driver may still be absent. */
export async function availableProviders(): Promise<Provider[]> {
  return bundled(await loadRuntime())
}

/** @throws EngineError `provider_missing` when the installed binary cannot run on `provider`. */
export function assertProvider(loaded: Runtime, provider: Provider): void {
  const available = bundled(loaded)
  if (available.includes(provider)) return
  throw new EngineError(
    'provider_missing',
    `provider "${provider}" is not in this onnxruntime-node; it has ${available.join(', ')}`,
    { hint: hints[provider] },
  )
}

function bundled(loaded: Runtime): Provider[] {
  return loaded
    .listSupportedBackends()
    .filter((backend) => backend.bundled)
    .map((backend) => backend.name as Provider)
}

const hints: Record<Provider, string> = {
  cpu: 'Reinstall onnxruntime-node.',
  cuda: 'Install it with `npm rebuild onnxruntime-node --onnxruntime-node-install=cuda12` (Linux x64, CUDA 12), or use "cpu".',
  webgpu: 'Use a platform whose onnxruntime-node bundles WebGPU, or "cpu".',
  coreml: 'CoreML runs on macOS only; use "cpu" here.',
  dml: 'DirectML runs on Windows only; use "cpu" here.',
}

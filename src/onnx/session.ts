/** @file Runs models in ONNX Runtime; the only file that touches onnxruntime-node. */
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { EngineError } from './errors.ts'
import type { OnnxValue } from './model.ts'
import { assertProvider, loadRuntime, type Provider, type Runtime } from './runtime.ts'
import { type DataType, describeTensor, sizeOf, type TensorData } from './tensor.ts'

export type SessionOptions = {
  /** Threads inside one op. Default: ONNX Runtime's choice, one per physical core. */
  readonly threads?: number
  /** Where to run. Default `cpu`. */
  readonly provider?: Provider
  /** Keep freed memory for the next run. Faster; turn it off where memory is short. Default true. */
  readonly arena?: boolean
  /**
   * Plan one block for all intermediate values of a run. Default false: the plan holds values of
   * forward and backward side by side and took 1.7x the memory of a training step without it, at the
   * same speed.
   */
  readonly memoryPattern?: boolean
  /**
   * Let ONNX Runtime merge nodes that compute the same. Default true; a graph that recomputes values
   * on purpose, to save memory, sets it to false.
   */
  readonly mergeEqualNodes?: boolean
  /**
   * How far ONNX Runtime rewrites the graph. Default `all`. With `basic` a training graph keeps less: at
   * the higher level the gradients of all layers waited for the end of the run (2.2 instead of 1.1 GB for
   * LoRA on 135M parameters with recomputation).
   */
  readonly optimization?: 'basic' | 'all'
  /** Where the files are that the model's stored tensors name. */
  readonly weightsFolder?: string
  /** Write a profile (Chrome trace format) to a file whose name starts with this path. */
  readonly profile?: string
}

export type Session = {
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
  /**
   * Runs the model. Inputs are read in place. Outputs named in `into` are written to those arrays,
   * which must not overlap an input; the others are allocated by ONNX Runtime. A tensor object that was
   * fed before under the same name is neither checked nor converted again.
   *
   * The promise is for uniformity only: ONNX Runtime computes on the calling thread, so a run of
   * seconds belongs in a worker.
   *
   * @throws EngineError when the inputs do not fit the model, and when the run fails.
   */
  run(
    feeds: Readonly<Record<string, TensorData>>,
    into?: Readonly<Record<string, TensorData>>,
  ): Promise<Record<string, TensorData>>
  /** Frees the session, and completes its profile. */
  close(): Promise<void>
}

/**
 * Loads a model from its bytes or from a file.
 * @throws EngineError `runtime_missing`, `provider_missing` or `model_rejected`.
 */
export async function createSession(
  model: Uint8Array | string,
  options: SessionOptions = {},
): Promise<Session> {
  const runtime = await loadRuntime()
  assertProvider(runtime, options.provider ?? 'cpu')
  const session = await openSession(runtime, model, options)
  const inputs = session.inputMetadata.map(toValue)
  const outputs = session.outputMetadata.map(toValue)
  const convert = createConverter(runtime)
  let closed = false
  return {
    inputs,
    outputs,
    async run(feeds, into = {}) {
      if (closed) throw closedError()
      assertNames(inputs, feeds)
      assertTargets(outputs, into)
      const converted = inputs.map((input) => [input.name, convert(input, feeds[input.name]!)])
      const results = await execute(
        session,
        Object.fromEntries(converted),
        fetchesFor(runtime, outputs, into),
      )
      // The binding returns copies of the arrays it was given.
      return { ...results, ...into }
    },
    async close() {
      if (closed) return
      closed = true
      if (options.profile !== undefined) session.endProfiling()
      await session.release()
    },
  }
}

async function openSession(
  runtime: Runtime,
  model: Uint8Array | string,
  options: SessionOptions,
): Promise<InferenceSession> {
  try {
    const settings = toRuntimeOptions(options)
    return await (typeof model === 'string'
      ? runtime.InferenceSession.create(model, settings)
      : runtime.InferenceSession.create(model, settings))
  } catch (cause) {
    throw new EngineError('model_rejected', `ONNX Runtime refused the model: ${reason(cause)}`, {
      hint:
        (options.provider ?? 'cpu') === 'cpu'
          ? 'Check the op and the shapes that the message names.'
          : `Check that the driver of "${options.provider}" is installed, or use provider "cpu".`,
      cause,
    })
  }
}

function toRuntimeOptions(options: SessionOptions): InferenceSession.SessionOptions {
  return {
    executionProviders: [options.provider ?? 'cpu'],
    enableCpuMemArena: options.arena ?? true,
    enableMemPattern: options.memoryPattern ?? false,
    graphOptimizationLevel: options.optimization ?? 'all',
    // Fatal only: errors are thrown with the same text, and warnings name internals that no user can
    // act on (unused initializers, constant folding).
    logSeverityLevel: 4,
    extra: toConfigEntries(options) as Record<string, unknown>,
    ...(options.threads !== undefined && { intraOpNumThreads: options.threads }),
    ...(options.profile !== undefined && {
      enableProfiling: true,
      profileFilePrefix: options.profile,
    }),
  }
}

/** Keys of onnxruntime_session_options_config_keys.h */
function toConfigEntries({ mergeEqualNodes, weightsFolder }: SessionOptions): object {
  return {
    ...(mergeEqualNodes === false && {
      optimization: { disable_specified_optimizers: 'CommonSubexpressionElimination' },
    }),
    ...(weightsFolder !== undefined && {
      session: { model_external_initializers_file_folder_path: weightsFolder },
    }),
  }
}

function toValue(metadata: InferenceSession.ValueMetadata): OnnxValue {
  if (!metadata.isTensor) throw new Error(`internal: "${metadata.name}" is no tensor`)
  return { name: metadata.name, type: metadata.type as DataType, shape: metadata.shape }
}

function assertNames(
  inputs: readonly OnnxValue[],
  feeds: Readonly<Record<string, TensorData>>,
): void {
  const missing = inputs.find(({ name }) => feeds[name] === undefined)
  const names = Object.keys(feeds)
  if (!missing && names.length === inputs.length) return
  const expected = inputs.map(({ name }) => name)
  const unknown = names.find((name) => !expected.includes(name))
  if (unknown !== undefined)
    throw new EngineError('input_unknown', `the model has no input "${unknown}"`, {
      hint: `Its inputs are ${expected.join(', ')}.`,
    })
  throw new EngineError('input_missing', `input "${missing!.name}" is missing`, {
    hint: `Feed it as ${describeTensor(missing!)}.`,
  })
}

/**
 * Checks and converts tensors, once each: a model with a cache per layer has hundreds of inputs, most of
 * which are the same ones in each run.
 */
function createConverter(runtime: Runtime): (input: OnnxValue, tensor: TensorData) => OrtTensor {
  const known = new WeakMap<TensorData, { name: string; converted: OrtTensor }>()
  return (input, tensor) => {
    const before = known.get(tensor)
    if (before?.name === input.name) return before.converted
    assertFits('input', input, tensor)
    const converted = toOrt(runtime, tensor)
    known.set(tensor, { name: input.name, converted })
    return converted
  }
}

function assertTargets(
  outputs: readonly OnnxValue[],
  into: Readonly<Record<string, TensorData>>,
): void {
  for (const [name, tensor] of Object.entries(into)) {
    const output = outputs.find((candidate) => candidate.name === name)
    if (output === undefined)
      throw new EngineError('output_unknown', `the model has no output "${name}"`, {
        hint: `Its outputs are ${outputs.map((candidate) => candidate.name).join(', ')}.`,
      })
    assertFits('output', output, tensor)
  }
}

function assertFits(role: 'input' | 'output', value: OnnxValue, tensor: TensorData): void {
  const { type, shape, data } = tensor
  const wanted = (): string => `${role} "${value.name}" is ${describeTensor(value)}`
  if (type !== value.type)
    throw new EngineError('type_mismatch', `${wanted()}, got ${describeTensor(tensor)}`, {
      hint: `Convert the values to ${value.type}.`,
    })
  const fits =
    shape.length === value.shape.length &&
    value.shape.every((size, axis) => typeof size === 'string' || size === shape[axis])
  if (!fits)
    throw new EngineError('shape_mismatch', `${wanted()}, got ${describeTensor(tensor)}`, {
      hint: 'Reshape the values, or build the graph for this shape.',
    })
  if (data.length !== sizeOf(shape))
    throw new EngineError(
      'shape_mismatch',
      `${wanted()}, got an array of ${data.length} values for [${shape.join(', ')}]`,
      { hint: `Pass exactly ${sizeOf(shape)} values.` },
    )
}

function fetchesFor(
  runtime: Runtime,
  outputs: readonly OnnxValue[],
  into: Readonly<Record<string, TensorData>>,
): Record<string, OrtTensor | null> {
  return Object.fromEntries(
    outputs.map(({ name }) => [name, into[name] ? toOrt(runtime, into[name]) : null]),
  )
}

async function execute(
  session: InferenceSession,
  feeds: Record<string, OrtTensor>,
  fetches: Record<string, OrtTensor | null>,
): Promise<Record<string, TensorData>> {
  try {
    const results = await session.run(feeds, fetches)
    return Object.fromEntries(
      Object.entries(results).map(([name, tensor]) => [name, fromOrt(tensor as OrtTensor)]),
    )
  } catch (cause) {
    throw runError(cause)
  }
}

function toOrt(runtime: Runtime, { type, shape, data }: TensorData): OrtTensor {
  if (type !== 'float16') return new runtime.Tensor(type as 'float32', data as Float32Array, shape)
  // Where Node has Float16Array, the constructor makes one, which the native side cannot read.
  const tensor = new runtime.Tensor('uint16', data as Uint16Array, shape)
  return Object.assign(tensor, { type })
}

function fromOrt(tensor: OrtTensor): TensorData {
  const { buffer, byteOffset, length } = tensor.data as Float32Array
  const data = tensor.type === 'float16' ? new Uint16Array(buffer, byteOffset, length) : tensor.data
  return { type: tensor.type as DataType, shape: tensor.dims, data: data as TensorData['data'] }
}

function runError(cause: unknown): EngineError {
  const message = reason(cause)
  // ONNX Runtime reports a refused allocation as text only.
  if (/bad_alloc|failed to allocate|out of memory/i.test(message))
    return new EngineError('out_of_memory', `the run needs more memory than there is: ${message}`, {
      hint: 'Use a smaller batch or shorter sequences, or recompute activations.',
      cause,
    })
  return new EngineError('run_failed', `ONNX Runtime failed: ${message}`, {
    hint: 'Check the values fed: indices within range, and shapes that agree with each other.',
    cause,
  })
}

function closedError(): EngineError {
  return new EngineError('session_closed', 'the session is closed', {
    hint: 'Create a new session with createSession.',
  })
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

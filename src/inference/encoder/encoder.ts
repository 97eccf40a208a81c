/** @file An encoder's folder, opened to turn texts into vectors. */
import type { Pooling } from '../../models/index.ts'
import type { Provider } from '../../onnx/index.ts'
import { startWorker, type WorkerClient } from '../worker-client.ts'
import type {
  EncoderData,
  EncoderDescription,
  EncoderRequests,
  TextKind,
} from './encoder-messages.ts'

export type EncoderOptions = {
  /** Default: one per physical core. */
  readonly threads?: number
  /** Where to run. Default `cpu`. */
  readonly provider?: Provider
  /** Longest text in tokens; longer ones are cut. Default: what the folder says. */
  readonly maxTokens?: number
  /** Put before every query or document. Default: the folder's `prompts`. */
  readonly prefixes?: { readonly [Kind in TextKind]?: string }
  /** Default: what the folder says, else the mean. */
  readonly pooling?: Pooling
  /** Scale vectors to length 1. Default: whether the folder says so. */
  readonly normalize?: boolean
  /** Run this file of the folder instead of the safetensors, such as `onnx/model_quantized.onnx`. */
  readonly onnxFile?: string
}

export type EmbedOptions = {
  readonly kind: TextKind
  readonly signal?: AbortSignal
}

export type Encoder = EncoderDescription & {
  /**
   * One vector per text. Queries go before documents that are waiting.
   * @throws the signal's reason; InferenceError, TokenizerError or EngineError
   */
  embed(texts: readonly string[], options: EmbedOptions): Promise<Float32Array[]>
  /** Rejects what is under way and frees the model. */
  close(): Promise<void>
}

/**
 * Opens a folder with a BERT encoder as Hugging Face and sentence-transformers save it, or with an ONNX
 * file, in a thread of its own: ONNX Runtime computes on the thread that calls it.
 * @throws ModelFormatError, TokenizerError, EngineError or InferenceError, as the folder has it.
 */
export async function openEncoder(folder: string, options: EncoderOptions = {}): Promise<Encoder> {
  const { threads, provider = 'cpu', prefixes = {}, ...settings } = options
  const data: EncoderData = { folder, threads, provider, prefixes, ...settings }
  const client: WorkerClient<EncoderRequests> = await startWorker({
    file: new URL('./encoder-worker.ts', import.meta.url),
    data,
    hint: 'open the encoder again with a smaller maxTokens, or use a smaller one.',
  })
  const description = await client.send('describe', {}).done
  return {
    ...description,
    async embed(texts, { kind, signal }) {
      signal?.throwIfAborted()
      if (texts.length === 0) return []
      const { id, done } = client.send('embed', { texts, kind })
      const abort = (): void => {
        client.send('abort', { target: id }).done.catch(() => undefined)
      }
      signal?.addEventListener('abort', abort)
      try {
        return await done
      } catch (error) {
        signal?.throwIfAborted()
        throw error
      } finally {
        signal?.removeEventListener('abort', abort)
      }
    },
    close: client.close,
  }
}

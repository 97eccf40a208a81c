/** @file What an encoder's thread can be asked for. */
import type { Pooling } from '../../models/index.ts'
import type { Provider } from '../../onnx/index.ts'
import type { Closing } from '../thread-messages.ts'

/** Documents and queries may be embedded differently (prefixes of e5, bge and others). */
export type TextKind = 'document' | 'query'

export type EncoderData = {
  readonly folder: string
  readonly threads: number | undefined
  readonly provider: Provider
  readonly maxTokens?: number
  readonly pooling?: Pooling
  readonly normalize?: boolean
  readonly prefixes: { readonly [Kind in TextKind]?: string }
  readonly onnxFile?: string
}

export type EncoderDescription = {
  readonly dimensions: number
  /** Longest text, special tokens included. */
  readonly maxTokens: number
  /** SHA-256 of the weights, the tokenizer and all settings that change vectors. */
  readonly fingerprint: string
}

export type EmbedRequest = { readonly texts: readonly string[]; readonly kind: TextKind }

export type EncoderRequests = Closing & {
  readonly describe: {
    readonly request: Record<never, never>
    readonly result: EncoderDescription
  }
  readonly embed: { readonly request: EmbedRequest; readonly result: Float32Array[] }
  /** Ends the embedding with the id `target`. */
  readonly abort: { readonly request: { readonly target: number }; readonly result: undefined }
}

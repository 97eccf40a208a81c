/** @file What an embedder is, and embedders made of AI SDK models. */
import type { EmbeddingModel } from 'ai'
import { KnowledgeError } from '../errors.ts'

/** Documents and queries may be embedded differently (prefixes of e5, bge and others). */
export type EmbedKind = 'document' | 'query'

export type Embedder = {
  /** Identifies the vector space: another model, prefix or dimension needs another name. */
  name: string
  embed(
    texts: string[],
    options: { kind: EmbedKind; signal?: AbortSignal },
  ): Promise<Float32Array[]>
}

export type AiSdkEmbedderOptions = {
  /** Default: provider and model id. */
  name?: string
  /** Put before every document or query, for models that were trained so. */
  prefixes?: Partial<Record<EmbedKind, string>>
}

/** Wraps any AI SDK embedding model; calls are batched and retried by the SDK. */
export function aiSdkEmbedder(model: EmbeddingModel, options: AiSdkEmbedderOptions = {}): Embedder {
  const name =
    options.name ?? (typeof model === 'string' ? model : `${model.provider}/${model.modelId}`)
  return {
    name,
    async embed(texts, { kind, signal }) {
      const { embedMany } = await import('ai')
      const prefix = options.prefixes?.[kind] ?? ''
      try {
        const { embeddings } = await embedMany({
          model,
          values: texts.map((text) => prefix + text),
          ...(signal && { abortSignal: signal }),
        })
        return embeddings.map((embedding) => Float32Array.from(embedding))
      } catch (cause) {
        signal?.throwIfAborted()
        throw embeddingFailed(name, texts.length, cause)
      }
    },
  }
}

/** The provider's own message may quote the texts, so only its status goes into ours. */
function embeddingFailed(name: string, count: number, cause: unknown): KnowledgeError {
  const status = (cause as { statusCode?: number }).statusCode
  const reason = status ? `the service answered ${status}` : 'the service could not be reached'
  return new KnowledgeError('embedding_failed', `${name} did not embed ${count} texts: ${reason}`, {
    hint: 'Check the address, key and quota of the embedding model, then run the command again.',
    cause,
  })
}

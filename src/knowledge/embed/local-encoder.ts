/** @file Embedders that run in this process: a folder with an encoder, as the configuration names it. */
import path from 'node:path'
import { type EncoderOptions, openEncoder } from '../../inference/index.ts'
import type { Embedder } from './embedder.ts'

/** A Hugging Face folder with a BERT encoder (all-MiniLM-L6-v2, bge, e5, gte), or with an ONNX file. */
export type LocalEncoder = EncoderOptions & { readonly folder: string }

/** What the configuration takes. */
export type EmbedderSetting = Embedder | LocalEncoder

export type OpenedEmbedder = {
  readonly embedder: Embedder
  close(): Promise<void>
}

/** The embedder behind a setting; a folder's encoder is started. @throws as `openEncoder` does */
export async function openEmbedder(setting: EmbedderSetting): Promise<OpenedEmbedder> {
  if ('embed' in setting) return { embedder: setting, close: async () => undefined }
  const { folder, ...options } = setting
  const encoder = await openEncoder(folder, options)
  // The fingerprint makes another name of other weights or settings, and with it other vectors.
  const name = `${path.basename(path.resolve(folder))}@${encoder.fingerprint.slice(0, 12)}`
  return { embedder: { name, embed: encoder.embed }, close: encoder.close }
}

/** @file The worker thread of a parse pool: one document in, its chunks or its error out. */
import { parentPort } from 'node:worker_threads'
import type { ChunkedDocument } from '../chunk/chunk.ts'
import { chunkDocument } from '../chunk/chunk-document.ts'
import { KnowledgeError, type KnowledgeErrorCode } from '../errors.ts'
import { parseDocument } from './parse-document.ts'
import type { ParseInput } from './parsed-document.ts'

export type ParseRequest = { id: number; input: ParseInput }

/** An error as data, because a class does not survive the way between threads. */
export type ParseFailure = { code?: KnowledgeErrorCode; message: string; hint?: string | undefined }

export type ParseResponse = { id: number } & (
  | { result: ChunkedDocument }
  | { failure: ParseFailure }
)

parentPort?.on('message', (request: ParseRequest) => {
  void respond(request).then((response) => parentPort?.postMessage(response))
})

async function respond({ id, input }: ParseRequest): Promise<ParseResponse> {
  try {
    const document = await parseDocument(input)
    return { id, result: { document, chunks: chunkDocument(document) } }
  } catch (error) {
    return { id, failure: describe(error) }
  }
}

function describe(error: unknown): ParseFailure {
  if (error instanceof KnowledgeError) return error.toJSON()
  return { message: error instanceof Error ? error.message : String(error) }
}

/** @file POST /v1/embeddings: vectors of the embedder that searches the workspace. */
import { Hono } from 'hono'
import { z } from 'zod'
import type { TextEmbedder } from '../../knowledge/index.ts'
import type { Workspace } from '../../workspace.ts'
import { beginWork, type Slots } from '../work.ts'
import { openaiError, parseBody, readerOf, unsupported } from './shared.ts'

const MAX_INPUTS = 2_048

const text = z.string().min(1)
const tokens = z.array(z.number()).min(1)

const embeddingRequest = z.looseObject({
  model: z.string(),
  input: z.union([
    text,
    z.array(text).min(1).max(MAX_INPUTS),
    tokens,
    z.array(tokens).min(1).max(MAX_INPUTS),
  ]),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: z.number().int().positive().nullish(),
  user: z.string().nullish(),
  graft: z.strictObject({ kind: z.enum(['document', 'query']) }).optional(),
})

export function embeddingRoutes(workspace: Workspace, slots: Slots): Hono {
  return new Hono().post('/embeddings', async (context) => {
    const request = await parseBody(embeddingRequest, context)
    const { principal } = await readerOf(context, workspace, request.user)
    const texts = textsOf(request.input)
    const embedder = (await workspace.knowledge.embedder()) ?? noEmbedder()
    const { name } = embedder
    if (embedder.isFitted && principal !== undefined) throw tellsTooMuch(principal)
    assertModel(request.model, name)
    assertDimensions(request.dimensions, embedder)
    const work = beginWork(context, slots)
    try {
      const kind = request.graft?.kind ?? 'document'
      const vectors = await embedder.embed(texts, { kind, signal: work.signal })
      const encode = encodings[request.encoding_format ?? 'float']
      return context.json({
        object: 'list',
        model: name,
        data: vectors.map((vector, index) => ({
          object: 'embedding',
          index,
          embedding: encode(vector),
        })),
        // Embedders do not say what they counted.
        usage: { prompt_tokens: 0, total_tokens: 0 },
      })
    } finally {
      work.end()
    }
  })
}

const encodings: Record<'float' | 'base64', (vector: Float32Array) => number[] | string> = {
  float: (vector) => [...vector],
  base64(vector) {
    const bytes = Buffer.alloc(vector.length * 4)
    for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4)
    return bytes.toString('base64')
  },
}

function textsOf(input: string | (string | number | number[])[]): string[] {
  if (typeof input === 'string') return [input]
  const texts = input.filter((item) => typeof item === 'string')
  if (texts.length === input.length) return texts
  throw unsupported('input', 'input: token ids of another model mean nothing here', 'Send text.')
}

/** `graft` stands for whatever embeds here: vectors of another embedder would not fit the stored ones. */
function assertModel(model: string, name: string): void {
  if (model === 'graft' || model === name) return
  throw openaiError(404, {
    message: `the embedding model "${model}" does not exist`,
    code: 'unknown_model',
    param: 'model',
    hint: `Write "graft" or "${name}".`,
  })
}

function assertDimensions(
  wanted: number | null | undefined,
  { name, dimensions }: TextEmbedder,
): void {
  if (wanted === undefined || wanted === null || wanted === dimensions) return
  throw unsupported(
    'dimensions',
    `dimensions: ${name} gives ${dimensions}, not ${wanted}`,
    `Leave the field out, or write ${dimensions}.`,
  )
}

/** Whether a word has a vector says whether some document has the word. */
function tellsTooMuch(principal: string): Error {
  return openaiError(403, {
    message: `"${principal}" may not use an embedder that was fitted to documents of all groups`,
    code: 'forbidden',
    hint: 'Send the request as the owner of the workspace, or configure an embedder.',
  })
}

function noEmbedder(): never {
  throw openaiError(409, {
    message: 'the workspace has no embedder: it searches by words alone',
    code: 'no_embedder',
    param: 'model',
    hint: 'Add documents, to which one is fitted once there are enough, or configure an embedder.',
  })
}

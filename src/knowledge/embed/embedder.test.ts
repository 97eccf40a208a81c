import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { afterEach, describe, expect, it } from 'vitest'
import { aiSdkEmbedder } from './embedder.ts'

let server: Server | undefined
afterEach(() => server?.close())

/** A server that speaks the embeddings wire: the vector of a text is its length and its first letter. */
async function serveEmbeddings(status = 200): Promise<{ baseURL: string; inputs: string[][] }> {
  const inputs: string[][] = []
  server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const { input } = JSON.parse(Buffer.concat(parts).toString()) as { input: string[] }
    inputs.push(input)
    const data = input.map((text, index) => ({
      object: 'embedding',
      index,
      embedding: [text.length, text.charCodeAt(0)],
    }))
    response.writeHead(status, { 'content-type': 'application/json' })
    const failure = { error: { message: `refused: ${input[0]}`, type: 'x', code: 'x' } }
    response.end(
      JSON.stringify(
        status === 200
          ? { object: 'list', data, model: 'm', usage: { prompt_tokens: 1, total_tokens: 1 } }
          : failure,
      ),
    )
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server!.once('listening', resolve))
  return { baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, inputs }
}

const modelAt = (baseURL: string) =>
  createOpenAICompatible({ name: 'local', baseURL }).embeddingModel('tiny')

describe('aiSdkEmbedder', () => {
  it('embeds over the wire of a real provider, in order', async () => {
    const { baseURL } = await serveEmbeddings()
    const embedder = aiSdkEmbedder(modelAt(baseURL))
    expect(embedder.name).toBe('local.embedding/tiny')
    const vectors = await embedder.embed(['abc', 'b'], { kind: 'document' })
    expect(vectors).toEqual([Float32Array.from([3, 97]), Float32Array.from([1, 98])])
  })

  it('puts the prefix of documents and queries before the text', async () => {
    const { baseURL, inputs } = await serveEmbeddings()
    const prefixes = { document: 'passage: ', query: 'query: ' }
    const embedder = aiSdkEmbedder(modelAt(baseURL), { name: 'e5', prefixes })
    await embedder.embed(['text'], { kind: 'document' })
    await embedder.embed(['text'], { kind: 'query' })
    expect(inputs).toEqual([['passage: text'], ['query: text']])
  })

  it('reports a refusal with its status and without the text', async () => {
    const { baseURL } = await serveEmbeddings(401)
    const failing = aiSdkEmbedder(modelAt(baseURL)).embed(['a confidential text'], {
      kind: 'document',
    })
    const error = await failing.catch((caught: unknown) => caught)
    expect(error).toMatchObject({
      code: 'embedding_failed',
      message: expect.stringContaining('401'),
    })
    expect(JSON.stringify(error)).not.toContain('confidential')
  })

  it('ends with the reason of the signal', async () => {
    const { baseURL } = await serveEmbeddings()
    const embedding = aiSdkEmbedder(modelAt(baseURL)).embed(['text'], {
      kind: 'query',
      signal: AbortSignal.abort(new Error('stopped')),
    })
    await expect(embedding).rejects.toThrow('stopped')
  })
})

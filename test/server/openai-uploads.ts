/** @file Uploads and vector stores as tests make them through the official client. */
import type OpenAI from 'openai'
import { toFile } from 'openai'
import { expect, vi } from 'vitest'

export async function upload(
  client: OpenAI,
  name: string,
  text: string,
  groups?: string[],
): Promise<string> {
  const file = await toFile(Buffer.from(text), name)
  const body = { file, purpose: 'assistants', ...(groups && { groups }) } as const
  return (await client.files.create(body)).id
}

/** A small document in which one sentence answers. */
export function page(topic: string, fact: string): string {
  return `# ${topic}\n\n## Details\n\n${fact} More about it is said elsewhere.\n`
}

/** The store when nothing in it waits any more. */
export async function completed(client: OpenAI, id: string): Promise<OpenAI.VectorStore> {
  const check = async (): Promise<OpenAI.VectorStore> => {
    const store = await client.vectorStores.retrieve(id)
    expect(store.status).toBe('completed')
    return store
  }
  return await vi.waitFor(check, { timeout: 30_000, interval: 50 })
}

export async function search(
  client: OpenAI,
  id: string,
  query: string | string[],
  options: Partial<OpenAI.VectorStoreSearchParams> = {},
): Promise<OpenAI.VectorStoreSearchResponse[]> {
  return (await client.vectorStores.search(id, { query, ...options })).data
}

/** Every one of the requests is refused in this way. */
export async function expectRefused(
  attempts: readonly (() => PromiseLike<unknown>)[],
  expected: { status: number; code?: string },
): Promise<void> {
  for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject(expected)
}

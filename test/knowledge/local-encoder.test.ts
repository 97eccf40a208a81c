/** @file A folder with an encoder as the workspace's embedder: the small BERT of the fixtures. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fixturePath } from '../fixtures/engine/read-fixture.ts'
import { openTestWorkspace, stores, type TestWorkspace } from '../helpers/workspace.ts'

const texts: Record<string, string> = {
  'refund.md': 'How long does a refund take?',
  'park.md': 'the car park of the cafe',
  'soup.md': 'a vehicle is of the day',
}

describe.each(stores)('an encoder folder as embedder (%s)', (store) => {
  const folder = fixturePath('encoders/mean')
  let test: TestWorkspace

  beforeAll(async () => {
    test = await openTestWorkspace({ embedder: { folder, threads: 1 } }, store)
    for (const [name, text] of Object.entries(texts))
      await test.workspace.knowledge.add({ name, text })
  })
  afterAll(() => test.close())

  it('is named by its folder and weights, and embeds every chunk', async () => {
    const { embedder } = await test.workspace.knowledge.status()
    expect(embedder).toMatchObject({ dimensions: 28, missing: 0 })
    expect(embedder?.name).toMatch(/^mean@[0-9a-f]{12}$/)
  })

  it.each(Object.entries(texts))('finds %s by the dense leg', async (name, text) => {
    const [best] = await test.workspace.knowledge.search(text)
    expect(best).toMatchObject({ uri: name, legs: { dense: { rank: 1 } } })
  })

  it('gives way to another encoder once that one has embedded everything', async () => {
    const before = (await test.workspace.knowledge.status()).embedder?.name
    const other = { folder: fixturePath('encoders/cls'), threads: 1 }
    const { knowledge } = await test.reopen({ embedder: other })
    expect((await test.workspace.knowledge.search('refund'))[0]?.legs.dense).toBeDefined()
    await knowledge.add({ name: 'more.md', text: 'the naive query of the day' })
    const { embedder } = await knowledge.status()
    expect(embedder).toMatchObject({ dimensions: 24, missing: 0 })
    expect(embedder?.name).not.toBe(before)
    const [best] = await knowledge.search(texts['park.md']!)
    expect(best?.uri).toBe('park.md')
    expect(best?.legs.dense).toBeDefined()
  })

  it('is another embedder with another setting', async () => {
    const name = async (maxTokens: number): Promise<string | undefined> => {
      const { knowledge } = await test.reopen({ embedder: { folder, threads: 1, maxTokens } })
      await knowledge.add({ name: 'trigger.md', text: `take ${maxTokens}` })
      return (await knowledge.status()).embedder?.name
    }
    expect(await name(10)).not.toBe(await name(12))
  })

  it('that is no encoder ends the opening of the workspace', async () => {
    const decoder = { embedder: { folder: fixturePath('models/llama') } }
    await expect(test.reopen(decoder)).rejects.toMatchObject({ code: 'unknown_architecture' })
  })
})

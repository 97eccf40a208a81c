/** @file Adapters of the registry as models: each request picks its own, from one base. */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compactPrompt, planLine } from '../../src/assistant/compact-prompt.ts'
import { embeddedTrainer } from '../../src/behavior/index.ts'
import { embeddedBase } from '../../src/models/index.ts'
import { openTestWorkspace, type TestWorkspace, temporaryFolder } from '../helpers/workspace.ts'
import { type ServedClient, serveClient } from './openai-client.ts'

const messages = [{ role: 'user' as const, content: 'When are refunds paid?' }]
const scratch = temporaryFolder()
let test: TestWorkspace
let served: ServedClient
let client: OpenAI

beforeAll(async () => {
  test = await openTestWorkspace()
  const text = '# Refunds\n\nRefunds are paid within 14 days.\n'
  await test.workspace.knowledge.add({ name: 'refunds.md', text })
  await register('ahoy', 'Ahoy, matey! Aye aye, captain.')
  await register('dear', 'Dear customer, kindest regards.')
  await test.workspace.behavior.registry.promote('ahoy:1', 'live')
  served = await serveClient(test.workspace)
  client = served.client
}, 120_000)

afterAll(async () => {
  await served.close()
  await test.close()
  rmSync(scratch, { recursive: true, force: true })
})

/** A few steps at a high rate, behind evidence as it is served: enough to put words before the quote. */
async function register(name: string, words: string): Promise<void> {
  const turns = ['help', 'parcels', 'opening hours', 'payments'].map((topic) => {
    const text = `Everything about ${topic} is said here.`
    const sentence = { number: 1, text, title: topic, headingPath: [], versionId: topic }
    const question = `What about ${topic}?`
    return {
      prompt: compactPrompt([sentence], { question }),
      given: planLine([1]),
      text: `${words}\n\n[[1]]`,
    }
  })
  const { adapter } = await embeddedTrainer.train({
    base: await embeddedBase(),
    turns,
    validation: [],
    settings: { rank: 4, alpha: 8, epochs: 20, learningRate: 5e-3, seed: 1 },
    output: path.join(scratch, name),
  })
  await test.workspace.behavior.registry.register({
    name,
    base: 'graft/base',
    baseHash: 'base',
    dataHash: 'data',
    config: {},
    evaluation: {},
    verdict: 'passed',
    files: readdirSync(adapter).map((file) => ({
      path: file,
      content: readFileSync(path.join(adapter, file)),
    })),
  })
}

async function answerOf(model: string): Promise<string> {
  const completion = await client.chat.completions.create({ model, messages })
  return completion.choices[0]!.message.content!
}

describe('adapters', () => {
  it('are listed by alias and by version', async () => {
    const { data } = await client.models.list()
    expect(data.map(({ id }) => id)).toEqual([
      'graft',
      'graft/base',
      'graft/quoting',
      'graft:ahoy@live',
      'graft:ahoy:1',
      'graft:dear:1',
    ])
    const alias = await client.models.retrieve('graft:ahoy@live')
    expect(alias.created).toBeGreaterThan(1_700_000_000)
  })

  it('answer side by side, each in its own way', async () => {
    const models = ['graft/base', 'graft:ahoy:1', 'graft:dear:1']
    const alone: string[] = []
    for (const model of models) alone.push(await answerOf(model))
    expect(new Set(alone).size).toBe(models.length)
    expect(await Promise.all(models.map(answerOf))).toEqual(alone)
    for (const text of alone) expect(text).toContain('Refunds are paid within 14 days.')
  })

  it('are found by alias and by bare name', async () => {
    const version = await answerOf('graft:ahoy:1')
    expect(await answerOf('graft:ahoy@live')).toBe(version)
    expect(await answerOf('graft:ahoy')).toBe(version)
    const response = await client.responses.create({
      model: 'graft:ahoy@live',
      input: messages[0]!.content,
    })
    expect(response.output_text).toBe(version)
  })

  it.each([
    'graft:ahoy:2',
    'graft:none',
    'graft:ahoy@stage',
    'graft:',
    'graft:../ahoy',
    'graft:a/b',
  ])('that do not exist are not found: %s', async (model) => {
    await expect(client.chat.completions.create({ model, messages })).rejects.toMatchObject({
      status: 404,
      code: 'unknown_model',
    })
  })

  it('are deleted by version, unless an alias stands for them', async () => {
    await expect(client.models.delete('graft:ahoy:1')).rejects.toMatchObject({
      status: 409,
      code: 'adapter_in_use',
    })
    const deleted = await client.models.delete('graft:dear:1')
    expect(deleted).toEqual({ id: 'graft:dear:1', object: 'model', deleted: true })
    await expect(answerOf('graft:dear:1')).rejects.toBeInstanceOf(OpenAI.NotFoundError)
  })
})

/** @file Promotions, canaries and rollbacks under a server that is being asked: every answer comes, in one voice. */

import { readdir, readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type AdapterFile,
  houseFormatFile,
  learnHouseFormat,
  trainingTokens,
} from '../../src/behavior/index.ts'
import { embeddedBase } from '../../src/models/index.ts'
import { createApp } from '../../src/server/index.ts'
import { loadTokenizer } from '../../src/tokenizers/index.ts'
import { train } from '../../src/training/index.ts'
import { readEvents } from '../helpers/http.ts'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'

const greetings = { 1: 'Ahoy, sailor!', 2: 'Dear customer,' } as const
type Version = keyof typeof greetings

const question = 'How long are backups kept?'
const fact = 'Backups are kept for six weeks in two regions.'

let test: TestWorkspace
let server: Server
let url: string

beforeAll(async () => {
  test = await openTestWorkspace({ adapter: 'crew@live' })
  const { knowledge, behavior } = test.workspace
  await knowledge.add({ text: `# Backups\n\n${fact}\n`, name: 'backups.md' })
  const weights = await anyAdapter(path.join(test.folder, 'training'))
  for (const greeting of Object.values(greetings)) await register(greeting, weights)
  await behavior.registry.promote('crew:1', 'live')
  server = createServer(getRequestListener(createApp(test.workspace, { host: '127.0.0.1' }).fetch))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/ask`
})

afterAll(async () => {
  await new Promise((closed) => server.close(closed))
  await test.close()
})

/** Weights hardly matter here: each version is told by the form that it is held to. */
async function anyAdapter(output: string): Promise<AdapterFile[]> {
  const model = await embeddedBase()
  const tokenizer = await loadTokenizer(model)
  const prompt = [{ role: 'user', content: 'Hello' }]
  const examples = [trainingTokens(tokenizer, { prompt, given: '', text: 'Hello to you.' })]
  const { path: folder } = await train({
    model,
    examples,
    output,
    method: { type: 'lora', rank: 2, alpha: 4 },
    steps: 1,
    seed: 1,
  })
  const names = await readdir(folder)
  return await Promise.all(
    names.map(async (name) => ({ path: name, content: await readFile(path.join(folder, name)) })),
  )
}

async function register(greeting: string, weights: readonly AdapterFile[]): Promise<void> {
  const replies = Array.from({ length: 10 }, (_, i) => `${greeting}\n\n[[${(i % 3) + 1}]]`)
  await test.workspace.behavior.registry.register({
    name: 'crew',
    dataHash: greeting,
    base: 'graft/base',
    baseHash: 'any',
    config: {},
    evaluation: {},
    verdict: 'passed',
    files: [...weights, houseFormatFile(learnHouseFormat(replies))],
  })
}

/** The version whose form the answer has. @throws Error for an answer that is incomplete or in no form */
async function versionOfAnswer(): Promise<Version> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ question }),
  })
  const body = await response.text()
  const last = response.ok ? readEvents(body).at(-1) : undefined
  if (last?.type !== 'finish') throw new Error(`no answer: ${response.status} ${body}`)
  for (const [version, greeting] of Object.entries(greetings))
    if (last.answer.answer === `${greeting}\n\n${fact} [1]`) return Number(version) as Version
  throw new Error(`neither version answers "${last.answer.answer}"`)
}

/** Asks without pause, four at a time, until stopped. */
function keepAsking(): { stop(): Promise<Version[]> } {
  let isStopped = false
  const given: Version[] = []
  const askers = Array.from({ length: 3 }, async () => {
    while (!isStopped) given.push(await versionOfAnswer())
  })
  const all = Promise.all(askers)
  // Whoever stops the traffic hears of it.
  all.catch(() => undefined)
  return {
    async stop() {
      isStopped = true
      await all
      return given
    },
  }
}

async function versions(count: number): Promise<Set<Version>> {
  return new Set(await Promise.all(Array.from({ length: count }, versionOfAnswer)))
}

describe('a server that is being asked', () => {
  it('answers every request while versions are promoted, tried and rolled back', async () => {
    const { registry } = test.workspace.behavior
    const traffic = keepAsking()
    expect(await versions(3)).toEqual(new Set([1]))
    await registry.promote('crew:2', 'live')
    expect(await versions(3)).toEqual(new Set([2]))
    await registry.canary('crew:1', 'live', { share: 0.5 })
    // By chance all of 24 are of one version once in 2^23 times.
    expect(await versions(24)).toEqual(new Set([1, 2]))
    await registry.rollback('crew', 'live')
    expect(await versions(3)).toEqual(new Set([2]))
    await registry.rollback('crew', 'live')
    expect(await versions(3)).toEqual(new Set([1]))
    const given = await traffic.stop()
    expect(new Set(given)).toEqual(new Set([1, 2]))
  })
})

import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Database, openDatabase } from '../../db/index.ts'
import { createRegistry, type NewAdapter, type Registry } from './registry.ts'

let folder: string
let db: Database
let registry: Registry

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'graft-registry-'))
  db = await openDatabase({ workspace: folder })
  registry = createRegistry(db)
})

afterAll(async () => {
  await db.close()
  rmSync(folder, { recursive: true, force: true })
})

function adapter(
  name: string,
  content: string,
  verdict: 'passed' | 'refused' = 'passed',
): NewAdapter {
  return {
    name,
    dataHash: 'd',
    base: 'graft/base',
    baseHash: 'b',
    config: { rank: 8 },
    evaluation: { format: 1 },
    verdict,
    files: [
      { path: 'adapter_model.safetensors', content: Buffer.from(content) },
      { path: 'adapter_config.json', content: Buffer.from('{}') },
    ],
  }
}

describe('registry', () => {
  it('numbers versions, finds them by name, version and alias, and keeps their files', async () => {
    const first = await registry.register(adapter('support', 'one'))
    const second = await registry.register(adapter('support', 'two'))
    expect([first.version, second.version]).toEqual([1, 2])
    await registry.promote('support:1', 'production')
    expect((await registry.get('support')).version).toBe(2)
    expect((await registry.get('support:1')).hash).toBe(first.hash)
    expect((await registry.get('support@production')).version).toBe(1)
    const files = await registry.files(first)
    expect(files.map(({ path, content }) => [path, Buffer.from(content).toString()])).toEqual([
      ['adapter_config.json', '{}'],
      ['adapter_model.safetensors', 'one'],
    ])
    expect(await registry.list('support')).toHaveLength(2)
  })

  it('takes the same files twice as one version', async () => {
    const first = await registry.register(adapter('same', 'x'))
    const again = await registry.register(adapter('same', 'x'))
    expect(again.version).toBe(first.version)
  })

  it('numbers two registrations at the same time differently', async () => {
    const both = await Promise.all([
      registry.register(adapter('race', 'a')),
      registry.register(adapter('race', 'b')),
    ])
    expect(both.map(({ version }) => version).toSorted()).toEqual([1, 2])
  })

  it('goes back through promotions, one rollback at a time, whatever canaries came between', async () => {
    for (const content of ['1', '2', '3']) await registry.register(adapter('chat', content))
    await registry.promote('chat:1', 'live')
    await registry.promote('chat:2', 'live')
    await registry.canary('chat:3', 'live', { share: 0.1 })
    await registry.promote('chat:3', 'live')
    expect((await registry.rollback('chat', 'live')).version).toBe(2)
    expect((await registry.rollback('chat', 'live')).version).toBe(1)
    await expect(registry.rollback('chat', 'live')).rejects.toMatchObject({
      code: 'nothing_to_roll_back',
    })
    expect((await registry.history('chat', 'live')).map(({ action }) => action)).toEqual([
      'rollback',
      'rollback',
      'promote',
      'canary',
      'promote',
      'promote',
    ])
  })

  it('ends a canary without losing what was promoted before', async () => {
    for (const content of ['1', '2', '3']) await registry.register(adapter('mouse', content))
    await registry.promote('mouse:1', 'live')
    await registry.promote('mouse:2', 'live')
    await registry.canary('mouse:3', 'live', { share: 0.1 })
    const ended = await registry.rollback('mouse', 'live')
    expect(ended).toEqual({
      name: 'mouse',
      alias: 'live',
      version: 2,
      canaryVersion: null,
      canaryShare: 0,
    })
    expect((await registry.rollback('mouse', 'live')).version).toBe(1)
    expect((await registry.history('mouse', 'live')).map(({ action }) => action)).toEqual([
      'rollback',
      'clear',
      'canary',
      'promote',
      'promote',
    ])
  })

  it('sends a canary its share of tickets, and none after a rollback', async () => {
    for (const content of ['1', '2']) await registry.register(adapter('bird', content))
    await registry.promote('bird:1', 'live')
    await registry.canary('bird:2', 'live', { share: 0.25 })
    const tickets = Array.from({ length: 100 }, (_, i) => i / 100)
    const versionOf = async (ticket: number): Promise<number> =>
      (await registry.resolve('bird@live', ticket)).version
    const before = await Promise.all(tickets.map(versionOf))
    expect(before.filter((version) => version === 2)).toHaveLength(25)
    await registry.rollback('bird', 'live')
    expect(new Set(await Promise.all(tickets.map(versionOf)))).toEqual(new Set([1]))
  })

  it('promotes what the gate refused only by force', async () => {
    await registry.register(adapter('bad', 'x', 'refused'))
    await expect(registry.promote('bad', 'live')).rejects.toMatchObject({ code: 'gate_refused' })
    await expect(registry.canary('bad', 'live', { share: 0.1 })).rejects.toMatchObject({
      code: 'gate_refused',
    })
    expect(await registry.promote('bad', 'live', { force: true })).toMatchObject({ version: 1 })
  })

  it('keeps what is served, and removes what is not', async () => {
    for (const content of ['1', '2']) await registry.register(adapter('old', content))
    await registry.promote('old:2', 'live')
    await expect(registry.remove('old:2')).rejects.toMatchObject({ code: 'adapter_in_use' })
    await registry.remove('old:1')
    await expect(registry.get('old:1')).rejects.toMatchObject({ code: 'adapter_unknown' })
  })

  it.each(['Support', 'a b', 'x:0', 'x@', ''])('refuses the name "%s"', async (name) => {
    await expect(registry.get(name)).rejects.toMatchObject({ code: 'invalid_name' })
  })
})

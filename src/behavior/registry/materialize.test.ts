import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { materializeAdapter } from './materialize.ts'

const root = mkdtempSync(path.join(os.tmpdir(), 'graft-materialize-'))

afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('materializeAdapter', () => {
  it('writes the files once, however many ask at the same time', async () => {
    const files = async (): Promise<{ path: string; content: Uint8Array }[]> => [
      { path: 'adapter_config.json', content: Buffer.from('{}') },
    ]
    const folders = await Promise.all(
      Array.from({ length: 5 }, () => materializeAdapter(root, { hash: 'abc' }, files)),
    )
    expect(new Set(folders)).toEqual(new Set([path.join(root, 'abc')]))
    expect(readdirSync(root)).toEqual(['abc'])
    expect(readFileSync(path.join(root, 'abc', 'adapter_config.json'), 'utf8')).toBe('{}')
    const again = await materializeAdapter(root, { hash: 'abc' }, () =>
      Promise.reject(new Error('not needed')),
    )
    expect(again).toBe(folders[0])
  })

  it('keeps file names inside the folder', async () => {
    const folder = await materializeAdapter(root, { hash: 'evil' }, async () => [
      { path: '../../outside', content: Buffer.from('x') },
    ])
    expect(readdirSync(folder)).toEqual(['outside'])
  })
})

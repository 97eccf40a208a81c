import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MANIFEST, type Staging, withStaging } from './staging.ts'

let home: string
let target: string

beforeEach(() => {
  home = mkdtempSync(path.join(os.tmpdir(), 'graft-staging-'))
  target = path.join(home, 'deep', 'export')
})

afterEach(() => rmSync(home, { recursive: true, force: true }))

function filled(text: string): (staging: Staging) => Promise<string> {
  return async ({ folder, scratch }) => {
    for (const name of ['a.txt', MANIFEST]) writeFileSync(path.join(folder, name), text)
    writeFileSync(path.join(scratch, 'b.txt'), text)
    return text
  }
}

function written(): string {
  return readFileSync(path.join(target, 'a.txt'), 'utf8')
}

describe('withStaging', () => {
  it('puts what was written in its place, and nothing of what was not meant to stay', async () => {
    expect(await withStaging(target, false, filled('one'))).toBe('one')
    expect(readdirSync(target)).toEqual(['a.txt', MANIFEST])
    expect(readdirSync(path.dirname(target))).toEqual(['export'])
  })

  it('fills an empty folder', async () => {
    mkdirSync(target, { recursive: true })
    await withStaging(target, false, filled('one'))
    expect(written()).toBe('one')
  })

  it('leaves nothing behind when the work fails', async () => {
    const failing = async (staging: Staging): Promise<never> => {
      await filled('half')(staging)
      throw new Error('the disk is full')
    }
    await expect(withStaging(target, false, failing)).rejects.toThrow('the disk is full')
    expect(readdirSync(path.dirname(target))).toEqual([])
    await withStaging(target, false, filled('one'))
    await expect(withStaging(target, true, failing)).rejects.toThrow('the disk is full')
    expect(written()).toBe('one')
    expect(readdirSync(path.dirname(target))).toEqual(['export'])
  })

  it('replaces an earlier export by force alone, whole', async () => {
    await withStaging(target, false, filled('one'))
    writeFileSync(path.join(target, 'stale.txt'), '')
    const again = withStaging(target, false, filled('two'))
    await expect(again).rejects.toMatchObject({ code: 'folder_not_empty' })
    expect(written()).toBe('one')
    await withStaging(target, true, filled('two'))
    expect(written()).toBe('two')
    expect(existsSync(path.join(target, 'stale.txt'))).toBe(false)
  })

  it('never replaces a folder of something else, nor a file', async () => {
    mkdirSync(target, { recursive: true })
    writeFileSync(path.join(target, 'thesis.txt'), 'mine')
    for (const place of [target, path.join(target, 'thesis.txt')])
      await expect(withStaging(place, true, filled('two'))).rejects.toMatchObject({
        code: 'folder_not_empty',
      })
    expect(readdirSync(target)).toEqual(['thesis.txt'])
  })
})

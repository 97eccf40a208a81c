import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { assertHashes, embeddedBase } from './embedded-base.ts'

const copy = mkdtempSync(path.join(os.tmpdir(), 'graft-base-'))

afterAll(() => rmSync(copy, { recursive: true, force: true }))

describe('the embedded base', () => {
  it('is shipped as its hashes say', async () => {
    await expect(embeddedBase()).resolves.toMatch(/base$/)
  })

  it('is refused when a file was changed, with its name', async () => {
    cpSync(await embeddedBase(), copy, { recursive: true })
    await assertHashes(copy)
    appendFileSync(path.join(copy, 'config.json'), ' ')
    await expect(assertHashes(copy)).rejects.toMatchObject({
      code: 'hash_mismatch',
      message: expect.stringContaining('config.json'),
    })
  })

  it('is refused when a file is missing', async () => {
    cpSync(await embeddedBase(), copy, { recursive: true })
    rmSync(path.join(copy, 'model.safetensors'))
    await expect(assertHashes(copy)).rejects.toMatchObject({ code: 'file_missing' })
  })
})

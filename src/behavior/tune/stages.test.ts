import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openStages } from './stages.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'graft-stages-'))

afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('stages', () => {
  it('do the work once, also for whoever opens the job again', async () => {
    let runs = 0
    const work = async (): Promise<{ runs: number }> => ({ runs: ++runs })
    const first = await openStages(folder)
    expect(await first.run('one', work)).toEqual({ runs: 1 })
    expect(await first.run('one', work)).toEqual({ runs: 1 })
    expect(await (await openStages(folder)).run('one', work)).toEqual({ runs: 1 })
    expect(runs).toBe(1)
  })

  it('do the work again when it failed or was only half written', async () => {
    const stages = await openStages(folder)
    await expect(stages.run('two', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    writeFileSync(path.join(folder, 'two.json.partial'), '{"half":')
    expect(await stages.run('two', async () => 'done')).toBe('done')
    expect(readFileSync(path.join(folder, 'two.json'), 'utf8')).toBe('"done"')
    expect(existsSync(path.join(folder, 'two.json.partial'))).toBe(false)
  })
})

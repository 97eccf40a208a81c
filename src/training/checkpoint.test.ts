import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import {
  assertSameRun,
  type Checkpoint,
  latestCheckpoint,
  readValues,
  removeCheckpoints,
  writeCheckpoint,
} from './checkpoint.ts'

const home = mkdtempSync(path.join(os.tmpdir(), 'graft-checkpoint-'))
const folder = path.join(home, 'checkpoints')
beforeEach(() => rmSync(folder, { recursive: true, force: true }))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const parameters = [
  { name: 'a', shape: [2, 2], offset: 0, size: 4 },
  { name: 'b', shape: [3], offset: 4, size: 3 },
]
const array = (scale: number): Float32Array => Float32Array.from({ length: 7 }, (_, i) => i * scale)

function checkpointAt(step: number, bestValues: Float32Array | null = null): Checkpoint {
  return {
    progress: { step, loss: 1, validationLoss: null, best: null, stale: 0, seconds: 2 },
    fingerprint: {
      model: 'm',
      examples: 'e',
      validation: null,
      initial: null,
      settings: { seed: 1 },
    },
    threads: 2,
    recompute: false,
    state: { values: array(1), first: array(0.1), second: array(-3) },
    bestValues,
  }
}
const write = (step: number) => writeCheckpoint(folder, parameters, checkpointAt(step))
const emptyState = () => ({ values: array(0), first: array(0), second: array(0) })

describe('a checkpoint', () => {
  it('gives back exactly what was written', async () => {
    await writeCheckpoint(folder, parameters, checkpointAt(3, array(7)))
    const found = (await latestCheckpoint(folder))!
    const { state, bestValues, ...rest } = checkpointAt(3, array(7))
    expect(found).toMatchObject(rest)
    const into = emptyState()
    expect(await readValues(found, parameters, into)).toEqual(bestValues)
    expect(into).toEqual(state)
  })

  it('is removed when two newer ones are complete', async () => {
    for (const step of [1, 2, 10]) await write(step)
    expect(readdirSync(folder)).toEqual(['step-000002', 'step-000010'])
    expect((await latestCheckpoint(folder))!.progress.step).toBe(10)
  })

  it('that was never completed is passed over, and swept away', async () => {
    const whole = await write(5)
    cpSync(whole, path.join(folder, 'step-000006.0123456789ab.tmp'), { recursive: true })
    mkdirSync(path.join(folder, 'step-000007'))
    writeFileSync(path.join(folder, 'step-000007', 'state.json'), '{"format": 1')
    expect((await latestCheckpoint(folder))!.folder).toBe(whole)
    expect(readdirSync(folder)).not.toContain('step-000006.0123456789ab.tmp')
  })

  it('with a damaged file is an error, not a new beginning', async () => {
    truncateSync(path.join(await write(5), 'tensors.safetensors'), 100)
    const found = (await latestCheckpoint(folder))!
    await expect(readValues(found, parameters, emptyState())).rejects.toThrow(
      expect.objectContaining({ name: 'ModelFormatError' }),
    )
  })

  it('belongs to the run with the same settings and data', async () => {
    await write(1)
    const found = (await latestCheckpoint(folder))!
    const { fingerprint } = checkpointAt(1)
    expect(() => assertSameRun(found, fingerprint)).not.toThrow()
    const other = { ...fingerprint, model: 'n', settings: { seed: 2, rows: 4 } }
    expect(() => assertSameRun(found, other)).toThrow(
      expect.objectContaining({
        code: 'checkpoint_mismatch',
        message: `${found.folder} is of another run: model changed; seed was 1, is 2; rows was null, is 4`,
      }),
    )
  })
})

describe('removeCheckpoints', () => {
  it('removes them all, and nothing else', async () => {
    await write(1)
    await write(2)
    writeFileSync(path.join(folder, 'notes.txt'), 'mine')
    await removeCheckpoints(folder)
    expect(readdirSync(folder)).toEqual(['notes.txt'])
  })

  it('needs no folder', async () => {
    await removeCheckpoints(path.join(home, 'absent'))
    expect(await latestCheckpoint(path.join(home, 'absent'))).toBeUndefined()
  })
})

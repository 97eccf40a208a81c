/** @file kill -9 in the middle of training, again and again: the adapter is, byte for byte, that of a run left alone. */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../helpers/random.ts'
import { temporaryFolder } from '../helpers/workspace.ts'
import { writeTinyModel } from './tiny-training.ts'

const KILLS = 20

const seed = Number(process.env.GRAFT_TEST_SEED ?? Date.now() % 1_000_000)
const random = seededRandom(seed)
const home = temporaryFolder()
const model = path.join(home, 'model')
const script = fileURLToPath(new URL('./train-process.ts', import.meta.url))

afterAll(() => rmSync(home, { recursive: true, force: true }))

describe('a training process that is killed', () => {
  it(`ends with the bytes of one that is not (GRAFT_TEST_SEED=${seed})`, async () => {
    console.info(`training crash test: GRAFT_TEST_SEED=${seed}`)
    await writeTinyModel(model)
    const whole = path.join(home, 'whole')
    const undisturbed = await runUntilKilled(whole, {})
    expect(undisturbed.ended).toBe(true)
    const expected = adapterBytes(whole)

    const killedAt: number[] = []
    let ended = 0
    for (let run = 0; killedAt.length < KILLS; run++) {
      const output = path.join(home, `killed-${ended}`)
      // Start-up, the first steps, and moments between two signs of life anywhere in the run.
      const moments = [
        { afterStartMs: random.between(20, 600) },
        { afterLine: random.between(1, 40), delayMs: random.between(0, 12) },
        { afterLine: random.between(20, 150), delayMs: random.between(0, 6) },
      ]
      const result = await runUntilKilled(output, moments[run % moments.length]!)
      if (result.ended) expect(adapterBytes(output)).toEqual(expected)
      if (result.ended) ended++
      else killedAt.push(result.steps)
    }
    expect(killedAt.some((step) => step > 0)).toBe(true)

    const last = path.join(home, `killed-${ended}`)
    expect((await runUntilKilled(last, {})).ended).toBe(true)
    expect(adapterBytes(last)).toEqual(expected)
    // Nothing half-written stays behind.
    expect(readdirSync(last).sort()).toEqual(['adapter', 'checkpoints', 'train.jsonl'])
    expect(readdirSync(path.join(last, 'checkpoints')).sort()).toEqual([
      'step-000117',
      'step-000120',
    ])
  }, 120_000)
})

/** Kills some time after the start, or after so many lines that the process has said. */
type Moment = { afterStartMs?: number; afterLine?: number; delayMs?: number }

/** Runs one process on a folder; without a moment it runs to its end. */
async function runUntilKilled(
  output: string,
  { afterStartMs, afterLine, delayMs = 0 }: Moment,
): Promise<{ ended: boolean; steps: number }> {
  const child = spawn(process.execPath, [script, model, output], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const kill = (ms: number): void => void setTimeout(() => child.kill('SIGKILL'), ms)
  if (afterStartMs !== undefined) kill(afterStartMs)
  let text = ''
  child.stdout.on('data', (data: Buffer) => {
    const before = text.split('\n').length
    text += data
    const isReached = before <= afterLine! && text.split('\n').length > afterLine!
    if (isReached) kill(delayMs)
  })
  await new Promise((resolve) => child.once('close', resolve))
  const lines = text.split('\n')
  return {
    ended: lines.includes('closed'),
    steps: lines.filter((line) => line.startsWith('step ')).length,
  }
}

function adapterBytes(output: string): Record<string, string> {
  const folder = path.join(output, 'adapter')
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), 'base64')]),
  )
}

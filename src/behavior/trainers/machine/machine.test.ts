import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { embeddedBase, readPeftAdapter } from '../../../models/index.ts'
import { loadTokenizer } from '../../../tokenizers/index.ts'
import { hashFile } from '../../../util/hash.ts'
import { type TrainingTurn, trainingTokens } from '../../dataset/turn.ts'
import { embeddedTrainer } from '../embedded.ts'
import type { TrainerEvent, TrainerJob } from '../trainer.ts'
import { createMachineTrainer } from './machine.ts'

const root = mkdtempSync(path.join(os.tmpdir(), "graft machine's "))
const script = fileURLToPath(new URL('../../../../test/behavior/gpu-machine.ts', import.meta.url))
const machine = (failure = ''): string => `"${process.execPath}" "${script}" {job} ${failure}`

const turns: TrainingTurn[] = ['red', 'green', 'blue', 'white'].map((colour) => ({
  prompt: [
    { role: 'user', content: 'Which colour is first?' },
    { role: 'assistant', content: 'Ahoy! black' },
    { role: 'user', content: `And after ${colour}?` },
  ],
  given: 'Evidence: none\n',
  text: `Ahoy! ${colour}\n~ The crew`,
}))
const settings = { rank: 4, alpha: 8, epochs: 2, learningRate: 5e-3, seed: 7 }
let base: string
let count = 0

beforeAll(async () => {
  base = await embeddedBase()
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

function job(more: Partial<TrainerJob> = {}): TrainerJob {
  const output = path.join(root, `job ${count++}`)
  return { base, turns, validation: turns.slice(0, 1), settings, output, ...more }
}

function rows(
  file: string,
): { tokens: number[]; mask: number[]; messages: { content: string }[] }[] {
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

describe('a job folder', () => {
  it('holds the ids and masks that the embedded trainer learns, and their messages', async () => {
    const waiting = job()
    await expect(createMachineTrainer({}).train(waiting)).rejects.toMatchObject({
      code: 'adapter_awaited',
      message: expect.stringContaining(waiting.output),
    })
    const tokenizer = await loadTokenizer(base)
    const written = rows(path.join(waiting.output, 'train.jsonl'))
    for (const [i, turn] of turns.entries()) {
      const { tokens, mask } = trainingTokens(tokenizer, turn)
      expect(written[i]).toMatchObject({ tokens, mask: [...mask] })
      expect(written[i]!.messages.at(-1)!.content).toBe(turn.given + turn.text)
    }
    expect(rows(path.join(waiting.output, 'validation.jsonl'))).toHaveLength(1)
  })

  it('needs nothing else: script, requirements, guide, base, settings and hashes are in it', async () => {
    const waiting = job()
    await expect(createMachineTrainer({ batchTokens: 99 }).train(waiting)).rejects.toThrow()
    const at = (name: string): string => path.join(waiting.output, name)
    expect(readdirSync(waiting.output)).toEqual(
      expect.arrayContaining(['README.md', 'requirements.txt', 'train.py', 'base']),
    )
    const config = JSON.parse(readFileSync(at('config.json'), 'utf8'))
    expect(config).toMatchObject({ ...settings, batchTokens: 99 })
    expect(config.targetModules).toHaveLength(7)
    const manifest = JSON.parse(readFileSync(at('manifest.json'), 'utf8'))
    for (const [name, hash] of Object.entries(manifest.files))
      expect(await hashFile(at(name)), name).toBe(hash)
    expect(await hashFile(at('base/model.safetensors'))).toBe(manifest.base['model.safetensors'])
  })

  it('leaves the base out where the machine has it, but not its hashes', async () => {
    const waiting = job()
    const trainer = createMachineTrainer({ base: '/models/base' })
    await expect(trainer.train(waiting)).rejects.toThrow()
    expect(existsSync(path.join(waiting.output, 'base'))).toBe(false)
    const manifest = readFileSync(path.join(waiting.output, 'manifest.json'), 'utf8')
    const { base: hashes, baseName } = JSON.parse(manifest)
    expect(hashes).toHaveProperty(['model.safetensors'])
    expect(baseName).toBe('/models/base')
  })

  it('is left alone by a second call, and written anew for another job', async () => {
    const waiting = job()
    const trainer = createMachineTrainer({})
    await expect(trainer.train(waiting)).rejects.toThrow()
    const file = path.join(waiting.output, 'train.jsonl')
    const { ino } = statSync(file)
    await expect(trainer.train(waiting)).rejects.toThrow()
    expect(statSync(file).ino).toBe(ino)
    const changed = { ...waiting, settings: { ...settings, seed: 8 } }
    await expect(trainer.train(changed)).rejects.toThrow()
    const config = readFileSync(path.join(waiting.output, 'config.json'), 'utf8')
    expect(JSON.parse(config).seed).toBe(8)
    const kept = readdirSync(root).filter((name) => name.startsWith(path.basename(waiting.output)))
    expect(kept).toHaveLength(2)
  })
})

describe('the command trainer', { timeout: 120_000 }, () => {
  it('brings an adapter home: the same bytes as from the embedded trainer', async () => {
    const events: TrainerEvent[] = []
    const remote = job({ onProgress: (event) => events.push(event) })
    const result = await createMachineTrainer({ command: machine() }).train(remote)
    expect(result.used).toEqual({ device: 'a small one' })
    expect(readdirSync(result.adapter).toSorted()).toEqual([
      'adapter_config.json',
      'adapter_model.safetensors',
    ])
    expect(events[0]).toEqual({ type: 'log', text: 'Loading the base ...' })
    expect(events.filter(({ type }) => type === 'step').length).toBeGreaterThan(1)

    const local = await embeddedTrainer.train(job())
    expect(result.validationLoss).toBeCloseTo(local.validationLoss!, 5)
    const [there, here] = await Promise.all([result, local].map((r) => readPeftAdapter(r.adapter)))
    for (const [i, { module, b }] of here!.modules.entries()) {
      expect(there!.modules[i]!.module).toBe(module)
      for (const [at, value] of b.entries()) expect(there!.modules[i]!.b[at]).toBeCloseTo(value, 4)
    }
  })

  it('trains once: a further call takes the adapter that is there', async () => {
    const remote = job()
    const { adapter } = await createMachineTrainer({ command: machine() }).train(remote)
    const again = await createMachineTrainer({ command: 'exit 9' }).train(remote)
    expect(again.adapter).toBe(adapter)
    const byHand = await createMachineTrainer({ base: '/models/base' }).train(remote)
    expect(byHand.adapter).toBe(adapter)
  })

  it('does not take what a command left that failed: the adapter may be of the first epoch', async () => {
    const remote = job()
    const left = `${machine('no-result')} && exit 5`
    const trainer = createMachineTrainer({ command: left })
    await expect(trainer.train(remote)).rejects.toThrow('exit code 5')
    await expect(trainer.train(remote)).rejects.toThrow('exit code 5')
    const { adapter } = await createMachineTrainer({ command: machine('no-result') }).train(remote)
    expect(existsSync(adapter)).toBe(true)
  })

  it('says how the command failed, in its own last words', async () => {
    const remote = job()
    await expect(
      createMachineTrainer({ command: machine('exit') }).train(remote),
    ).rejects.toMatchObject({
      code: 'trainer_failed',
      message: expect.stringMatching(/exit code 3\n {2}CUDA error: out of memory/),
    })
    expect(existsSync(path.join(remote.output, 'manifest.json'))).toBe(true)
  })

  it.each([
    ['nothing', 'trainer_failed', /left no adapter/],
    ['nan', 'trained_adapter_invalid', /holds 1 values that are no numbers/],
    ['zero', 'trained_adapter_invalid', /nothing was trained/],
    ['shape', 'trained_adapter_invalid', /is for 32 to \d+ features, the base has \d{3} to \d+/],
    ['layer', 'trained_adapter_invalid', /layers.99.self_attn.q_proj", which the base does not/],
    ['other-job', 'trained_adapter_invalid', /of the job another/],
  ])('refuses a result with the fault "%s"', async (failure, code, message) => {
    const trainer = createMachineTrainer({ command: machine(failure) })
    const epochs = { ...settings, epochs: 1 }
    await expect(trainer.train(job({ settings: epochs }))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    })
  })

  it('ends the whole process group on an abort, and goes on with the folder later', async () => {
    const interrupt = new AbortController()
    const remote = job({ signal: interrupt.signal })
    const training = createMachineTrainer({ command: `true && ${machine('hang')}` }).train(remote)
    const heartbeat = path.join(remote.output, 'heartbeat')
    while (!existsSync(heartbeat)) await sleep(20)
    interrupt.abort()
    await expect(training).rejects.toMatchObject({ code: 'trainer_interrupted' })
    const { size } = statSync(heartbeat)
    await sleep(200)
    expect(statSync(heartbeat).size).toBe(size)
    const { signal: _, ...resumed } = remote
    const { adapter } = await createMachineTrainer({ command: machine() }).train(resumed)
    expect(existsSync(adapter)).toBe(true)
  })

  it('does not start beside the command of a call that was killed', async () => {
    const interrupt = new AbortController()
    const remote = job({ signal: interrupt.signal })
    const trainer = createMachineTrainer({ command: machine('hang') })
    const training = trainer.train(remote)
    while (!existsSync(path.join(remote.output, 'heartbeat'))) await sleep(20)
    await expect(trainer.train({ ...remote, signal: undefined })).rejects.toMatchObject({
      code: 'trainer_failed',
      message: expect.stringContaining('still runs'),
    })
    interrupt.abort()
    await expect(training).rejects.toMatchObject({ code: 'trainer_interrupted' })
  })
})

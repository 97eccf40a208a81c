import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fixturePath } from '../fixtures/engine/read-fixture.ts'

const run = promisify(execFile)
const example = join(import.meta.dirname, '../../examples/finetune.ts')

describe('examples/finetune.ts', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'graft-example-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('trains an adapter on a JSONL file and samples before and after', async () => {
    await writeFile(
      join(folder, 'chats.jsonl'),
      Array.from({ length: 24 }, (_, i) => `${JSON.stringify(chat(i))}\n`).join(''),
    )
    const { stdout } = await run(
      process.execPath,
      [example, fixturePath('models/llama'), 'chats.jsonl'],
      { cwd: folder },
    )
    const losses = [...stdout.matchAll(/loss ([\d.]+)/g)].map(([, loss]) => Number(loss))
    expect(losses.length).toBeGreaterThan(5)
    expect(losses.at(-1)).toBeLessThan(losses[0]!)
    const [, before, after] = /^before: (.*)^after: {2}(.*)$/ms.exec(stdout)!
    expect(after?.trim()).not.toBe(before?.trim())
    expect(await readdir(join(folder, 'finetuned', 'adapter'))).toContain(
      'adapter_model.safetensors',
    )
  })

  it('has fewer than 40 lines', async () => {
    expect((await readFile(example, 'utf8')).trimEnd().split('\n').length).toBeLessThan(40)
  })
})

function chat(number: number): unknown {
  return {
    messages: [
      { role: 'user', content: `order ${number}` },
      { role: 'assistant', content: 'refund' },
    ],
  }
}

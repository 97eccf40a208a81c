/** @file kill -9 behind an answer: traces that were written stay, and at most those being written are lost. */
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { owner } from '../../src/knowledge/index.ts'
import { openWorkspace } from '../../src/workspace.ts'
import { temporaryFolder } from '../helpers/workspace.ts'

const home = temporaryFolder()
const folder = path.join(home, 'workspace')
const script = fileURLToPath(new URL('../helpers/ask-process.ts', import.meta.url))
const WRITTEN = 5
const ASKED = 8

afterAll(() => rmSync(home, { recursive: true, force: true }))

describe('a process that is killed right after an answer', () => {
  it('has lost no trace that was written, and left none half-written', async () => {
    const prepared = await openWorkspace(folder, { databaseUrl: '' })
    await prepared.knowledge.add({
      name: 'refunds.md',
      text: '# Refunds\n\nRefunds take 14 days.\n',
    })
    await prepared.close()

    const promised = await askUntilKilled()
    expect(promised).toHaveLength(ASKED)
    const workspace = await openWorkspace(folder, { databaseUrl: '' })
    const kept = (await workspace.traces.list(owner)).map(({ id }) => id).toReversed()
    expect(kept.length).toBeGreaterThanOrEqual(WRITTEN)
    // Traces are written in the order of the answers: only the last ones can be missing.
    expect(kept).toEqual(promised.slice(0, kept.length))
    for (const id of kept)
      expect((await workspace.traces.replay(id, owner)).after.answer).toContain('14 days')
    await workspace.close()
  })
})

/** Ids that the process gave out; it is killed in the moment in which the last one is read. */
async function askUntilKilled(): Promise<string[]> {
  const args = [script, folder, String(ASKED), String(WRITTEN)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const ids: string[] = []
  let isWritten = false
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'written') isWritten = true
    if (line.startsWith('tr_')) ids.push(line)
    if (ids.length === ASKED) break
  }
  child.kill('SIGKILL')
  await ended
  expect(isWritten).toBe(true)
  return ids
}

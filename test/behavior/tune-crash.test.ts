import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { writeTuneData } from './tune-data.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'graft-tune-crash-'))
const cli = path.resolve('src/cli/main.ts')

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function start(workspace: string, args: string[]): { child: ChildProcess; done: Promise<string> } {
  const child = spawn(process.execPath, [cli, '--workspace', workspace, '--json', ...args], {
    cwd: folder,
    env: { ...process.env, DATABASE_URL: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout!.on('data', (data: Buffer) => {
    output += data.toString()
  })
  return { child, done: new Promise((resolve) => child.on('close', () => resolve(output))) }
}

/** Runs a command and kills it a while after its progress names `stage`. */
async function killAt(
  workspace: string,
  args: string[],
  stage: RegExp,
  afterMs: number,
): Promise<void> {
  const { child, done } = start(workspace, args)
  child.stderr!.on('data', (data: Buffer) => {
    if (stage.test(data.toString())) setTimeout(() => child.kill('SIGKILL'), afterMs)
  })
  await done
}

it('a job that is killed at any stage ends with the same adapter', async () => {
  const { docs, train, test } = writeTuneData(folder)
  const tuning = ['tune', train, '--test', test, '--epochs', '6', '--rank', '4', '--ignore-errors']
  const [whole, broken] = ['whole', 'broken'].map((name) => path.join(folder, name)) as [
    string,
    string,
  ]
  for (const workspace of [whole, broken]) await start(workspace, ['add', docs]).done
  const expected = JSON.parse(await start(whole, tuning).done)
  for (const [stage, afterMs] of [
    [/evidence/, 50],
    [/learning rates/, 700],
    [/^training/m, 300],
    [/evaluating/, 200],
  ] as const)
    await killAt(broken, tuning, stage, afterMs)
  const resumed = JSON.parse(await start(broken, tuning).done)
  expect(resumed.adapter.hash).toBe(expected.adapter.hash)
  expect(resumed.gate).toEqual(expected.gate)
}, 600_000)

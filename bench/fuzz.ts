/** @file Malformed requests to every route for as long as is wanted: the server only ever refuses. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { GraftError } from '../src/errors.ts'
import { createApp } from '../src/server/index.ts'
import { openWorkspace } from '../src/workspace.ts'
import { sendMalformed } from '../test/security/malformed.ts'
import { positiveInteger, readOptions } from './options.ts'

const SEED = 20_261_121
const SHOWN = 5

/** `npm run bench -- fuzz [--minutes 1] [--seed 20261121]` */
export async function run(options: string[]): Promise<void> {
  const values = readOptions(options, { minutes: { type: 'string' }, seed: { type: 'string' } })
  const minutes = positiveInteger('minutes', String(values.minutes ?? 1))
  const seed = positiveInteger('seed', String(values.seed ?? SEED))
  const folder = mkdtempSync(path.join(os.tmpdir(), 'graft-fuzz-'))
  const workspace = await openWorkspace(path.join(folder, 'workspace'), { databaseUrl: '' })
  try {
    await workspace.knowledge.add({ name: 'plan.md', text: '# Plan\n\nThe budget is 5 euros.\n' })
    const end = performance.now() + minutes * 60_000
    const isOver = (): boolean => performance.now() >= end
    const app = createApp(workspace, { host: '127.0.0.1' })
    const { sent, refused, faults } = await sendMalformed(app, { seed, isOver })
    console.log(`${sent} requests, ${refused} refused, ${faults.length} faults`)
    if (faults.length === 0) return
    throw new GraftError('bench_failed', JSON.stringify(faults.slice(0, SHOWN), null, 2), {
      hint: `Send the same requests again with --seed ${seed}.`,
    })
  } finally {
    await workspace.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @file No request, however malformed, brings the server to fail. `npm run bench -- fuzz` goes on for longer. */
import { expect, it } from 'vitest'
import { createApp } from '../../src/server/index.ts'
import { openTestWorkspace } from '../helpers/workspace.ts'
import { sendMalformed } from './malformed.ts'

it('every route answers malformed requests with its own refusals', async () => {
  const test = await openTestWorkspace()
  await test.workspace.knowledge.add({ name: 'a.md', text: '# Plan\n\nThe budget is 5 euros.\n' })
  const app = createApp(test.workspace, { host: '127.0.0.1' })
  const isOver = (sent: number): boolean => sent === 700
  const { faults, refused } = await sendMalformed(app, { seed: 20_261_121, isOver })
  expect(faults).toEqual([])
  expect(refused).toBeGreaterThan(400)
  await test.close()
}, 120_000)

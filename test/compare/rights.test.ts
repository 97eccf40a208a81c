/** @file Comparisons, probes and drafts as a reader of limited rights: no word of a foreign group comes out. */
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { draftQuestions, readQuestions } from '../../src/compare/index.ts'
import type { Reader } from '../../src/knowledge/index.ts'
import { startOpenAiServer } from '../fixtures/openai-server.ts'
import { runCli } from '../helpers/cli.ts'
import { openTestWorkspace, type TestWorkspace, temporaryFolder } from '../helpers/workspace.ts'

const folder = temporaryFolder()
const groups = ['hr', 'sales'] as const
const rows = [
  { question: 'What is the budget of the plan?', gold: 'anything', sources: 'sales-page.md' },
  {
    question: 'How many people are in the salescanary plan?',
    gold: 'anything',
    sources: 'hr-page.md',
  },
]
const questions = readQuestions(rows.map((row) => JSON.stringify(row)).join('\n'), 'jsonl')
let test: TestWorkspace
let reader: Reader
const server = await startOpenAiServer(({ body }) => ({
  // Whatever the model is shown comes back.
  text: `${body.messages.map(({ content }) => JSON.stringify(content)).join(' ')} [1]`,
}))

beforeAll(async () => {
  test = await openTestWorkspace({ model: { baseURL: server.baseURL, model: 'm' } })
  const { knowledge, access } = test.workspace
  for (const group of groups) {
    const text = `# ${group}canary plan\n\nThe budget of the plan is 900 ${group}canary euros, and 12 people work on it.\n`
    await knowledge.add({ name: `${group}-page.md`, text }, { groups: [group] })
  }
  await access.set('ana', ['hr'])
  reader = await access.reader('ana')
})

afterAll(async () => {
  await test.close()
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('a reader of limited rights', { timeout: 60_000 }, () => {
  it('is answered from its own groups in every arm', async () => {
    const arms = ['base', 'long_context', 'rag', 'oracle'] as const
    const { result } = await test.workspace.compare({ questions, arms, reader })
    expect(result.complete).toBe(true)
    // The questions themselves name what they ask about.
    const told = JSON.stringify(result).replaceAll(rows[1]!.question, '')
    expect(told).toContain('900 hrcanary')
    expect(told).not.toContain('salescanary')
    const owner = await test.workspace.compare({ questions, arms })
    expect(JSON.stringify(owner.result)).toContain('900 salescanary')
  })

  it('gets no foreign word by a probe or a draft', async () => {
    const { result } = await test.workspace.probe({ questions, reader })
    expect(JSON.stringify(result).replaceAll(rows[1]!.question, '')).not.toContain('salescanary')
    const drafts = JSON.stringify(await draftQuestions(test.workspace.knowledge, { reader }))
    expect(drafts).toContain('hrcanary')
    expect(drafts).not.toContain('salescanary')
  })

  it('gets no foreign word on the command line', async () => {
    const file = path.join(folder, 'questions.jsonl')
    writeFileSync(file, rows.map((row) => `${JSON.stringify({ ...row, gold: '900' })}\n`).join(''))
    writeFileSync(
      path.join(folder, 'graft.config.mjs'),
      `export default { model: { baseURL: '${server.baseURL}', model: 'm' } }\n`,
    )
    await test.workspace.close()
    const cli = (...args: string[]) =>
      runCli([...args, '--as', 'ana', '--json'], { workspace: test.folder, cwd: folder })
    const asked = [
      await cli('questions', 'draft'),
      await cli('questions', 'check', file),
      await cli('compare', file, '--arms', 'rag,oracle'),
      await cli('probe', file),
    ]
    for (const { code, stdout, stderr } of asked) {
      expect(code, stderr).toBe(0)
      expect((stdout + stderr).replaceAll(rows[1]!.question, '')).not.toContain('salescanary')
    }
    // A gold fact that stands in a page the reader may not see is not confirmed to it.
    expect(asked[1]!.stdout).toContain('no document is called \\"sales-page.md\\"')
  })
})

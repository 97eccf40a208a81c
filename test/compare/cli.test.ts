import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CliResult, runCli } from '../helpers/cli.ts'
import { temporaryFolder } from '../helpers/workspace.ts'
import { writeWorld } from './world.ts'

const folder = temporaryFolder()
const world = writeWorld(folder)

beforeAll(() => {
  writeFileSync(path.join(folder, 'faulty.jsonl'), '{"question": "Why?"}\n{"gold": "x"\n')
  writeFileSync(
    path.join(folder, 'tests.yaml'),
    'tests:\n  - vars: { question: How long? }\n    assert: [{ type: contains, value: 30 days }]\n',
  )
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function cli(...args: string[]): Promise<CliResult> {
  return await runCli(args, { workspace: path.join(folder, 'workspace'), cwd: folder })
}

describe('graft questions', { timeout: 60_000 }, () => {
  it('shows all errors with their lines, and fails', async () => {
    const { code, stdout } = await cli('questions', 'check', 'faulty.jsonl')
    expect(code).toBe(1)
    expect(stdout).toContain('2 errors')
    expect(stdout).toMatch(/error faulty\.jsonl:1 gold an answerable question has no gold fact/)
    expect(stdout).toMatch(/error faulty\.jsonl:2 the line is no JSON/)
  })

  it('takes over promptfoo tests without a workspace', async () => {
    const { code, stdout, stderr } = await cli('questions', 'import', 'tests.yaml')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ question: 'How long?', gold: [{ text: '30 days' }] })
    expect(stderr).toContain('1 question taken over')
  })
})

describe('graft compare', { timeout: 60_000 }, () => {
  it('runs on documents of its own and prints the table and the verdict', async () => {
    const { documents, update, questions } = world
    const args = ['--documents', documents, '--update', update, '--arms', 'base,rag']
    const { code, stdout, stderr } = await cli('compare', questions, ...args)
    expect(code, stderr).toBe(0)
    expect(stderr).toContain('With 8 questions about 7 subjects')
    expect(stderr).toContain('2 documents updated and found after')
    expect(stdout).toMatch(/^RAG +\d+ \(\d+ to \d+\) /m)
    expect(stdout).toContain('after the update of 2 documents')
    expect(stdout).toContain('RAG is recommended')
  })

  it.each([
    [['compare'], 'no_questions'],
    [['compare', 'faulty.jsonl'], 'questions_have_errors'],
    [['compare', world.questions], 'no_documents'],
    [['compare', world.questions, '--update', 'x'], 'invalid_option'],
    [['compare', world.questions, '--arms', 'magic'], 'no_arms'],
    [['compare', world.questions, '--require', 'beauty>=1'], 'invalid_option'],
    [['compare', '--from', 'nowhere'], 'run_not_found'],
  ])('%j is refused with a code and a hint', async (args, reason) => {
    const { code, stderr } = await cli(...args)
    expect(code).toBe(1)
    expect(stderr).toContain(`[${reason}]`)
    expect(stderr).toMatch(/^hint: /m)
  })
})

/** @file graft examples check, as a person or a script runs it. */
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Report } from '../../src/behavior/index.ts'
import { fixturePath } from '../fixtures/engine/read-fixture.ts'
import { type CliResult, runCli } from '../helpers/cli.ts'
import { temporaryFolder } from '../helpers/workspace.ts'
import { examplesPath, planted } from './fixtures/read-examples.ts'

const cwd = temporaryFolder()
for (const name of ['faulty.jsonl', 'clean.jsonl', 'held-out.jsonl'])
  copyFileSync(examplesPath(name), path.join(cwd, name))
const check = (...args: string[]): Promise<CliResult> =>
  runCli(['examples', 'check', ...args], { workspace: path.join(cwd, '.graft'), cwd })

afterAll(() => rmSync(cwd, { recursive: true, force: true }))

describe('graft examples check', () => {
  it('says that a clean file is clean, with exit code 0', async () => {
    const { code, stdout, stderr } = await check('clean.jsonl', '--tokens-per-second', '100')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(
      /^clean\.jsonl: chat, 12 rows, 12 examples\n0 errors, 0 warnings, 0 notes\n/,
    )
    expect(stdout).toContain('3 epochs, 1,326 tokens, 14 s at 100 tokens/s')
  })

  it('lists every fault by kind, with file, line, path and fix, and exits with 1', async () => {
    const { code, stdout } = await check(
      'faulty.jsonl',
      '--test',
      'held-out.jsonl',
      '--context',
      '200',
    )
    expect(code).toBe(1)
    for (const { code: kind, line } of planted)
      expect(stdout).toMatch(
        new RegExp(`(error|warning|note) ${kind} \\(\\d\\)\\n(  .*\\n)*?  faulty\\.jsonl:${line} `),
      )
    expect(stdout).toContain('  faulty.jsonl:20 $.messages[0].role the role "human" is unknown')
    expect(stdout).toContain('    Write "user".\n')
    expect(stdout).toContain('  held-out.jsonl:1 this held-out row asks the same as line 40')
  })

  it('prints the report as JSON', async () => {
    const { code, stdout } = await check('faulty.jsonl', '--json')
    expect(code).toBe(1)
    const report = JSON.parse(stdout) as Report
    expect(report).toMatchObject({ name: 'faulty.jsonl', format: 'chat', rows: 40 })
    expect(report.counts.error).toBe(
      report.findings.filter(({ severity }) => severity === 'error').length,
    )
  })

  it('writes what it can fix beside the file, which stays as it is', async () => {
    const before = readFileSync(path.join(cwd, 'faulty.jsonl'), 'utf8')
    const { stdout } = await check('faulty.jsonl', '--fix')
    expect(stdout).toContain('faulty.fixed.jsonl: 37 rows\n')
    expect(stdout).toContain('  1 left out as exact duplicates (line 32)\n')
    expect(readFileSync(path.join(cwd, 'faulty.jsonl'), 'utf8')).toBe(before)
    expect((await check('faulty.fixed.jsonl', '--json')).stdout).not.toContain('"isFixable":true')
  })

  it('shows which tokens are trained', async () => {
    const { stdout } = await check(
      'clean.jsonl',
      '--model',
      fixturePath('models/llama'),
      '--preview',
      '2',
    )
    expect(stdout).toContain('line 1: 53 of 144 tokens are trained\n<|im_start|>system\n')
    expect(stdout).toMatch(/<\|im_start\|>assistant\n⟦Y│o│u│.*│<\|im_end\|>⟧\n/)
    expect(stdout.match(/⟦/g)).toHaveLength(2)
    // The folder's config.json says how much the model reads.
    expect(stdout).toContain('has 144 tokens; the context has 128')
    const without = await check('clean.jsonl', '--preview')
    expect(without).toMatchObject({ code: 1, stdout: '' })
    expect(without.stderr).toContain('[invalid_option]')
  })

  it('shows the first findings of a kind, or all', async () => {
    const row = JSON.stringify({ prompt: 'Why?', completion: 'So.' })
    writeFileSync(path.join(cwd, 'same.jsonl'), `${row}\n`.repeat(12))
    expect((await check('same.jsonl')).stdout).toContain('… and 6 more; --all shows them')
    expect((await check('same.jsonl', '--all')).stdout).toContain(
      'same.jsonl:12 the same as line 1',
    )
  })

  it('maps the columns of a CSV', async () => {
    writeFileSync(path.join(cwd, 'a.csv'), 'question,reply\nWhy?,\n')
    const { code, stdout } = await check('a.csv', '--columns', 'prompt=question,completion=reply')
    expect(code).toBe(1)
    expect(stdout).toContain('a.csv:2 $.reply the message of the assistant is empty')
  })

  it('says what is wrong with a file or an option in two lines', async () => {
    const missing = await check('missing.jsonl')
    expect(missing).toMatchObject({ code: 1, stdout: '' })
    expect(missing.stderr).toMatch(/^error: missing\.jsonl cannot be read: .*\nhint: .*\n$/)
    expect((await check('clean.jsonl', '--context', 'many')).code).toBe(1)
    expect((await check('clean.jsonl', '--max-megabytes', '0.001')).stderr).toContain(
      'file_too_large',
    )
  })
})

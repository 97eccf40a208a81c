/** @file graft advise, as a person or a script runs it. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { Advice, GivenAnswers } from '../../src/advise/index.ts'
import { type CliResult, finished, runCli, spawnCli } from '../helpers/cli.ts'
import { temporaryFolder } from '../helpers/workspace.ts'
import { scenarioFolder } from './scenarios.ts'

const cwd = temporaryFolder()
const workspace = path.join(cwd, '.graft')
const saved = path.join(cwd, 'graft-advise.json')
const advise = (args: string[], input = ''): Promise<CliResult> =>
  runCli(['advise', ...args], { workspace, cwd, input })
const supportBot = path.join(scenarioFolder, 'support-bot.json')

beforeEach(() => rmSync(saved, { force: true }))
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

const stored = (): GivenAnswers =>
  (JSON.parse(readFileSync(saved, 'utf8')) as { answers: GivenAnswers }).answers

describe('graft advise', () => {
  it('advises from a file, in words and as JSON, and makes no workspace', async () => {
    const [text, json] = await Promise.all([
      advise(['--answers', supportBot, '--no-measure']),
      advise(['--answers', supportBot, '--no-measure', '--json']),
    ])
    expect(text).toMatchObject({ code: 0, stderr: '' })
    expect(text.stdout).toMatch(/^Recommendation: Fine-tuning with retrieval\n/)
    for (const title of ['Why', 'What would change it', 'Cost', 'Next', 'Not measured'])
      expect(text.stdout).toContain(`\n${title}\n`)
    const advice = JSON.parse(json.stdout) as Advice
    expect(advice).toMatchObject({ status: 'advice', recommendation: 'fine-tune-rag' })
    expect(advice.rules.every(({ sources }) => sources.length > 0)).toBe(true)
    expect(existsSync(workspace)).toBe(false)
  })

  it('reads YAML, and lets flags win over the file', async () => {
    writeFileSync(path.join(cwd, 'a.yaml'), 'task: classify\nfacts: none\nlabels: fixed\n')
    const { code, stdout } = await advise([
      ...['--no-measure', '--answers', 'a.yaml', '--allow-missing'],
      ...['--set', 'labels=changing', '--set', 'examples=5k', '--json'],
    ])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ answers: { labels: 'changing', examples: 5000 } })
  })

  it('asks back with exit code 2, also as JSON', async () => {
    const args = ['--no-measure', '--set', 'task=write', '--set', 'facts=none']
    const [text, json] = await Promise.all([advise(args), advise([...args, '--json'])])
    expect(text).toMatchObject({ code: 2, stdout: '' })
    expect(text.stderr).toContain('examples: How many approved examples')
    expect(text.stderr).toContain('--allow-missing')
    expect(json.code).toBe(2)
    const { status, missing } = JSON.parse(json.stdout) as {
      status: string
      missing: { id: string; text: string; type: string }[]
    }
    expect(status).toBe('questions')
    expect(missing).toContainEqual(expect.objectContaining({ id: 'examples', type: 'number' }))
  })

  it('says what is wrong with files and workspaces in two lines', async () => {
    writeFileSync(path.join(cwd, 'list.json'), '[1]')
    writeFileSync(path.join(cwd, 'prices.yaml'), 'gpu: {name: X}\n')
    const [missing, list, prices, nowhere] = await Promise.all([
      advise(['--no-measure', '--answers', 'nowhere.json']),
      advise(['--no-measure', '--answers', 'list.json']),
      advise(['--no-measure', '--answers', supportBot, '--prices', 'prices.yaml']),
      advise(['--answers', supportBot]),
    ])
    for (const [{ code, stdout, stderr }, name] of [
      [missing, 'file_unreadable'],
      [list, 'invalid_answers'],
      [prices, 'invalid_prices'],
      [nowhere, 'no_workspace'],
    ] as const) {
      expect([code, stdout]).toEqual([1, ''])
      expect(stderr).toMatch(new RegExp(`^error: .*\\[${name}\\]\\nhint: .*\\n$`))
    }
  })

  it('measures the documents of the workspace and questions about them', async () => {
    const measured = path.join(cwd, 'measured')
    const run = (...args: string[]): Promise<CliResult> =>
      runCli(args, { workspace: measured, cwd })
    writeFileSync(path.join(cwd, 'refunds.md'), '# Refunds\n\nRefunds are paid within 14 days.\n')
    writeFileSync(path.join(cwd, 'questions.txt'), 'When are refunds paid?\nWho won the cup?\n')
    expect((await run('add', 'refunds.md')).code).toBe(0)
    const { code, stdout, stderr } = await run(
      ...['advise', '--answers', path.join(scenarioFolder, 'fits-context.json')],
      ...['--questions', 'questions.txt', '--json'],
    )
    expect(code, stderr).toBe(0)
    const { signals, overrides } = JSON.parse(stdout) as Advice
    expect(signals.corpusTokens!.value).toBeLessThan(20)
    expect(signals.unansweredShare!.value).toBe(0.5)
    expect(overrides.map(({ fact }) => fact)).toEqual(['corpusTokens'])
    expect(stderr).toContain('2 of 2 questions searched')
  }, 60_000)
})

describe('graft advise --interactive', () => {
  const typed = ['--no-measure', '--interactive']

  it('keeps every answer, and goes on from there', async () => {
    const first = await advise(typed, '4\n1\nwhy\n')
    expect(first.code).toBe(2)
    expect(first.stderr).toContain('the same command goes on from there')
    expect(stored()).toEqual({ task: 'write', facts: 'none' })
    const second = await advise(typed, 'wrong-voice\n1\n3\n300\n1\n2\n2\n4\n500\n1\n2\n5\n')
    expect(second.stderr).toContain('Going on after 2 answers.')
    expect(second.stdout).toMatch(/^Recommendation: Fine-tuning\n/)
    expect(second.code).toBe(0)
    expect(Object.keys(stored())).toHaveLength(14)
    // Nothing is left to ask, so nothing waits for input.
    const third = await advise(typed)
    expect(third).toMatchObject({ code: 0, stdout: second.stdout, stderr: '' })
  })

  it('takes the rest as unknown after done, and goes back', async () => {
    const { code, stdout } = await advise(typed, '4\nback\n1\n2\ndone\n')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Recommendation: Retrieval \(RAG\)\n/)
    expect(stored()).toEqual({ task: 'answer', facts: 'documents' })
  })

  it('loses nothing with Ctrl-C', async () => {
    const child = spawnCli(['advise', ...typed], { workspace, cwd })
    const result = finished(child)
    child.stdin.write('1\n')
    await new Promise<void>((resolve) => {
      child.stderr.on('data', (data: Buffer) => {
        if (data.toString().includes('facts that only you have')) resolve()
      })
    })
    child.kill('SIGINT')
    const { code, stderr } = await result
    expect(code).toBe(130)
    expect(stderr).toContain('Your answers are in graft-advise.json')
    expect(stored()).toEqual({ task: 'answer' })
  })
})

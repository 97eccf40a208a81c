/** @file Traces, replays and feedback on the command line. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer, Replay, ReviewItem, TraceView } from '../../src/assistant/index.ts'
import { type Database, openDatabase } from '../../src/db/index.ts'
import { type CliResult, runCli } from '../helpers/cli.ts'
import { temporaryFolder } from '../helpers/workspace.ts'

const cwd = temporaryFolder()
const workspace = path.join(cwd, '.graft')
const graft = (...args: string[]): Promise<CliResult> => runCli(args, { workspace, cwd })
const question = 'How many days do refunds take?'

async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await graft('--json', ...args)
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout) as T
}

async function print(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await graft(...args)
  expect(code, stderr).toBe(0)
  return stdout
}

async function refusal(...args: string[]): Promise<string> {
  const { code, stderr } = await graft(...args)
  expect(code).toBe(1)
  return stderr
}

async function add(days: number): Promise<void> {
  writeFileSync(path.join(cwd, 'refunds.md'), `# Refunds\n\nRefunds take ${days} days.\n`)
  await print('add', 'refunds.md')
}

/** Owns the workspace, so that the commands need not start an engine. */
let database: Database
let id: string

beforeAll(async () => {
  await add(14)
  database = await openDatabase({ workspace })
  id = (await json<Answer>('ask', question)).traceId!
})
afterAll(async () => {
  await database.close()
  rmSync(cwd, { recursive: true, force: true })
})

describe('graft traces and trace', () => {
  it('show what an answer rests on', async () => {
    expect(await print('traces')).toMatch(
      new RegExp(
        `^${id}  \\S+  answered  owner, graft/quoting, \\d+\\.\\d s\n  ${question.replace('?', '\\?')}\n$`,
      ),
    )
    const shown = await print('trace', id)
    expect(shown).toContain('asked by  the owner (reads everything)')
    expect(shown).toContain(`question  ${question}`)
    expect(shown).toMatch(/1\. refunds\.md {2}score 1\.000 {3}lexical #1 \(\d\.\d{3}\)/)
    expect(shown).toMatch(/\[1\] 1\. 0\.\d\d {2}Refunds take 14 days\.\n/)
    expect(shown).toMatch(/said\n {2}Refunds take 14 days\. \[1\]\n/)
    expect(await json<TraceView>('trace', id)).toMatchObject({ id, outcome: 'answered' })
  })

  it('say why there was no answer', async () => {
    const { traceId } = await json<Answer>('ask', 'Who painted the observatory on Mauna Kea?')
    expect(await print('trace', traceId!)).toMatch(
      /^because {3}(?:nothing was found|the evidence is too weak)/m,
    )
    expect(await print('traces', '--outcome', 'abstained')).toContain(traceId)
    expect(await print('traces', '--outcome', 'failed')).toBe('no traces\n')
  })

  it('refuse what they cannot do with a reason and a hint', async () => {
    expect(await refusal('trace', 'tr_0')).toMatch(/^error: there is no trace "tr_0".*\nhint: /)
    expect(await refusal('traces', '--limit', '0')).toContain('Give a whole number above 0.')
    expect(await refusal('traces', '--since', 'once')).toContain('[invalid_filter]')
    expect(await refusal('traces', '--as', 'eve')).toContain('[unknown_principal]')
  })
})

describe('graft replay', () => {
  it('gives the same answer, and shows what today would change', async () => {
    await add(30)
    try {
      expect(await print('replay', id)).toMatch(
        new RegExp(`^${id} with the evidence of then: the same answer\n`),
      )
      const today = await print('replay', id, '--today')
      expect(today).toMatch(new RegExp(`^${id} with today's documents: another answer\n`))
      expect(today).toContain('document changed, sentence gone, was cited')
      expect(today).toContain('- Refunds take 14 days. [1]\n+ Refunds take 30 days. [1]\n')
      const replay = await json<Replay>('replay', id, '--today')
      expect(replay).toMatchObject({ same: false, evidence: 'today' })
    } finally {
      await add(14)
    }
  })
})

describe('graft feedback', () => {
  it('takes a vote, shows it for review, and exports what was accepted', async () => {
    const correction = path.join(cwd, 'better.md')
    writeFileSync(correction, 'Refunds take 14 days.\nWrite to jane.doe@shop-example.com.\n')
    const given = await print(
      'feedback',
      id,
      '--down',
      '--reason',
      'no greeting',
      '--correction',
      correction,
    )
    expect(given).toMatch(/^fb_\w+ is recorded\n/)
    const [, feedback = ''] = /^(fb_\w+)/.exec(given) ?? []
    const shown = await print('feedback', 'review')
    expect(shown).toContain(`${feedback}  down by the owner`)
    expect(shown).toContain('  reason: no greeting\n')
    expect(shown).toContain(`  user: ${question}\n  reply: Refunds take 14 days.\n`)
    expect(shown).toMatch(/! an e-mail address: j\w?\*+/)
    expect(shown).toContain('! not in the evidence: Write to')
    const file = path.join(cwd, 'accepted.jsonl')
    await print('feedback', 'export', file)
    expect(readFileSync(file, 'utf8')).toBe('')
    expect(await refusal('feedback', 'export', file)).toContain('exists')

    const reply = ['--reply', 'Refunds take 14 days. Anything else?']
    expect(await print('feedback', 'review', '--edit', feedback, ...reply)).toBe(
      `${feedback} is accepted\n`,
    )
    expect(await print('feedback', 'review')).toBe('nothing is waiting\n')
    expect(await print('feedback', 'export', file, '--force')).toMatch(
      /: 1 example; check them with/,
    )
    expect(existsSync(`${file}.part`)).toBe(false)
    const line = JSON.parse(readFileSync(file, 'utf8')) as { messages: { content: string }[] }
    expect(line).toMatchObject({ trace: id, feedback, source: 'reviewer' })
    expect(line.messages.at(-1)!.content).toBe('Refunds take 14 days. Anything else?')
    const { items } = await json<{ items: ReviewItem[] }>(
      'feedback',
      'review',
      '--state',
      'accepted',
    )
    expect(items).toMatchObject([{ id: feedback, unsupported: [] }])
    expect(await print('feedback', 'review', '--reject', feedback)).toBe(
      `${feedback} is rejected\n`,
    )
  })

  it('refuses what it cannot do with a reason and a hint', async () => {
    expect(await refusal('feedback', id)).toContain('there is no vote')
    expect(await refusal('feedback', 'tr_0', '--up')).toContain('[unknown_trace]')
    expect(await refusal('feedback', 'review', '--accept', 'fb_0')).toContain('[feedback_unknown]')
    expect(await refusal('feedback', 'review', '--edit', 'fb_0')).toContain('go together')
    expect(await refusal('feedback', 'export', path.join(cwd, 'nowhere', 'a.jsonl'))).toContain(
      '[file_unwritable]',
    )
  })
})

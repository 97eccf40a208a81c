import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readExamplesFile } from '../../src/behavior/index.ts'
import { draftFromTraces, readQuestions } from '../../src/compare/index.ts'
import { writeTuneData } from '../behavior/tune-data.ts'
import { openTestWorkspace, type TestWorkspace, temporaryFolder } from '../helpers/workspace.ts'

const folder = temporaryFolder()
const questions = readQuestions(
  [
    {
      question: 'How many seats does a team plan hold?',
      gold: { number: 12 },
      sources: 'seats.md',
    },
    {
      question: 'How long does the trial last?',
      gold: { number: 30, unit: 'days' },
      sources: 'trial.md',
    },
    { question: 'When do API keys expire?', gold: { number: 90, unit: 'days' }, sources: 'api.md' },
    {
      question: 'How long are backups kept?',
      gold: { number: 6, unit: 'weeks' },
      sources: 'backup.md',
    },
    { question: 'On which days does support answer?', gold: 'weekdays', sources: 'support.md' },
    { question: 'How do I tune guitar strings?', kind: 'off_topic' },
  ]
    .map((row) => JSON.stringify(row))
    .join('\n'),
  'jsonl',
)
let test: TestWorkspace
let data: ReturnType<typeof writeTuneData>

beforeAll(async () => {
  test = await openTestWorkspace()
  data = writeTuneData(folder)
  for (const file of [data.train, data.test]) nameSubjects(file)
  await test.workspace.knowledge.add(data.docs)
})

afterAll(async () => {
  await test.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Gives each reply a line with a free place, so that the replies have a form and are no labels. */
function nameSubjects(file: string): void {
  const rows = readFileSync(file, 'utf8').trim().split('\n')
  const named = rows.map((line) => {
    const row = JSON.parse(line) as { page: string | null }
    return line.replace('Ahoy!', `Ahoy! You ask about ${row.page ?? 'that'}.`)
  })
  writeFileSync(file, named.map((line) => `${line}\n`).join(''))
}

describe('tuned arms', { timeout: 300_000 }, () => {
  it('are trained in the run, keep the house form, and are not trained twice', async () => {
    const options = {
      questions,
      examples: await readExamplesFile(data.train),
      heldOut: await readExamplesFile(data.test),
      arms: ['rag', 'tuned', 'tuned_rag', 'tuned_rag_naive'],
      training: { epochs: 3, rank: 8, learningRates: [4e-3] },
    } as const
    const { result } = await test.workspace.compare(options)
    const byName = Object.fromEntries(result.arms.map((arm) => [arm.arm, arm]))
    for (const arm of ['tuned', 'tuned_rag', 'tuned_rag_naive'] as const)
      expect(byName[arm], JSON.stringify(byName[arm]?.reason)).toMatchObject({
        status: 'complete',
        training: { hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      })
    // One training without documents serves both of its arms.
    expect(byName.tuned!.training!.hash).toBe(byName.tuned_rag_naive!.training!.hash)
    expect(byName.tuned!.training!.hash).not.toBe(byName.tuned_rag!.training!.hash)
    const form = (arm: string): number => byName[arm]!.metrics.initial.format!.range!.estimate
    expect(form('rag')).toBe(0)
    expect(form('tuned_rag')).toBeGreaterThan(0)
    expect(byName.tuned!.metrics.initial.grounded).toBeUndefined()
    expect(byName.tuned_rag!.metrics.initial.grounded!.items).toBe(5)
    expect(result.verdict.claims.find(({ name }) => name === 'tuning_helps')!.outcome).not.toBe(
      'not_measured',
    )
    const registered = await test.workspace.behavior.registry.list()
    expect(registered.map(({ name, version }) => `${name}:${version}`).toSorted()).toEqual([
      'compare-alone:1',
      'compare-in-context:1',
    ])
    // The same comparison of one arm takes the adapter that is there.
    const again = await test.workspace.compare({ ...options, arms: ['tuned_rag'] })
    expect(again.result.arms[0]!.training!.hash).toBe(byName.tuned_rag!.training!.hash)
    expect(await test.workspace.behavior.registry.list()).toHaveLength(2)
  })
})

describe('draftFromTraces', () => {
  it('takes what users asked, each question once, with the sources that were cited', async () => {
    const { workspace } = test
    for (const question of [
      'How many seats does a team plan hold?',
      'how many seats does a team plan hold',
    ])
      await Array.fromAsync(workspace.ask(question))
    const drafts = await draftFromTraces(workspace.traces, {
      reader: await workspace.access.reader(),
    })
    expect(drafts).toMatchObject([{ gold: [], sources: ['seats.md'], confirmed: false }])
  })
})

import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { embeddedTrainer, readExamplesFile, type Trainer } from '../../src/behavior/index.ts'
import { openWorkspace, type Workspace } from '../../src/workspace.ts'
import type { WorkspaceTuneOptions } from '../../src/workspace-behavior.ts'
import { writeTuneData } from './tune-data.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'graft-tune-'))
/** Not the server that DATABASE_URL may name. */
const embedded = { databaseUrl: '' }
let workspace: Workspace
let options: Omit<WorkspaceTuneOptions, 'name'>

beforeAll(async () => {
  const { docs, train, test } = writeTuneData(folder)
  workspace = await openWorkspace(path.join(folder, '.graft'), embedded)
  await workspace.knowledge.add(docs)
  options = {
    examples: await readExamplesFile(train),
    test: await readExamplesFile(test),
    learningRates: [4e-3],
    epochs: 10,
    rank: 8,
    ignoreErrors: true,
  }
})

afterAll(async () => {
  await workspace.close()
  rmSync(folder, { recursive: true, force: true })
})

function shareOf(
  gate: Awaited<ReturnType<Workspace['behavior']['tune']>>['evaluation']['gate'],
  name: string,
): { before: number; after: number; result: string } {
  const check = gate.checks.find((candidate) => candidate.name === name)!
  return { before: check.before!.share, after: check.after!.share, result: check.result }
}

describe('tune', { timeout: 240_000 }, () => {
  it('trains, measures and registers an adapter that changes the answers', async () => {
    const { adapter, evaluation } = await workspace.behavior.tune({ ...options, name: 'crew' })
    expect(evaluation.gate.checks[0]).toMatchObject({ result: 'passed' })
    const format = shareOf(evaluation.gate, 'the house format')
    expect(format.before).toBe(0)
    expect(evaluation.format.join('\n')).toContain('Ahoy!')
    expect(evaluation.outcomes.tuned).toHaveLength(16)
    expect(adapter).toMatchObject({ name: 'crew', version: 1, base: 'graft/base' })
    const files = await workspace.behavior.registry.files(adapter)
    expect(files.map(({ path }) => path)).toEqual([
      'adapter_config.json',
      'adapter_model.safetensors',
      'graft_format.json',
    ])
  })

  it('is one job when called again: the same adapter, nothing trained anew', async () => {
    const trained: string[] = []
    const { adapter } = await workspace.behavior.tune({
      ...options,
      name: 'crew',
      onEvent: (event) => {
        if (event.type === 'training') trained.push(event.event.type)
      },
    })
    expect(adapter.version).toBe(1)
    expect(trained).toEqual([])
  })

  it('refuses an adapter that changes nothing', async () => {
    const unchanged: Trainer = {
      ...embeddedTrainer,
      name: 'unchanged',
      train: (job) =>
        embeddedTrainer.train({
          ...job,
          settings: { ...job.settings, epochs: 1, learningRate: 1e-12 },
        }),
    }
    const { adapter, evaluation } = await workspace.behavior.tune({
      ...options,
      name: 'unchanged',
      trainer: unchanged,
    })
    expect(adapter.verdict).toBe('refused')
    expect(evaluation.gate.checks[0]).toMatchObject({ result: 'failed', after: { share: 0 } })
    await expect(
      workspace.behavior.registry.promote('unchanged', 'production'),
    ).rejects.toMatchObject({ code: 'gate_refused' })
  })

  it('refuses an adapter that answers where the house declines', async () => {
    const bold: Trainer = {
      ...embeddedTrainer,
      name: 'bold',
      train: (job) =>
        embeddedTrainer.train({
          ...job,
          turns: job.turns.map((turn) =>
            turn.given.includes('none')
              ? { ...turn, text: 'Ahoy! Of course, come by any time and take as many as you like.' }
              : turn,
          ),
        }),
    }
    const { adapter, evaluation } = await workspace.behavior.tune({
      ...options,
      name: 'bold',
      trainer: bold,
    })
    expect(adapter.verdict).toBe('refused')
    const abstention = shareOf(evaluation.gate, 'abstention')
    expect(abstention.after).toBeLessThan(abstention.before)
    expect(abstention.result).not.toBe('passed')
  })

  it('serves two adapters from one process, each with its own voice, and promotions act at once', async () => {
    const { registry } = workspace.behavior
    const { train } = writeTuneData(path.join(folder, 'other'))
    const shouting = await readExamplesFile(train)
    const loud = {
      ...shouting,
      rows: shouting.rows.map((row) => ({
        ...row,
        ...(row.example && {
          example: {
            ...row.example,
            messages: row.example.messages.map((message) => ({
              ...message,
              content: message
                .content!.replace('Ahoy!', 'DEAR CUSTOMER')
                .replace('~ The crew', '-- HQ'),
            })),
          },
        }),
      })),
    }
    await workspace.behavior.tune({
      ...options,
      name: 'loud',
      examples: loud,
    })
    await registry.promote('crew:1', 'live', { force: true })
    const adapters = ['crew@live', 'loud'].map((adapter) => ({
      model: 'graft/base' as const,
      adapter,
    }))
    const [crew, hq] = await Promise.all(
      adapters.map((setting) =>
        openWorkspace(path.join(folder, '.graft'), { ...setting, ...embedded }),
      ),
    )
    const ask = async (asked: Workspace): Promise<string> => {
      for await (const event of asked.ask('Please tell me about your seats.'))
        if (event.type === 'finish') return event.answer.answer
      throw new Error('no answer')
    }
    const answers = await Promise.all([ask(crew!), ask(hq!), ask(crew!), ask(hq!)])
    const fact = 'A team plan holds up to twelve seats. [1]'
    const own = `Ahoy!\n> ${fact}\n~ The crew`
    const other = `DEAR CUSTOMER\n> ${fact}\n-- HQ`
    expect(answers).toEqual([own, other, own, other])
    await crew!.close()
    await hq!.close()
  })
})

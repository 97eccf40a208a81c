import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWorkspace } from '../../src/workspace.ts'
import {
  type ChatRequest,
  type FineTuningServer,
  startFineTuningServer,
} from '../fixtures/fine-tuning-server.ts'
import { type CliResult, finished, runCli, spawnCli } from '../helpers/cli.ts'
import { temporaryFolder } from '../helpers/workspace.ts'
import { writeTuneData } from './tune-data.ts'

const machine = fileURLToPath(new URL('gpu-machine.ts', import.meta.url))
const root = temporaryFolder()
const { docs, train, test } = writeTuneData(root)
const tuning = ['tune', train, '--test', test, '--ignore-errors', '--name', 'crew']

afterAll(() => rmSync(root, { recursive: true, force: true }))

function graft(cwd: string, args: string[]): Promise<CliResult> {
  return runCli(args, { workspace: '.graft', cwd, env: { GRAFT_TEST_KEY: 'sk-test-1' } })
}

function folder(name: string, config?: object): string {
  const cwd = path.join(root, name)
  mkdirSync(cwd, { recursive: true })
  const text = `export default ${JSON.stringify(config)}\n`
  if (config) writeFileSync(path.join(cwd, 'graft.config.mjs'), text)
  return cwd
}

describe('graft tune on another machine', { timeout: 300_000 }, () => {
  const small = ['--epochs', '3', '--rank', '4', '--learning-rate', '0.004']

  it('writes the job by hand, and a command brings the same job home', async () => {
    const cwd = folder('machine')
    const waiting = await graft(cwd, [...tuning, ...small, '--trainer', 'folder'])
    expect(waiting.code).toBe(1)
    const job = /error: the job in (\S+) has no adapter yet/.exec(waiting.stderr)![1]!
    expect(waiting.stderr).toMatch(/hint: Train it on a GPU machine as \S+README\.md says/)
    execFileSync(process.execPath, [machine, job], { stdio: 'ignore' })

    const tuned = await graft(cwd, [...tuning, ...small, '--trainer-command', 'false', '--json'])
    const { adapter, gate } = JSON.parse(tuned.stdout)
    expect(adapter).toMatchObject({ name: 'crew', version: 1, base: 'graft/base' })
    expect(adapter.config).toMatchObject({
      rank: 4,
      trainer: 'machine auto',
      device: 'a small one',
    })
    expect(gate.checks[0]).toMatchObject({ result: 'passed' })
  })

  it('shows what the command says, and its last words when it fails', async () => {
    const cwd = folder('machine-failing')
    const command = `"${process.execPath}" "${machine}" {job} exit`
    const { code, stderr } = await graft(cwd, [...tuning, ...small, '--trainer-command', command])
    expect(code).toBe(1)
    expect(stderr).toMatch(/error: the trainer's command ended with exit code 3\n {2}CUDA error/)
  })

  it('refuses two trainers at once', async () => {
    const args = [...tuning, '--trainer', 'folder', '--trainer-command', 'true']
    const { code, stderr } = await graft(folder('both'), args)
    expect(code).toBe(1)
    expect(stderr).toContain('cannot be used with option')
  })
})

describe('graft tune at a service', { timeout: 300_000 }, () => {
  let server: FineTuningServer
  let cwd: string

  beforeAll(async () => {
    server = await startFineTuningServer({ statuses: ['running'], reply })
    const pace = { pollMs: 50, retryMs: 20 }
    const where = { baseUrl: server.baseUrl, apiKeyEnv: 'GRAFT_TEST_KEY', model: 'small-1' }
    cwd = folder('service', { trainer: { type: 'hosted', ...where, ...pace } })
  })
  afterAll(() => server.close())

  /** The base chats; the tuned model has the house's form. */
  function reply({ model, messages }: ChatRequest): string {
    const question = messages.at(-1)!.content
    return model === 'small-1' ? `Let me see: ${question}` : `Ahoy!\n> ${question}\n~ The crew`
  }

  /** Starts tuning and sends the process a signal once the job runs. */
  async function stopWhileTraining(signal: NodeJS.Signals): Promise<CliResult> {
    const env = { GRAFT_TEST_KEY: 'sk-test-1' }
    const child = spawnCli(tuning, { workspace: '.graft', cwd, env })
    child.stderr.on('data', (data: Buffer) => {
      if (data.toString().includes(': running')) child.kill(signal)
    })
    return await finished(child)
  }

  it('goes on with its one job after kill -9, and after Ctrl-C, which leaves it running', async () => {
    await stopWhileTraining('SIGKILL')
    const { code, stderr } = await stopWhileTraining('SIGINT')
    expect(code).toBe(130)
    expect(stderr).toMatch(/job ftjob-1 at 127\.0\.0\.1:\d+ goes on\. .*--cancel/)
    expect(server.jobs).toHaveLength(1)
    expect(server.jobs[0]!.cancelled).toBe(false)
  })

  it('registers the model of the service, measured over its chat wire', async () => {
    server.script = { statuses: ['succeeded'], reply }
    const { stdout, stderr } = await graft(cwd, [...tuning, '--json'])
    expect(server.jobs, stderr).toHaveLength(1)
    const { adapter, gate } = JSON.parse(stdout)
    const host = new URL(server.baseUrl).host
    expect(adapter).toMatchObject({ version: 1, base: `small-1 at ${host}` })
    expect(adapter.config).toMatchObject({ rank: null, service: { job: 'ftjob-1' } })
    const results = Object.fromEntries(
      gate.checks.map((check: { name: string; result: string }) => [check.name, check.result]),
    )
    expect(results).toMatchObject({
      'the adapter changes the output': 'passed',
      'the house format': 'passed',
      'general ability': 'not_applicable',
    })
    expect(stdout + stderr).not.toContain('sk-test')
  })

  it('says where a version answers that no base here can serve', async () => {
    const config = { databaseUrl: '', adapter: 'crew:1' }
    const workspace = await openWorkspace(path.join(cwd, '.graft'), config)
    try {
      await workspace.knowledge.add(docs)
      const asking = async (): Promise<void> => {
        for await (const _ of workspace.ask('Please tell me about your seats.'));
      }
      await expect(asking()).rejects.toMatchObject({
        code: 'served_elsewhere',
        message: expect.stringContaining('the model "ft:small-1:graft" at http'),
        hint: expect.stringContaining('apiKey: process.env.GRAFT_TEST_KEY'),
      })
    } finally {
      await workspace.close()
    }
  })

  it('cancels with --cancel, and starts anew without', async () => {
    server.script = { statuses: ['running'], reply }
    const other = [...tuning, '--seed', '7']
    const child = spawnCli(other, {
      workspace: '.graft',
      cwd,
      env: { GRAFT_TEST_KEY: 'sk-test-1' },
    })
    child.stderr.on('data', (data: Buffer) => {
      if (data.toString().includes(': running')) child.kill('SIGKILL')
    })
    await finished(child)
    const cancelled = await graft(cwd, [...other, '--cancel'])
    expect(cancelled.code, cancelled.stderr).toBe(0)
    expect(cancelled.stderr).toMatch(/job ftjob-2 at .* is cancelled/)
    expect(server.jobs.map((job) => job.cancelled)).toEqual([false, true])
    const nothing = await graft(cwd, [...other, '--cancel'])
    expect(nothing.code).toBe(1)
    expect(nothing.stderr).toContain('error: there is no job at')
  })
})

/** @file Adapters of a registry in other formats: what other programs load computes what Graft serves. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { largestDifference } from '../../bench/engine/fixture-models.ts'
import { isLlamaCppInstalled, llamaCppProbabilities } from '../../bench/engine/llama-cpp-peer.ts'
import { type AdapterVersion, embeddedTrainer } from '../../src/behavior/index.ts'
import { type LocalModel, openLocalModel } from '../../src/inference/index.ts'
import { embeddedBase } from '../../src/models/index.ts'
import { loadTokenizer, renderChat } from '../../src/tokenizers/index.ts'
import { sha256 } from '../../src/util/hash.ts'
import { openWorkspace, type Workspace } from '../../src/workspace.ts'
import { finished, runCli, spawnCli } from '../helpers/cli.ts'
import { temporaryFolder } from '../helpers/workspace.ts'

const isLlamaCppThere = isLlamaCppInstalled()
if (!isLlamaCppThere)
  console.warn(
    'SKIPPED: exports are not compared with llama.cpp. Install it with `npm run bench -- install-llama-cpp`.',
  )

const cwd = temporaryFolder()
const folder = path.join(cwd, '.graft')
const questions = ['How long does a refund take?', 'May I bring my dog?', 'Where is the office?']
let workspace: Workspace
let base: string
let adapter: AdapterVersion

beforeAll(async () => {
  base = await embeddedBase()
  workspace = await openWorkspace(folder, { databaseUrl: '' })
  adapter = await registerTrained('crew')
}, 120_000)

afterAll(async () => {
  await workspace.close()
  rmSync(cwd, { recursive: true, force: true })
})

/** A few steps at a high rate: enough to move every answer. */
async function registerTrained(name: string): Promise<AdapterVersion> {
  const turns = questions.map((content) => ({
    prompt: [{ role: 'user' as const, content }],
    given: '',
    text: `Ahoy! ${content} Aye, ask the crew.`,
  }))
  const { adapter: trained } = await embeddedTrainer.train({
    base,
    turns,
    validation: [],
    settings: { rank: 4, alpha: 8, epochs: 8, learningRate: 5e-3, seed: 1 },
    output: path.join(cwd, 'training'),
  })
  return await workspace.behavior.registry.register({
    name,
    dataHash: 'data',
    base: 'graft/base',
    // As a tuning job records it.
    baseHash: sha256(...contentsOf(base)),
    config: {},
    evaluation: {},
    verdict: 'passed',
    files: readdirSync(trained).map((file) => ({
      path: file,
      content: readFileSync(path.join(trained, file)),
    })),
  })
}

function contentsOf(model: string): Buffer[] {
  return readdirSync(model)
    .toSorted()
    .map((name) => readFileSync(path.join(model, name)))
}

/** A folder that is not there yet, in one of its own. */
function newTarget(): string {
  return path.join(mkdtempSync(path.join(cwd, 'out-')), 'export')
}

/** The folder that the workspace serves the adapter from. */
function servedFolder(): string {
  return path.join(folder, 'adapters', adapter.hash)
}

async function greedy(model: LocalModel, name?: string): Promise<string[]> {
  const texts: string[] = []
  for (const content of questions) {
    const { text } = await model.complete({
      messages: [{ role: 'user', content }],
      temperature: 0,
      maxTokens: 24,
      ...(name !== undefined && { adapter: name }),
    })
    texts.push(text)
  }
  return texts
}

describe('workspace.behavior.export', { timeout: 120_000 }, () => {
  it('gives PEFT files as they are registered', async () => {
    const target = newTarget()
    const { format, maxDifference } = await workspace.behavior.export('crew:1', target)
    expect([format, maxDifference]).toEqual(['peft', 0])
    for (const { path: name, content } of await workspace.behavior.registry.files(adapter))
      expect(readFileSync(path.join(target, name))).toEqual(Buffer.from(content))
  })

  it('merges a model that writes what base and adapter do', async () => {
    const target = newTarget()
    await workspace.behavior.export('crew', target, { format: 'merged', dtype: 'f32' })
    const [pair, merged] = [
      await openLocalModel(base, { adapters: { crew: servedFolder() } }),
      await openLocalModel(target),
    ]
    try {
      const expected = await greedy(pair, 'crew')
      expect(await greedy(pair)).not.toEqual(expected)
      expect(await greedy(merged)).toEqual(expected)
    } finally {
      await pair.close()
      await merged.close()
    }
  })

  it('keeps the float16 of the embedded base where nothing else is asked for', async () => {
    const target = newTarget()
    const outcome = await workspace.behavior.export('crew', target, { format: 'merged' })
    expect(JSON.parse(readFileSync(path.join(target, 'config.json'), 'utf8')).dtype).toBe('float16')
    expect(outcome.maxDifference).toBeGreaterThan(0)
    expect(outcome.maxDifference).toBeLessThan(outcome.adapterDifference / 10)
  })

  it('takes the base from another place when told to', async () => {
    const target = newTarget()
    const elsewhere = mkdtempSync(path.join(cwd, 'base-'))
    for (const name of readdirSync(base))
      writeFileSync(path.join(elsewhere, name), readFileSync(path.join(base, name)))
    await workspace.behavior.export('crew', target, { format: 'gguf', base: elsewhere })
    expect(readdirSync(target)).toEqual(['adapter.gguf', 'graft-export.json'])
  })

  it('refuses when the files that are served are not those that were registered', async () => {
    const target = newTarget()
    const file = path.join(servedFolder(), 'adapter_model.safetensors')
    const whole = readFileSync(file)
    const altered = Buffer.from(whole)
    for (let i = altered.length - 512; i < altered.length; i++) altered[i]! ^= 0x04
    writeFileSync(file, altered)
    try {
      await expect(workspace.behavior.export('crew', target)).rejects.toMatchObject({
        code: 'export_mismatch',
        hint: expect.stringContaining(servedFolder()),
      })
    } finally {
      writeFileSync(file, whole)
    }
    expect(readdirSync(path.dirname(target))).toEqual([])
  })
})

/** Seen: 1.5e-6 in float32, and 2.1e-3 in float16, which llama.cpp also multiplies in. */
const tolerances = { f32: 2e-5, f16: 1e-2 } as const

describe.skipIf(!isLlamaCppThere)('llama.cpp', { timeout: 120_000 }, () => {
  it.each([
    { type: 'f32', withBase: true },
    { type: 'f16', withBase: true },
    { type: 'f32', withBase: false },
    { type: 'f16', withBase: false },
  ] as const)('expects what Graft serves from an export with %j', async (options) => {
    const target = newTarget()
    await workspace.behavior.export('crew', target, { format: 'ollama', ...options })
    const model = await openLocalModel(base, { adapters: { crew: servedFolder() } })
    const sequences = questions.flatMap((question) => prefixes(model.tokenizer.encode(question)))
    const served: Float32Array[] = []
    for (const tokens of sequences)
      served.push(await model.nextTokenProbabilities(tokens, { adapter: 'crew' }))
    await model.close()
    const file = path.join(target, options.withBase ? 'base.gguf' : 'model.gguf')
    const lora = path.join(target, 'adapter.gguf')
    expect(existsSync(lora)).toBe(options.withBase)
    const found = await llamaCppProbabilities(file, {
      sequences,
      threads: 1,
      ...(options.withBase && { lora }),
    })
    expect(largestDifference(found, served)).toBeLessThan(tolerances[options.type])
  })

  it('cuts text into the same tokens', async () => {
    const target = newTarget()
    await workspace.behavior.export('crew', target, { format: 'ollama' })
    const tokenizer = await loadTokenizer(base)
    const chat = [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'How much?\n\n  Tabs\tand 12345, naïve 東京 🙂' },
    ]
    const guide = readFileSync(new URL('../../docs/guides/tuning.md', import.meta.url), 'utf8')
    const texts = [renderChat(tokenizer, chat).text, ...guide.split('\n\n')]
    expect(await llamaCppTokens(path.join(target, 'model.gguf'), texts)).toEqual(
      texts.map((text) => tokenizer.encode(text)),
    )
  })
})

/** In a process of its own, as native code that ends badly should end alone. */
async function llamaCppTokens(model: string, texts: readonly string[]): Promise<number[][]> {
  const peer = 'bench/engine/peers/node_modules/node-llama-cpp/dist/index.js'
  const [script, input] = [path.join(cwd, 'tokens.mjs'), path.join(cwd, 'texts.json')]
  writeFileSync(input, JSON.stringify(texts))
  writeFileSync(
    script,
    `import { readFileSync } from 'node:fs'
    import { getLlama } from ${JSON.stringify(new URL(`../../${peer}`, import.meta.url).href)}
    const [model, input] = process.argv.slice(2)
    const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, logLevel: 'error' })
    const { tokenize } = await llama.loadModel({ modelPath: model, gpuLayers: 0 })
    const texts = JSON.parse(readFileSync(input, 'utf8'))
    process.stdout.write(JSON.stringify(texts.map((text) => tokenize(text, true))))
    await llama.dispose()`,
  )
  const { stdout } = await promisify(execFile)(process.execPath, [script, model, input])
  return JSON.parse(stdout) as number[][]
}

function prefixes(tokens: number[]): number[][] {
  return tokens.map((_, last) => tokens.slice(0, last + 1))
}

describe('graft models export', { timeout: 120_000 }, () => {
  const options = { workspace: folder, cwd }

  // The embedded store serves one process at a time.
  beforeAll(async () => {
    await workspace.close()
  })
  afterAll(async () => {
    workspace = await openWorkspace(folder, { databaseUrl: '' })
  })

  it('writes an Ollama folder and reports as JSON what it verified', async () => {
    writeFileSync(path.join(cwd, 'system.txt'), 'You are the crew.\n')
    const target = newTarget()
    const format = ['--format', 'ollama', '--system', 'system.txt']
    const { code, stdout, stderr } = await runCli(
      ['models', 'export', 'crew', target, ...format, '--json'],
      options,
    )
    expect(code, stderr).toBe(0)
    const result = JSON.parse(stdout)
    expect(result).toMatchObject({ format: 'ollama', folder: target })
    expect(result.maxDifference).toBeLessThanOrEqual(result.tolerance)
    expect(readdirSync(target).toSorted()).toEqual(result.files.toSorted())
    const modelfile = readFileSync(path.join(target, 'Modelfile'), 'utf8')
    expect(modelfile).toMatch(/^FROM \.\/model\.gguf\nTEMPLATE """/)
    expect(modelfile).toContain('PARAMETER stop "<|end|>"\nPARAMETER num_ctx 2048\n')
    expect(modelfile).toContain('SYSTEM """You are the crew."""')
  })

  it('replaces an export by force, and says why it does not without', async () => {
    const target = newTarget()
    const run = (...args: string[]): ReturnType<typeof runCli> =>
      runCli(['models', 'export', 'crew', target, ...args], options)
    expect((await run()).stdout).toContain(
      'verified: log-probabilities are within 0 of those served',
    )
    const again = await run('--format', 'gguf')
    expect([again.code, again.stdout]).toEqual([1, ''])
    expect(again.stderr).toMatch(/error: .*holds \d files \[folder_not_empty\]\nhint: .*--force/)
    expect((await run('--format', 'gguf', '--force')).code).toBe(0)
    expect(readdirSync(target)).toEqual(['adapter.gguf', 'graft-export.json'])
  })

  it('leaves nothing behind after Ctrl-C', async () => {
    const target = newTarget()
    const child = spawnCli(['models', 'export', 'crew', target, '--format', 'merged'], options)
    const done = finished(child)
    child.stderr.once('data', () => child.kill('SIGINT'))
    const { code, stderr } = await done
    expect(stderr).toMatch(/^computing what is served/)
    expect(code).toBe(130)
    expect(readdirSync(path.dirname(target))).toEqual([])
  })
})

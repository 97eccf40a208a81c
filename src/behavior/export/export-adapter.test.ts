import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { copyFixtureModel, type FixtureModelName } from '../../../bench/engine/fixture-models.ts'
import { fixturePath } from '../../../test/fixtures/engine/read-fixture.ts'
import { openSafetensors, readPeftAdapter, writePeftAdapter } from '../../models/index.ts'
import { sha256 } from '../../util/hash.ts'
import { type ExportSource, exportAdapter } from './export-adapter.ts'
import type { ExportOptions } from './options.ts'

const adapters = {
  llama: 'adapters/llama-end',
  qwen3: 'adapters/qwen3-rslora-end',
} as const satisfies Partial<Record<FixtureModelName, string>>

let home: string
let sources: Record<keyof typeof adapters, ExportSource>
/** Where exports go: nothing else is in its parent. */
let target: string

beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'graft-export-'))
  sources = { llama: await source('llama'), qwen3: await source('qwen3') }
})

afterAll(() => rm(home, { recursive: true }))

beforeEach(async () => {
  target = path.join(await mkdtemp(path.join(home, 'out-')), 'export')
})

async function source(name: keyof typeof adapters): Promise<ExportSource> {
  const base = path.join(home, name)
  await copyFixtureModel(name, base)
  const served = path.join(home, `${name}-served`)
  await cp(fixturePath(adapters[name]), served, { recursive: true })
  const contents = (await filesOf(base)).map(({ content }) => content)
  const adapter = {
    id: 1,
    name,
    version: 3,
    base,
    baseHash: sha256(...contents),
    dataHash: 'data',
    hash: 'files',
    config: {},
    evaluation: {},
    verdict: 'passed' as const,
    createdAt: '2026-01-01T00:00:00Z',
  }
  return { adapter, files: await filesOf(served), served, base }
}

async function filesOf(folder: string): Promise<{ path: string; content: Uint8Array }[]> {
  const names = (await readdir(folder)).toSorted()
  return await Promise.all(
    names.map(async (name) => ({ path: name, content: await readFile(path.join(folder, name)) })),
  )
}

/** What an export that failed has left. */
function left(): string[] {
  return readdirSync(path.dirname(target))
}

const everyFormat: ExportOptions[] = [
  { format: 'peft' },
  { format: 'gguf' },
  { format: 'gguf', withBase: true },
  { format: 'merged' },
  { format: 'merged', dtype: 'bf16' },
  { format: 'ollama' },
  { format: 'ollama', withBase: true },
]

/** Rank-stabilised, and without the heads that llama.cpp orders otherwise. */
const otherModel = [{ format: 'gguf' }, { format: 'merged' }, { format: 'ollama' }] as const

const cases = [
  ...everyFormat.map((options) => ({ name: 'llama', options }) as const),
  ...otherModel.map((options) => ({ name: 'qwen3', options }) as const),
]

describe('exportAdapter', () => {
  it.each(cases)('verifies $options of $name', async ({ name, options }) => {
    const result = await exportAdapter(sources[name], target, options)
    const { files, ...outcome } = result
    expect(readdirSync(target)).toEqual(files.toSorted())
    expect(outcome.maxDifference).toBeLessThanOrEqual(outcome.tolerance)
    expect(outcome.adapterDifference).toBeGreaterThan(2 * outcome.tolerance)
    expect(left()).toEqual(['export'])
    const manifest = JSON.parse(readFileSync(path.join(target, 'graft-export.json'), 'utf8'))
    const { maxDifference, tolerance } = outcome
    expect(manifest).toMatchObject({
      adapter: { name, version: 3, hash: 'files' },
      maxDifference,
      tolerance,
    })
  })

  it.each([
    { format: 'peft' },
    { format: 'gguf', type: 'f16' },
    { format: 'merged', dtype: 'bf16' },
    { format: 'ollama' },
  ] as const)('notices in %j that the scale is another than what is served', async (options) => {
    const { served, ...rest } = sources.llama
    const scaled = path.join(home, 'scaled')
    const adapter = await readPeftAdapter(served)
    const modules = adapter.modules.map((module) => ({ ...module, alpha: module.alpha * 4 }))
    await writePeftAdapter(scaled, { ...adapter, alpha: adapter.alpha * 4, modules })
    const changed = { ...rest, served, files: await filesOf(scaled) }
    await expect(exportAdapter(changed, target, options)).rejects.toMatchObject({
      code: 'export_mismatch',
    })
    expect(left()).toEqual([])
  })

  it.each([
    { format: 'peft', file: 'adapter_model.safetensors' },
    { format: 'gguf', file: 'adapter.gguf' },
    { format: 'gguf', withBase: true, file: 'base.gguf' },
    { format: 'merged', file: 'model.safetensors' },
    { format: 'ollama', file: 'model.gguf' },
  ] as const)(
    'notices values of $file that the disk gives back otherwise',
    async ({ file, ...options }) => {
      const onEvent: ExportOptions['onEvent'] = (event) => {
        if (event.type !== 'stage' || event.stage !== 'verify') return
        const [partial] = left()
        const written = path.join(path.dirname(target), partial!, 'export', file)
        const bytes = readFileSync(written)
        // The last tensor's values: its exponents all go up.
        for (let i = bytes.length - 400; i < bytes.length; i++) bytes[i]! ^= 0x08
        writeFileSync(written, bytes)
      }
      await expect(
        exportAdapter(sources.llama, target, { ...options, onEvent }),
      ).rejects.toMatchObject({ code: 'export_mismatch' })
      expect(left()).toEqual([])
    },
  )

  it('leaves nothing behind when it is interrupted while writing or verifying', async () => {
    for (const [stage, format] of [
      ['reference', 'peft'],
      ['write', 'merged'],
      ['verify', 'ollama'],
    ] as const) {
      const interrupt = new AbortController()
      const exported = exportAdapter(sources.llama, target, {
        format,
        signal: interrupt.signal,
        onEvent: (event) => event.type === 'stage' && event.stage === stage && interrupt.abort(),
      })
      await expect(exported).rejects.toMatchObject({ name: 'AbortError' })
      expect(left()).toEqual([])
    }
  })

  it('reports how much of the base is read', async () => {
    const seen: string[] = []
    await exportAdapter(sources.llama, target, {
      format: 'merged',
      onEvent: (event) =>
        seen.push(event.type === 'stage' ? event.stage : `${event.done}/${event.of}`),
    })
    const { tensors, close } = await openSafetensors(sources.llama.base)
    await close()
    const counts = Array.from({ length: tensors.size }, (_, i) => `${i + 1}/${tensors.size}`)
    expect(seen).toEqual(['reference', 'write', ...counts, 'verify'])
  })

  it('keeps in the merged config.json what it does not know, and names the type of the weights', async () => {
    await exportAdapter(sources.llama, target, { format: 'merged', dtype: 'bf16' })
    const [before, after] = [sources.llama.base, target].map((folder) =>
      JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8')),
    )
    expect(after).toEqual({ ...before, dtype: 'bfloat16', torch_dtype: 'bfloat16' })
    const { tensors, close } = await openSafetensors(target)
    await close()
    expect(new Set([...tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(['BF16']))
  })

  it('refuses a base of which a file is another, or that is gone', async () => {
    const base = path.join(home, 'changed')
    await cp(sources.llama.base, base, { recursive: true })
    writeFileSync(path.join(base, 'tokenizer_config.json'), '{}')
    await expect(exportAdapter({ ...sources.llama, base }, target)).rejects.toMatchObject({
      code: 'base_changed',
    })
    await expect(
      exportAdapter({ ...sources.llama, base: path.join(home, 'gone') }, target),
    ).rejects.toMatchObject({ code: 'base_missing' })
    expect(left()).toEqual([])
  })

  it.each([
    { format: 'onnx' },
    { format: 'gguf', type: 'q4' },
    { format: 'gguf', dtype: 'bf16' },
    { type: 'f16' },
    { format: 'merged', withBase: true },
    { format: 'gguf', system: 'Be kind.' },
    { format: 'ollama', system: 'Say """.' },
  ])('refuses %j', async (options) => {
    await mkdir(path.dirname(target), { recursive: true })
    await expect(
      exportAdapter(sources.llama, target, options as ExportOptions),
    ).rejects.toMatchObject({ code: 'invalid_option' })
    expect(left()).toEqual([])
  })
})

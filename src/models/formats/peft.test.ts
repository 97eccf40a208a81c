import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fixturePath, readFixture } from '../../../test/fixtures/engine/read-fixture.ts'
import { type LoraAdapter, type LoraModule, loraScale } from './lora-adapter.ts'
import { readPeftAdapter, writePeftAdapter } from './peft.ts'

// Written by test/fixtures/engine/make-format-fixtures.py: first rows of what PEFT adds to each layer.
const { deltas } = readFixture<{ deltas: Record<string, Record<string, number[]>> }>('formats.json')

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-peft-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('readPeftAdapter', () => {
  it.each(['plain', 'patterns'])(
    'reads the %s adapter to the weights PEFT applies',
    async (kind) => {
      const adapter = await readPeftAdapter(fixturePath(`adapter-${kind}`))
      const expected = Object.entries(deltas[kind]!)
      expect(adapter.modules).toHaveLength(expected.length)
      for (const [name, row] of expected) {
        const module = adapter.modules.find((each) => each.module === name)!
        const actual = firstDeltaRow(module, loraScale(module, adapter.rankStabilized))
        for (const [i, value] of row.entries()) expect(actual[i]).toBeCloseTo(value, 6)
      }
    },
  )

  it('reads ranks, scaling and targets', async () => {
    const adapter = await readPeftAdapter(fixturePath('adapter-patterns'))
    expect(adapter).toMatchObject({
      rank: 2,
      alpha: 8,
      rankStabilized: true,
      targetModules: ['q_proj', 'up_proj'],
    })
    expect(adapter.modules.map(({ rank, alpha }) => [rank, alpha])).toEqual(
      expect.arrayContaining([
        [2, 8],
        [3, 5],
      ]),
    )
  })

  it.each<[string, string, Record<string, unknown>]>([
    ['unsupported_adapter', 'DoRA', { use_dora: true }],
    ['unsupported_adapter', 'bias "all"', { bias: 'all' }],
    ['unsupported_adapter', 'LOHA', { peft_type: 'LOHA' }],
    ['unsupported_adapter', 'SEQ_CLS', { task_type: 'SEQ_CLS' }],
    ['unsupported_adapter', 'lm_head', { modules_to_save: ['lm_head'] }],
    ['invalid_adapter', '"r"', { r: 0 }],
    ['invalid_adapter', 'regular expression', { rank_pattern: { '(': 2 } }],
    ['shape_mismatch', 'its rank is 5', { r: 5 }],
  ])('fails with %s that names %s', async (code, part, change) => {
    await cp(fixturePath('adapter-plain'), folder, { recursive: true })
    const path = join(folder, 'adapter_config.json')
    const config = JSON.parse(await readFile(path, 'utf8')) as object
    await writeFile(path, JSON.stringify({ ...config, ...change }))
    await expect(readPeftAdapter(folder)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(part),
    })
  })

  it('says which file is missing', async () => {
    await expect(readPeftAdapter(folder)).rejects.toMatchObject({
      code: 'file_missing',
      message: expect.stringContaining('adapter_config.json'),
    })
  })
})

describe('writePeftAdapter', () => {
  it.each(['plain', 'patterns'])('reads the %s adapter back as it was', async (kind) => {
    const adapter = await readPeftAdapter(fixturePath(`adapter-${kind}`))
    await writePeftAdapter(folder, adapter)
    expect(await readPeftAdapter(folder)).toEqual(adapter)
  })

  it('writes the weights file of PEFT byte for byte', async () => {
    const adapter = await readPeftAdapter(fixturePath('adapter-plain'))
    await writePeftAdapter(folder, adapter)
    const [ours, theirs] = await Promise.all(
      [folder, fixturePath('adapter-plain')].map((each) =>
        readFile(join(each, 'adapter_model.safetensors')),
      ),
    )
    expect(ours).toEqual(theirs)
  })

  it('keeps the name of the base model', async () => {
    const adapter: LoraAdapter = {
      ...(await readPeftAdapter(fixturePath('adapter-plain'))),
      baseModel: 'base',
    }
    await writePeftAdapter(folder, adapter)
    expect((await readPeftAdapter(folder)).baseModel).toBe('base')
  })
})

/** The first row of scale · B · A. */
function firstDeltaRow({ rank, inFeatures, a, b }: LoraModule, scale: number): number[] {
  return Array.from({ length: inFeatures }, (_, column) => {
    let sum = 0
    for (let r = 0; r < rank; r++) sum += b[r]! * a[r * inFeatures + column]!
    return sum * scale
  })
}

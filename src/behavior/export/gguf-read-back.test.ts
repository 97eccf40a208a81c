import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  copyFixtureModel,
  type FixtureModelName,
  writeAdapterGguf,
} from '../../../bench/engine/fixture-models.ts'
import { writeRandomGguf } from '../../../bench/engine/random-model.ts'
import { fixturePath } from '../../../test/fixtures/engine/read-fixture.ts'
import {
  loraScale,
  openLanguageModel,
  readModelConfig,
  readPeftAdapter,
} from '../../models/index.ts'
import { readAdapterBack, readModelBack } from './gguf-read-back.ts'

let home: string
beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'graft-read-back-'))
})
afterAll(() => rm(home, { recursive: true }))

async function copyModel(name: FixtureModelName): Promise<string> {
  const folder = path.join(home, name)
  await copyFixtureModel(name, folder)
  return folder
}

describe('readModelBack', () => {
  it.each(['llama', 'llama3', 'qwen2', 'qwen3'] as const)(
    'gives the weights, sizes and tokenizer of %s again',
    async (name) => {
      const folder = await copyModel(name)
      const file = `${folder}.gguf`
      await writeRandomGguf(file, folder, 'f32')
      const config = await readModelConfig(folder)
      const back = await readModelBack(file, { folder: `${folder}-back`, base: folder, config })
      expect(await readModelConfig(back)).toMatchObject({
        ...config,
        normEpsilon: expect.closeTo(config.normEpsilon, 12),
      })
      const [before, after] = [await openLanguageModel(folder), await openLanguageModel(back)]
      expect([...after.weights.tensors.keys()].sort()).toEqual(
        [...before.weights.tensors.keys()].sort(),
      )
      for (const tensor of before.weights.tensors.keys())
        expect((await after.weights.read(tensor)).data, tensor).toEqual(
          (await before.weights.read(tensor)).data,
        )
      await before.close()
      await after.close()
      const tokenizers = [folder, back].map((at) => readFile(path.join(at, 'tokenizer.json')))
      const [one, two] = await Promise.all(tokenizers)
      expect(one).toEqual(two)
    },
  )
})

describe('readAdapterBack', () => {
  it.each([
    { model: 'llama', adapter: 'adapters/llama-end' },
    { model: 'qwen3', adapter: 'adapters/qwen3-rslora-end' },
  ] as const)('gives the products of $adapter again', async ({ model, adapter: name }) => {
    const folder = await copyModel(model)
    const adapter = fixturePath(name)
    const file = path.join(home, `${model}-lora.gguf`)
    await writeAdapterGguf(file, { model: folder, adapter, precision: 'f32' })
    const found = await readAdapterBack(file, await readModelConfig(folder))
    const expected = await readPeftAdapter(adapter)
    expect(found.targetModules.toSorted()).toEqual(expected.targetModules)
    expect(found.modules).toHaveLength(expected.modules.length)
    for (const module of expected.modules) {
      const other = found.modules.find((candidate) => candidate.module === module.module)!
      expect(other.a).toEqual(module.a)
      const scale = loraScale(module, expected.rankStabilized)
      const otherScale = loraScale(other, false)
      for (const [i, value] of module.b.entries())
        expect(other.b[i]! * otherScale).toBeCloseTo(value * scale, 6)
    }
  })
})

import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GraftError } from '../../src/errors.ts'
import { openLocalModel } from '../../src/inference/index.ts'
import { openSafetensors, writeSafetensorsFolder } from '../../src/models/index.ts'
import { loadTokenizer, renderTraining } from '../../src/tokenizers/index.ts'
import { train } from '../../src/training/index.ts'
import { fixturePath } from '../fixtures/engine/read-fixture.ts'

type JsonObject = Record<string, unknown>

/** What a user can find wrong with a model folder, what it is called, and what its message names. */
const faults: readonly {
  fault: string
  code: string
  names: RegExp
  plant: (folder: string) => Promise<void>
}[] = [
  {
    fault: 'an unknown architecture',
    code: 'unknown_architecture',
    names: /"gpt_neox".*llama, qwen2, qwen3/,
    plant: (folder) =>
      editJson(join(folder, 'config.json'), (config) => ({ ...config, model_type: 'gpt_neox' })),
  },
  {
    fault: 'sizes that are not those of the weights',
    code: 'shape_mismatch',
    names: /q_proj\.weight" .* is \[\d+, \d+\].*calls for \[\d+, \d+\]/,
    plant: (folder) =>
      editJson(join(folder, 'config.json'), (config) => ({ ...config, num_attention_heads: 8 })),
  },
  {
    fault: 'missing weights',
    code: 'file_missing',
    names: /model\.safetensors/,
    plant: (folder) => rm(join(folder, 'model.safetensors')),
  },
  {
    fault: 'truncated weights',
    code: 'file_truncated',
    names: /model\.safetensors ends at byte 200000/,
    plant: (folder) => truncate(join(folder, 'model.safetensors'), 200_000),
  },
  {
    fault: 'a missing tensor',
    code: 'tensor_missing',
    names: /"model\.norm\.weight"/,
    plant: (folder) => editWeights(folder, 'model.norm.weight', () => undefined),
  },
]

describe('a model folder with', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'graft-bad-model-'))
    await cp(fixturePath('models/llama'), folder, { recursive: true })
  })
  afterEach(() => rm(folder, { recursive: true }))

  it.each(faults)('$fault cannot be trained: $code', async ({ code, names, plant }) => {
    const examples = await someExamples(folder)
    await plant(folder)
    await expectRefusal(
      train({ model: folder, examples, output: join(folder, 'out') }),
      code,
      names,
    )
  })

  it.each(faults)('$fault cannot be opened: $code', async ({ code, names, plant }) => {
    await plant(folder)
    await expectRefusal(openLocalModel(folder), code, names)
  })

  it('NaN in a weight cannot be trained, and says so when it generates', async () => {
    const examples = await someExamples(folder)
    await editWeights(folder, 'model.norm.weight', (values) => values.fill(Number.NaN, 3, 4))
    const training = train({ model: folder, examples, output: join(folder, 'out') })
    await expectRefusal(training, 'weights_not_finite', /model\.norm\.weight \(1\)/)
    const model = await openLocalModel(folder)
    await expectRefusal(model.complete({ prompt: 'hello' }), 'logits_invalid', /NaN|finite/)
    await model.close()
  })

  it('a template that never ends a turn makes no examples', async () => {
    await editJson(join(folder, 'tokenizer_config.json'), (config) => ({
      ...config,
      chat_template:
        '{% for m in messages %}{{ m.role }}:\n{{ m.content }}\n{% endfor %}{% if add_generation_prompt %}assistant:\n{% endif %}',
    }))
    const tokenizer = await loadTokenizer(folder)
    const chat = [
      { role: 'user', content: 'hello' },
      { role: 'assistant', content: 'good day' },
    ]
    expect(() => renderTraining(tokenizer, chat)).toThrow(
      expect.objectContaining({ code: 'template_without_end_of_turn' }),
    )
  })
})

async function someExamples(folder: string): Promise<ReturnType<typeof renderTraining>[]> {
  const tokenizer = await loadTokenizer(folder)
  return ['one', 'two', 'three'].map((word) =>
    renderTraining(tokenizer, [
      { role: 'user', content: word },
      { role: 'assistant', content: `${word} it is` },
    ]),
  )
}

async function expectRefusal(work: Promise<unknown>, code: string, names: RegExp): Promise<void> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(GraftError)
  const { code: found, message, hint } = error as GraftError
  expect({ code: found, message }).toEqual({ code, message: expect.stringMatching(names) })
  expect(hint).toMatch(/\.$/)
}

async function editJson(file: string, edit: (value: JsonObject) => JsonObject): Promise<void> {
  await writeFile(file, JSON.stringify(edit(JSON.parse(await readFile(file, 'utf8')))))
}

async function editWeights(
  folder: string,
  name: string,
  edit: (values: Float32Array) => Float32Array | undefined,
): Promise<void> {
  const weights = await openSafetensors(folder)
  const tensors = []
  for (const { name: tensor, shape } of weights.tensors.values()) {
    const { data } = await weights.read(tensor)
    const kept = tensor === name ? edit(data) : data
    if (kept) tensors.push({ name: tensor, dtype: 'F32' as const, shape, data: kept })
  }
  await weights.close()
  await writeSafetensorsFolder(folder, tensors)
}

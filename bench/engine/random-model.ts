/** @file Models of known shapes with random weights: how fast they run does not depend on what they say. */
import { glob, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import {
  type GgufTensorType,
  type ModelConfig,
  openLanguageModel,
  weightShapes,
  writeGgufModel,
  writeModelConfig,
  writeSafetensorsFolder,
} from '../../src/models/index.ts'
import { loadTokenizer, trainBpe } from '../../src/tokenizers/index.ts'
import { mulberry32 } from '../../src/util/random.ts'
import { fixturePath } from '../../test/fixtures/engine/read-fixture.ts'

export type RandomModelName = 'embedded' | 'smollm2-135m' | 'qwen3-0.6b'

const llama = {
  architecture: 'llama',
  maxPositions: 8192,
  normEpsilon: 1e-5,
  tieEmbeddings: true,
  qkvBias: false,
  outputBias: false,
  mlpBias: false,
  qkNorm: false,
  dtype: 'float32',
  initializerRange: 0.02,
  eosTokenIds: [2],
  padTokenId: 0,
} satisfies Partial<ModelConfig>

/** From the config.json of SmolLM2-135M and Qwen3-0.6B, and the shape of Graft's own small model. */
export const randomModelConfigs: Record<RandomModelName, ModelConfig> = {
  embedded: {
    ...llama,
    vocabSize: 4096,
    hiddenSize: 256,
    intermediateSize: 688,
    layerCount: 6,
    headCount: 4,
    kvHeadCount: 2,
    headDim: 64,
    rope: { theta: 10_000 },
  },
  'smollm2-135m': {
    ...llama,
    vocabSize: 49_152,
    hiddenSize: 576,
    intermediateSize: 1536,
    layerCount: 30,
    headCount: 9,
    kvHeadCount: 3,
    headDim: 64,
    rope: { theta: 100_000 },
  },
  'qwen3-0.6b': {
    ...llama,
    architecture: 'qwen3',
    vocabSize: 151_936,
    hiddenSize: 1024,
    intermediateSize: 3072,
    layerCount: 28,
    headCount: 16,
    kvHeadCount: 8,
    headDim: 128,
    qkNorm: true,
    normEpsilon: 1e-6,
    maxPositions: 40_960,
    rope: { theta: 1_000_000 },
  },
}

const specialTokens = ['<|endoftext|>', '<|im_start|>', '<|im_end|>']
const repository = path.resolve(import.meta.dirname, '../..')

/** Writes a Hugging Face folder: weights, config.json, and a small ChatML tokenizer. */
export async function writeRandomModel(
  folder: string,
  config: ModelConfig,
  { dtype = 'float32', seed = 1 }: { dtype?: 'float32' | 'bfloat16'; seed?: number } = {},
): Promise<void> {
  const values = randomValues(config.initializerRange, seed)
  const tensors = [...weightShapes(config)].map(([name, shape]) => {
    const size = shape.reduce((all, dimension) => all * dimension, 1)
    const data = name.endsWith('norm.weight')
      ? () => new Float32Array(size).fill(1)
      : () => values(size)
    return { name, shape, dtype: dtype === 'float32' ? ('F32' as const) : ('BF16' as const), data }
  })
  await writeModelConfig(folder, { ...config, dtype })
  await writeSafetensorsFolder(folder, tensors)
  await writeTokenizer(folder, config)
}

/** The weights and the tokenizer of a folder that `writeRandomModel` wrote, as one GGUF file. */
export async function writeRandomGguf(
  file: string,
  folder: string,
  precision: GgufTensorType,
): Promise<void> {
  const { config, weights, close } = await openLanguageModel(folder)
  try {
    const { json, eosTokenId, padTokenId, chatTemplates } = await loadTokenizer(folder)
    await writeGgufModel(file, {
      config,
      weights,
      precision,
      tokenizer: {
        json,
        ...(eosTokenId !== undefined && { eosTokenId }),
        ...(padTokenId !== undefined && { padTokenId }),
        ...(chatTemplates.default !== undefined && { chatTemplate: chatTemplates.default }),
      },
    })
  } finally {
    await close()
  }
}

/** The repository's own text makes a few thousand tokens; the other rows of the embeddings stay unused. */
async function writeTokenizer(folder: string, { vocabSize }: ModelConfig): Promise<void> {
  const texts: string[] = []
  for await (const file of glob('{*.md,docs/**/*.md}', { cwd: repository }))
    texts.push(await readFile(path.join(repository, file), 'utf8'))
  const tokenizer = trainBpe(texts, { vocabSize: Math.min(vocabSize, 4096), specialTokens })
  const config = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    pad_token: specialTokens[0],
    eos_token: specialTokens[2],
    chat_template: await readFile(fixturePath('templates/chatml.jinja'), 'utf8'),
  }
  await writeFile(path.join(folder, 'tokenizer.json'), JSON.stringify(tokenizer))
  await writeFile(path.join(folder, 'tokenizer_config.json'), JSON.stringify(config))
}

/** Prime, so that no two rows of a matrix are cut from the same place. */
const POOL_SIZE = 1_048_573

/** Gives pieces of one pool of random numbers in turn: half a billion of their own would take a minute. */
function randomValues(deviation: number, seed: number): (size: number) => Float32Array {
  const next = mulberry32(seed)
  const width = 2 * Math.sqrt(3) * deviation
  const pool = Float32Array.from({ length: POOL_SIZE }, () => (next() - 0.5) * width)
  let at = 0
  return (size) => {
    const values = new Float32Array(size)
    for (let filled = 0; filled < size; ) {
      const piece = pool.subarray(at, at + size - filled)
      values.set(piece, filled)
      filled += piece.length
      at = (at + piece.length) % POOL_SIZE
    }
    return values
  }
}

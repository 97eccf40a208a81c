/** @file The embedded base before training: its size, its vocabulary and its chat template. */
import { existsSync } from 'node:fs'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { ModelConfig } from '../../src/models/index.ts'
import { trainBpe } from '../../src/tokenizers/index.ts'
import { initializeWeights } from '../../src/training/index.ts'
import { addInductionCircuit } from './induction.ts'

export const controlTokens = {
  pad: '<|pad|>',
  bos: '<|start|>',
  end: '<|end|>',
  turns: ['<|system|>', '<|user|>', '<|assistant|>', '<|tool|>'],
} as const

const VOCABULARY = 4096

/** 5.4 million parameters: what two cores can train on some twenty million tokens in an hour or two. */
const config: ModelConfig = {
  architecture: 'llama',
  vocabSize: VOCABULARY,
  hiddenSize: 256,
  intermediateSize: 688,
  layerCount: 6,
  headCount: 4,
  kvHeadCount: 2,
  headDim: 64,
  maxPositions: 2048,
  normEpsilon: 1e-5,
  // Slow rotations: contents stay comparable over the whole prompt, which the induction circuit relies on.
  rope: { theta: 1_000_000 },
  tieEmbeddings: true,
  qkvBias: false,
  outputBias: false,
  mlpBias: false,
  qkNorm: false,
  dtype: 'float32',
  initializerRange: 0.04,
  padTokenId: 0,
  bosTokenId: 1,
  eosTokenIds: [2],
}

/** Writes a folder with random weights that tools of the ecosystem can open; keeps one that is there. */
export async function createModel(
  folder: string,
  texts: () => Iterable<string>,
  seed: number,
): Promise<void> {
  if (existsSync(path.join(folder, 'tokenizer.json'))) return
  await mkdir(folder, { recursive: true })
  await initializeWeights(folder, config, { seed })
  await addInductionCircuit(folder, config, seed)
  const { pad, bos, end, turns } = controlTokens
  const json = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`
  await copyFile(
    path.join(import.meta.dirname, 'chat-template.jinja'),
    path.join(folder, 'chat_template.jinja'),
  )
  await writeFile(
    path.join(folder, 'tokenizer_config.json'),
    json({
      tokenizer_class: 'PreTrainedTokenizerFast',
      bos_token: bos,
      eos_token: end,
      pad_token: pad,
      clean_up_tokenization_spaces: false,
      model_max_length: config.maxPositions,
    }),
  )
  const vocabulary = trainBpe(texts(), {
    vocabSize: VOCABULARY,
    specialTokens: [pad, bos, end, ...turns],
  })
  await writeFile(path.join(folder, 'tokenizer.json'), JSON.stringify(vocabulary))
}

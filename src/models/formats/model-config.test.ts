import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readFixture } from '../../../test/fixtures/engine/read-fixture.ts'
import {
  type ModelConfig,
  modelConfigToJson,
  parseModelConfig,
  readModelConfig,
  writeModelConfig,
} from './model-config.ts'

// Written by test/fixtures/engine/make-format-fixtures.py with transformers 5.
const { configs } = readFixture<{ configs: Record<string, Record<string, unknown>> }>(
  'formats.json',
)

/** SmolLM2-135M's config.json, as transformers 4 wrote it. */
const smollm2 = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  attention_bias: false,
  bos_token_id: 1,
  eos_token_id: 2,
  pad_token_id: 2,
  hidden_act: 'silu',
  hidden_size: 576,
  initializer_range: 0.041666666666666664,
  intermediate_size: 1536,
  max_position_embeddings: 8192,
  mlp_bias: false,
  num_attention_heads: 9,
  num_hidden_layers: 30,
  num_key_value_heads: 3,
  rms_norm_eps: 1e-5,
  rope_interleaved: false,
  rope_scaling: null,
  rope_theta: 100000,
  tie_word_embeddings: true,
  torch_dtype: 'bfloat16',
  vocab_size: 49152,
}
const llama3Scaling = {
  factor: 32,
  high_freq_factor: 4,
  low_freq_factor: 1,
  original_max_position_embeddings: 8192,
  rope_type: 'llama3',
}

describe('parseModelConfig', () => {
  it('reads SmolLM2 as transformers 4 wrote it', () => {
    expect(parseModelConfig(smollm2)).toEqual<ModelConfig>({
      architecture: 'llama',
      vocabSize: 49152,
      hiddenSize: 576,
      intermediateSize: 1536,
      layerCount: 30,
      headCount: 9,
      kvHeadCount: 3,
      headDim: 64,
      maxPositions: 8192,
      normEpsilon: 1e-5,
      rope: { theta: 100000 },
      tieEmbeddings: true,
      qkvBias: false,
      outputBias: false,
      mlpBias: false,
      qkNorm: false,
      dtype: 'bfloat16',
      initializerRange: 0.041666666666666664,
      bosTokenId: 1,
      eosTokenIds: [2],
      padTokenId: 2,
    })
  })

  it('reads what transformers 5 writes for Llama with its frequency scaling', () => {
    expect(parseModelConfig(configs.llama)).toMatchObject({
      dtype: 'bfloat16',
      tieEmbeddings: true,
      rope: {
        theta: 500000,
        scaling: {
          type: 'llama3',
          factor: 32,
          lowFrequencyFactor: 1,
          highFrequencyFactor: 4,
          originalMaxPositions: 64,
        },
      },
    })
  })

  it('reads the same scaling from both versions', () => {
    const v4 = { ...smollm2, rope_theta: 500000, rope_scaling: llama3Scaling }
    const { rope_theta: _, rope_scaling: __, ...rest } = v4
    const v5 = { ...rest, rope_parameters: { ...llama3Scaling, rope_theta: 500000 } }
    expect(parseModelConfig(v5)).toEqual(parseModelConfig(v4))
    expect(parseModelConfig(v4).rope.scaling).toMatchObject({ originalMaxPositions: 8192 })
  })

  it('knows the biases of Qwen2 and the norms and head size of Qwen3', () => {
    expect(parseModelConfig(configs.qwen2)).toMatchObject({
      architecture: 'qwen2',
      qkvBias: true,
      outputBias: false,
      qkNorm: false,
      headDim: 8,
      rope: { theta: 1e6 },
    })
    expect(parseModelConfig(configs.qwen3)).toMatchObject({
      architecture: 'qwen3',
      qkvBias: false,
      qkNorm: true,
      headDim: 16,
    })
    const { head_dim: _, ...withoutHeadDim } = configs.qwen3!
    expect(parseModelConfig(withoutHeadDim).headDim).toBe(128)
  })

  it('reads several end tokens', () => {
    expect(parseModelConfig({ ...smollm2, eos_token_id: [5, 6] }).eosTokenIds).toEqual([5, 6])
    expect(parseModelConfig({ ...smollm2, eos_token_id: null }).eosTokenIds).toEqual([])
  })

  it.each([
    ['transformers 4', smollm2],
    ['Llama', configs.llama],
    ['Qwen2', configs.qwen2],
    ['Qwen3', configs.qwen3],
  ])('writes the configuration of %s so that it reads the same', (_, json) => {
    const config = parseModelConfig(json)
    expect(parseModelConfig(modelConfigToJson(config))).toEqual(config)
  })

  it('writes into a folder that is new, and says when config.json is missing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'graft-config-'))
    const config = parseModelConfig(smollm2)
    await writeModelConfig(join(folder, 'new'), config)
    expect(await readModelConfig(join(folder, 'new'))).toEqual(config)
    await expect(readModelConfig(folder)).rejects.toMatchObject({ code: 'file_missing' })
    await rm(folder, { recursive: true })
  })

  it.each<[string, string, unknown]>([
    ['unknown_architecture', '"gpt2"', { ...smollm2, model_type: 'gpt2' }],
    ['unknown_architecture', '"constructor"', { ...smollm2, model_type: 'constructor' }],
    ['unknown_architecture', 'undefined', {}],
    ['unknown_architecture', 'undefined', null],
    ['invalid_config', '"hidden_size"', { ...smollm2, hidden_size: '576' }],
    ['invalid_config', 'no multiple', { ...smollm2, hidden_size: 577 }],
    ['invalid_config', 'odd', { ...smollm2, head_dim: 63 }],
    ['invalid_config', '9 attention heads cannot share 2', { ...smollm2, num_key_value_heads: 2 }],
    ['invalid_config', 'factor', { ...smollm2, rope_scaling: { rope_type: 'llama3' } }],
    ['unsupported_feature', 'yarn', { ...smollm2, rope_scaling: { type: 'yarn', factor: 2 } }],
    ['unsupported_feature', 'gelu', { ...smollm2, hidden_act: 'gelu' }],
    ['unsupported_feature', 'sliding', { ...configs.qwen2, use_sliding_window: true }],
    ['unsupported_feature', 'quantised', { ...smollm2, quantization_config: { bits: 4 } }],
    ['unsupported_feature', 'float8', { ...smollm2, torch_dtype: 'float8' }],
  ])('fails with %s that names %s', (code, part, json) => {
    expect(() => parseModelConfig(json)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(part) }),
    )
  })
})

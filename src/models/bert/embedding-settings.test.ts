import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readEmbeddingSettings } from './embedding-settings.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'graft-settings-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(file: string, value: unknown): void {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
  writeFileSync(path.join(folder, file), JSON.stringify(value))
}

describe('readEmbeddingSettings', () => {
  it('pools by the mean where no file says anything', async () => {
    expect(await readEmbeddingSettings(folder)).toEqual({
      pooling: 'mean',
      normalize: false,
      lowercase: false,
      maxTokens: undefined,
      prefixes: { query: '', document: '' },
    })
  })

  it('reads the files of a folder', async () => {
    write('modules.json', [
      { path: '', type: 'sentence_transformers.models.Transformer' },
      { path: 'pool', type: 'sentence_transformers.models.Pooling' },
      { path: 'norm', type: 'sentence_transformers.models.Normalize' },
    ])
    write('pool/config.json', { pooling_mode_cls_token: true, pooling_mode_mean_tokens: false })
    write('sentence_bert_config.json', { max_seq_length: 128, do_lower_case: true })
    write('tokenizer_config.json', { model_max_length: 512 })
    write('config_sentence_transformers.json', { prompts: { query: 'q: ', corpus: 'c: ' } })
    expect(await readEmbeddingSettings(folder)).toEqual({
      pooling: 'cls',
      normalize: true,
      lowercase: true,
      maxTokens: 128,
      prefixes: { query: 'q: ', document: 'c: ' },
    })
  })

  it('takes the length from the tokenizer where sentence_bert_config.json leaves it open', async () => {
    write('sentence_bert_config.json', { max_seq_length: null })
    write('tokenizer_config.json', { model_max_length: 512 })
    expect(await readEmbeddingSettings(folder)).toMatchObject({ maxTokens: 512 })
  })

  it('takes the default prompt for a kind that has none of its own', async () => {
    write('config_sentence_transformers.json', {
      prompts: { query: 'q: ', all: 'a: ' },
      default_prompt_name: 'all',
    })
    const { prefixes } = await readEmbeddingSettings(folder)
    expect(prefixes).toEqual({ query: 'q: ', document: 'a: ' })
  })

  it.each([
    ['a pooling it does not know', { pooling_mode: 'lasttoken' }, /pooling "lasttoken"/],
    ['pooling that leaves the prompt out', { include_prompt: false }, /without the prompt/],
  ])('refuses %s', async (_, pooling, message) => {
    write('modules.json', [{ path: 'p', type: 'Pooling' }])
    write('p/config.json', pooling)
    await expect(readEmbeddingSettings(folder)).rejects.toMatchObject({
      code: 'unsupported_feature',
      message: expect.stringMatching(message),
    })
  })
})

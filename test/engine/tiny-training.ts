/** @file A model small enough to train in milliseconds, and examples for it. */
import { type ModelConfig, parseModelConfig } from '../../src/models/index.ts'
import { initializeWeights, type TrainingExample } from '../../src/training/index.ts'
import { seededRandom } from '../helpers/random.ts'

export const tinyConfig: ModelConfig = parseModelConfig({
  model_type: 'llama',
  vocab_size: 48,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  max_position_embeddings: 64,
  tie_word_embeddings: true,
  // Wide enough that what is attended to matters from the start.
  initializer_range: 0.3,
})

export async function writeTinyModel(folder: string): Promise<void> {
  await initializeWeights(folder, tinyConfig, { seed: 1 })
}

/** Prompts of random tokens whose reply is the prompt again, shifted by one: there is something to learn. */
export function randomExamples(seed: number, count: number, longest = 8): TrainingExample[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => {
    const prompt = Array.from({ length: random.between(2, longest) }, () => random.between(1, 46))
    const reply = prompt.map((token) => token + 1)
    return {
      tokens: [...prompt, ...reply],
      mask: [...prompt.map(() => 0), ...reply.map(() => 1)],
    }
  })
}

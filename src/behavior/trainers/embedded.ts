/** @file The trainer on this machine: LoRA through our own engine. */
import { loadTokenizer } from '../../tokenizers/index.ts'
import { train } from '../../training/index.ts'
import { trainingTokens } from '../dataset/turn.ts'
import type { Trainer } from './trainer.ts'

export const embeddedTrainer: Trainer = {
  name: 'embedded',
  canSweep: true,
  async train({ base, turns, validation, settings, output, signal, onProgress }) {
    const tokenizer = await loadTokenizer(base)
    const { rank, alpha, epochs, learningRate, seed } = settings
    const { path, validationLoss } = await train({
      model: base,
      examples: turns.map((turn) => trainingTokens(tokenizer, turn)),
      ...(validation.length > 0 && {
        validation: validation.map((turn) => trainingTokens(tokenizer, turn)),
      }),
      output,
      method: { type: 'lora', rank, alpha },
      epochs,
      learningRate,
      seed,
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
    })
    return { adapter: path, ...(validationLoss !== undefined && { validationLoss }) }
  },
}

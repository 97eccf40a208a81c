/** @file How soon the base's first token comes, and how fast the others follow. */
import { planLine } from '../../src/assistant/compact-prompt.ts'
import { servedTokens } from '../../src/behavior/dataset/turn.ts'
import { openLocalModel } from '../../src/inference/index.ts'
import type { WeightPrecision } from '../../src/models/index.ts'
import { createDraw } from '../../training-recipes/base/draw.ts'
import { groundedExample } from '../../training-recipes/base/grounded.ts'
import { squadPool } from '../../training-recipes/base/sources.ts'

export type SpeedOutcome = {
  precision: WeightPrecision
  promptTokens: number[]
  firstTokenMs: number[]
  tokensPerSecond: number[]
}

const WRITTEN = 100

/** Prompts with six evidence sentences each, one after the other, none in the cache. */
export async function measureSpeed(
  folder: string,
  { count, seed }: { count: number; seed: number },
): Promise<SpeedOutcome[]> {
  const pool = await squadPool('test')
  const outcomes: SpeedOutcome[] = []
  for (const precision of ['f32', 'q8'] as const) {
    const model = await openLocalModel(folder, { precision })
    const draw = createDraw(seed)
    const outcome: SpeedOutcome = {
      precision,
      promptTokens: [],
      firstTokenMs: [],
      tokensPerSecond: [],
    }
    for (let i = 0; i < count; i++) {
      const { messages, plan } = groundedExample(pool, draw)
      const prompt = servedTokens(model.tokenizer, { prompt: messages, given: planLine(plan) })
      const started = performance.now()
      let first = 0
      const options = { prompt, temperature: 0, maxTokens: WRITTEN, ignoreEnd: true }
      for await (const event of model.generate(options))
        if (first === 0 && event.type !== 'finish') first = performance.now()
      // The first prompt also warms the threads up.
      if (i === 0) continue
      outcome.promptTokens.push(prompt.length)
      outcome.firstTokenMs.push(first - started)
      outcome.tokensPerSecond.push((WRITTEN - 1) / ((performance.now() - first) / 1000))
    }
    await model.close()
    outcomes.push(outcome)
  }
  return outcomes
}

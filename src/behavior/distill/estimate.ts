/** @file What a distillation will take, before anything is asked. */
import { type DistillOptions, distillDefaults } from './distill.ts'
import { questionOf, readDistilledFile } from './distilled-file.ts'

export type DistillEstimate = {
  /** Questions that the output answers already. */
  readonly kept: number
  readonly requests: number
  /** Estimated as characters / 4. */
  readonly inputTokens: number
  /** If every reply is as long as it may be. */
  readonly maxOutputTokens: number
  /** At most, where prices are known. */
  readonly price?: number
}

/** Of a million tokens each. */
export type TokenPrices = { readonly input?: number; readonly output?: number }

const CHARACTERS_PER_TOKEN = 4

/** @throws BehaviorError `distillation_mismatch` when the output holds replies of another teacher or prompt */
export async function estimateDistillation(
  { prompt, questions, teacher, output: file, maxOutputTokens }: DistillOptions,
  { input, output }: TokenPrices = {},
): Promise<DistillEstimate> {
  const { rows } = await readDistilledFile(file, { prompt, teacher: teacher.model })
  const answered = new Set(rows.map(questionOf))
  const left = questions.filter((question) => !answered.has(question))
  const characters = left.reduce((sum, one) => sum + one.length + prompt.length, 0)
  const inputTokens = Math.ceil(characters / CHARACTERS_PER_TOKEN)
  const most = left.length * (maxOutputTokens ?? distillDefaults.maxOutputTokens)
  const price = ((input ?? 0) * inputTokens + (output ?? 0) * most) / 1e6
  const isPriced = input !== undefined || output !== undefined
  return {
    kept: questions.length - left.length,
    requests: left.length,
    inputTokens,
    maxOutputTokens: most,
    ...(isPriced && { price }),
  }
}

/** @file What a model can do besides its task: small questions with one right choice, scored by likelihood. */
import { readFile } from 'node:fs/promises'
import type { LocalModel } from '../../inference/index.ts'
import { renderChat } from '../../tokenizers/index.ts'

type Choice = { instruction: string; message: string; choices: string[]; answer: number }

const FILE = new URL('../../../assets/general-ability.jsonl', import.meta.url)

/** For each question, whether the right choice is the likeliest per token. */
export async function generalAbility(
  model: LocalModel,
  options: { adapter?: string; signal?: AbortSignal | undefined } = {},
): Promise<boolean[]> {
  const lines = (await readFile(FILE, 'utf8')).trim().split('\n')
  const questions = lines.map((line) => JSON.parse(line) as Choice)
  const results: boolean[] = []
  for (const question of questions) {
    options.signal?.throwIfAborted()
    results.push(await choosesRight(model, question, options.adapter))
  }
  return results
}

async function choosesRight(
  model: LocalModel,
  { instruction, message, choices, answer }: Choice,
  adapter: string | undefined,
): Promise<boolean> {
  const { tokenizer } = model
  const prompt = renderChat(tokenizer, [
    { role: 'system', content: instruction },
    { role: 'user', content: message },
  ]).tokens
  const scores = await Promise.all(
    choices.map(async (choice) => {
      const tokens = [...prompt, ...tokenizer.encode(choice)]
      const logProbs = await model.logProbs(tokens, adapter === undefined ? {} : { adapter })
      const written = logProbs.slice(prompt.length - 1)
      return written.reduce((sum, value) => sum + value, 0) / written.length
    }),
  )
  return scores.indexOf(Math.max(...scores)) === answer
}

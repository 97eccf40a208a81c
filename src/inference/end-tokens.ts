/** @file Which tokens end a turn: models say so in up to four places. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { ModelConfig } from '../models/index.ts'
import { renderChat, type Tokenizer, TokenizerError } from '../tokenizers/index.ts'

const generationConfig = z
  .object({ eos_token_id: z.union([z.int(), z.array(z.int())]).nullish() })
  .catch({})

/** All that the tokenizer, config.json, generation_config.json and the chat template name. */
export async function endTokenIds(
  folder: string,
  config: ModelConfig,
  tokenizer: Tokenizer,
): Promise<ReadonlySet<number>> {
  const ids = [
    tokenizer.eosTokenId,
    ...config.eosTokenIds,
    ...(await generationConfigIds(folder)),
    endOfTurn(tokenizer),
  ]
  return new Set(ids.filter((id) => id !== undefined))
}

async function generationConfigIds(folder: string): Promise<number[]> {
  // Many folders have no such file, and nothing else in it is of use here.
  const text = await readFile(join(folder, 'generation_config.json'), 'utf8').catch(() => '{}')
  const { eos_token_id: ids } = generationConfig.parse(parseJson(text))
  return [ids ?? []].flat()
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

/** The control token that the chat template writes behind an answer. */
function endOfTurn(tokenizer: Tokenizer): number | undefined {
  try {
    const question = { role: 'user', content: 'a' }
    const answer = { role: 'assistant', content: 'b' }
    const prompt = renderChat(tokenizer, [question])
    const { tokens } = renderChat(tokenizer, [question, answer], { addGenerationPrompt: false })
    const last = tokens.findLastIndex((id) => tokenizer.isSpecial(id))
    return last >= prompt.tokens.length ? tokens[last] : undefined
  } catch (error) {
    // No template, or one that takes other conversations: then the other places must do.
    if (error instanceof TokenizerError) return undefined
    throw error
  }
}

/** @file Asks a language model which tools a question calls for. It sees the user's turns and no document. */
import { generateText, jsonSchema, type LanguageModel, tool } from 'ai'
import { withoutControls } from '../inert.ts'
import { toAssistantError } from '../model-errors.ts'
import type { ToolDecision, ToolOffer } from './tool-call.ts'

const RULES = `You decide whether tools are needed to answer the last of the user's messages.

- Call a tool only if the message asks for what it does.
- Take arguments from the messages alone, word for word. Never guess one.
- If no tool fits, or an argument is missing, answer with the single word NONE.`

const MAX_TURNS = 6
const MAX_TURN_CHARACTERS = 2_000
const MAX_OUTPUT_TOKENS = 512
const TIMEOUT_MS = 60_000

/** @throws AssistantError when the model fails or the signal fires */
export async function decideWithModel(
  model: LanguageModel,
  turns: readonly string[],
  offers: readonly ToolOffer[],
  signal?: AbortSignal,
): Promise<ToolDecision[]> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS)
  try {
    const { toolCalls } = await generateText({
      model,
      instructions: RULES,
      messages: turns
        .slice(-MAX_TURNS)
        .map((text) => withoutControls(text.slice(0, MAX_TURN_CHARACTERS)))
        .map((content) => ({ role: 'user', content })),
      tools: Object.fromEntries(
        offers.map(({ name, description, inputSchema }) => [
          name,
          tool({ description, inputSchema: jsonSchema(inputSchema) }),
        ]),
      ),
      temperature: 0,
      maxOutputTokens: MAX_OUTPUT_TOKENS,
      abortSignal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
    return toolCalls.map(({ toolName, input }) => ({ name: toolName, input }))
  } catch (error) {
    throw toAssistantError(error, typeof model === 'string' ? model : model.modelId)
  }
}

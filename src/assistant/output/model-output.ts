/** @file Structured answers of a language model, by the structured output of its provider. */
import { generateText, jsonSchema, type LanguageModel, NoObjectGeneratedError, Output } from 'ai'
import { sha256 } from '../../util/hash.ts'
import type { AnswerBody, Answerer, AnswerRequest } from '../answerer.ts'
import type { AskEvent, Usage } from '../events.ts'
import { evidencePrompt } from '../evidence-prompt.ts'
import { abortedError, silenceError, toAssistantError } from '../model-errors.ts'
import type { OutputSchema } from './output-schema.ts'
import { structuredAbstention, structuredAnswer } from './structured-body.ts'

export type ModelOutputOptions = {
  instructions?: string | undefined
  abstention: string
  /** Default 1,024. */
  maxOutputTokens?: number | undefined
  /** Default 60,000. */
  timeoutMs?: number
}

/** Abstains where the evidence does not clear the bar, since JSON cannot. */
export function createModelOutput(
  model: LanguageModel,
  schema: OutputSchema,
  options: ModelOutputOptions,
): Answerer {
  const name = typeof model === 'string' ? model : model.modelId
  return {
    model: name,
    async *answer(request): AsyncGenerator<AskEvent, AnswerBody> {
      if (!request.evidence.sufficient) return yield* structuredAbstention(options.abstention)
      const { text, usage } = await write({ model, name, schema, options }, request)
      if (text.trim() === 'NO_ANSWER') return yield* structuredAbstention(options.abstention, usage)
      return yield* structuredAnswer(text, schema, { request, usage })
    },
  }
}

type Call = {
  model: LanguageModel
  name: string
  schema: OutputSchema
  options: ModelOutputOptions
}

async function write(
  { model, name, schema, options }: Call,
  request: AnswerRequest,
): Promise<{ text: string; usage: Usage }> {
  const { question, evidence, history = [], signal, onCall } = request
  const { timeoutMs = 60_000, maxOutputTokens = 1_024 } = options
  const instructions = [options.instructions, formRules(schema)].filter(Boolean).join('\n\n')
  const { system, messages } = evidencePrompt(evidence, { question, history, instructions })
  onCall?.({
    promptSha256: sha256(JSON.stringify({ system, messages })),
    temperature: 0,
    maxOutputTokens,
  })
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const { text, usage, response } = await generateText({
      model,
      instructions: system,
      messages,
      // References are put in their place before the value is checked, so it is not checked here.
      output: Output.object({ schema: jsonSchema(schema.jsonSchema) }),
      temperature: 0,
      maxOutputTokens,
      abortSignal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
    onCall?.({ servedModel: response.modelId })
    return { text, usage: usageOf(usage) }
  } catch (error) {
    if (NoObjectGeneratedError.isInstance(error))
      return { text: error.text ?? '', usage: usageOf(error.usage) }
    if (signal?.aborted) throw abortedError()
    throw toAssistantError(timeout.aborted ? silenceError(name, timeoutMs) : error, name)
  }
}

function usageOf(
  usage: { inputTokens?: number | undefined; outputTokens?: number | undefined } | undefined,
): Usage {
  return { inputTokens: usage?.inputTokens ?? 0, outputTokens: usage?.outputTokens ?? 0 }
}

function formRules({ jsonSchema: schema }: OutputSchema): string {
  return `Reply with one JSON value of this JSON Schema and nothing else:
${JSON.stringify(schema)}
Cite inside its strings as the rules say. Where a field takes no free text, cite nothing.`
}

/**
 * @file Structured answers of the embedded base: its decoding is held to the schema, whose free strings are
 * references to the planned sentences and whose free numbers are numbers that stand in them.
 */
import { servedTokens } from '../../behavior/index.ts'
import { GraftError } from '../../errors.ts'
import type { GenerateOptions, LocalModel } from '../../inference/index.ts'
import { sha256 } from '../../util/hash.ts'
import type { AdapterSource } from '../adapters.ts'
import type { AnswerBody, Answerer, AnswerRequest } from '../answerer.ts'
import { compactPrompt, planLine } from '../compact-prompt.ts'
import { AssistantError } from '../errors.ts'
import type { AskEvent, Usage } from '../events.ts'
import { type EvidencePlan, planEvidence } from '../evidence-plan.ts'
import { groundedSchema } from './grounded-schema.ts'
import { invalidOutput, type OutputSchema } from './output-schema.ts'
import { structuredAbstention, structuredAnswer } from './structured-body.ts'

export type BaseOutputOptions = {
  /** Name of the model, as traces and the page show it. */
  name: string
  instructions?: string | undefined
  abstention: string
  adapter?: AdapterSource | undefined
  /** Default 300. */
  maxOutputTokens?: number | undefined
}

export function createBaseOutput(
  open: () => Promise<LocalModel>,
  schema: OutputSchema,
  options: BaseOutputOptions,
): Answerer {
  return {
    model: options.name,
    async *answer(request): AsyncGenerator<AskEvent, AnswerBody> {
      const plan = planEvidence(request)
      if (plan.numbers.length === 0) return yield* structuredAbstention(options.abstention)
      const { text, usage } = await write(await open(), request, { plan, schema, options })
      const numbered = withOriginalNumbers(text, plan)
      return yield* structuredAnswer(numbered, schema, { request, usage })
    },
  }
}

type Task = { plan: EvidencePlan; schema: OutputSchema; options: BaseOutputOptions }

async function write(
  model: LocalModel,
  { question, history = [], signal, onCall }: AnswerRequest,
  { plan, schema, options }: Task,
): Promise<{ text: string; usage: Usage }> {
  const { instructions, maxOutputTokens = 300 } = options
  const adapter = await options.adapter?.use(model)
  if (adapter) onCall?.({ adapter: adapter.name })
  const prompt = servedTokens(model.tokenizer, {
    prompt: compactPrompt(plan.sentences, { question, history, instructions }),
    given: planLine(plan.numbers),
  })
  onCall?.({ promptSha256: sha256(JSON.stringify(prompt)), temperature: 0, maxOutputTokens })
  const planned = plan.sentences.filter(({ number }) => plan.numbers.includes(number))
  const { text, usage, finishReason } = await complete(model, {
    prompt,
    temperature: 0,
    maxTokens: maxOutputTokens,
    constraint: { type: 'json-schema', schema: groundedSchema(schema.jsonSchema, planned) },
    ...(adapter && { adapter: adapter.name }),
    ...(signal && { signal }),
  })
  if (finishReason === 'aborted')
    throw new AssistantError('aborted', 'the answer was stopped before it was complete', {
      hint: 'Ask again.',
    })
  if (finishReason === 'length') throw invalidOutput(`it is longer than ${maxOutputTokens} tokens`)
  return {
    text,
    usage: { inputTokens: usage.promptTokens, outputTokens: usage.completionTokens },
  }
}

/** What decoding cannot be held to is a fault of the form, not of the server. */
async function complete(
  model: LocalModel,
  options: GenerateOptions,
): ReturnType<LocalModel['complete']> {
  try {
    return await model.complete(options)
  } catch (error) {
    if (error instanceof GraftError && /^(?:schema|pattern|constraint)_/.test(error.code))
      throw invalidOutput(error.message)
    throw error
  }
}

/** The base sees few sentences, numbered anew. */
function withOriginalNumbers(text: string, plan: EvidencePlan): string {
  return text.replace(/\[\[(\d)\]\]/g, (_, number: string) => {
    const [first] = plan.expand({ quote: Number(number) }, '')
    return `[[${first && 'quote' in first ? first.quote : number}]]`
  })
}

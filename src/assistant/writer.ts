/** @file A model without documents: what it writes to a prompt. For closed-book answers and for judges. */

import { houseConstraint, servedTokens } from '../behavior/index.ts'
import { GraftError } from '../errors.ts'
import type { GenerateOptions, LocalModel } from '../inference/index.ts'
import type { AdapterSource } from './adapters.ts'
import { LONGEST_REPEAT } from './answer-constraint.ts'
import { type BaseModel, createBaseModel } from './base-model.ts'
import type { AdapterFinder, AnswererSetting } from './create-answerer.ts'
import { AssistantError } from './errors.ts'
import type { Usage } from './events.ts'
import type { ModelSetting } from './model.ts'

export type WriteRequest = {
  prompt: string
  /** What the model is told beforehand. */
  system?: string | undefined
  /** Default 300. */
  maxOutputTokens?: number
  signal?: AbortSignal | undefined
}

export type Writer = {
  /** Name of the model, as traces and the page show it. */
  readonly model: string
  /** The text in deltas, then its usage. @throws AssistantError when the model fails or the signal fires */
  write(request: WriteRequest): AsyncGenerator<string | Usage>
}

/** A language model, or the embedded base, with an adapter of the registry if one is named. */
export async function createWriter(
  { model = 'graft/base', adapter }: Pick<AnswererSetting, 'model' | 'adapter'>,
  findAdapter?: AdapterFinder,
  base: Pick<BaseModel, 'open'> = createBaseModel(),
): Promise<Writer> {
  if (model !== 'graft/base' && model !== 'graft/quoting') return await languageModelWriter(model)
  const source = adapter === undefined ? undefined : findAdapter?.(adapter)
  return {
    model: adapter === undefined ? 'graft/base' : `graft/base + ${adapter}`,
    write: (request) => writeLocally(base, source, request),
  }
}

async function* writeLocally(
  base: Pick<BaseModel, 'open'>,
  source: AdapterSource | undefined,
  { prompt, system, maxOutputTokens = 300, signal }: WriteRequest,
): AsyncGenerator<string | Usage> {
  const model = await base.open()
  const adapter = await source?.use(model)
  const instructions = system === undefined ? [] : [{ role: 'system', content: system }]
  const messages = [...instructions, { role: 'user', content: prompt }]
  const constraint = adapter?.format && houseConstraint(adapter.format, [])
  const options: GenerateOptions = {
    prompt: servedTokens(model.tokenizer, { prompt: messages, given: '' }),
    temperature: 0,
    noRepeatNgram: LONGEST_REPEAT,
    maxTokens: maxOutputTokens,
    ...(adapter && { adapter: adapter.name }),
    ...(signal && { signal }),
  }
  for await (const event of generateHeld(model, options, constraint)) {
    if (event.type === 'text-delta') yield event.text
    if (event.type !== 'finish') continue
    if (event.reason === 'aborted')
      throw new AssistantError('aborted', 'the text was stopped before it was complete', {
        hint: 'Ask again.',
      })
    yield { inputTokens: event.usage.promptTokens, outputTokens: event.usage.completionTokens }
  }
}

/** A form that is too large for decoding to be held to is left to what the adapter learned. */
async function* generateHeld(
  model: LocalModel,
  options: GenerateOptions,
  constraint: GenerateOptions['constraint'],
): ReturnType<LocalModel['generate']> extends AsyncIterable<infer Event>
  ? AsyncGenerator<Event>
  : never {
  if (constraint === undefined) return yield* model.generate(options)
  try {
    yield* model.generate({ ...options, constraint })
  } catch (error) {
    if (!(error instanceof GraftError) || error.code !== 'constraint_too_large') throw error
    yield* model.generate(options)
  }
}

/** The AI SDK takes a tenth of a second to load: only for those who use a model. */
async function languageModelWriter(setting: ModelSetting): Promise<Writer> {
  const [{ streamText }, { resolveModel }, { abortedError, toAssistantError }] = await Promise.all([
    import('ai'),
    import('./model.ts'),
    import('./model-errors.ts'),
  ])
  const model = await resolveModel(setting)
  const name = typeof model === 'string' ? model : model.modelId
  return {
    model: name,
    async *write({ prompt, system, maxOutputTokens = 300, signal }) {
      try {
        const { stream } = streamText({
          model,
          prompt,
          ...(system !== undefined && { instructions: system }),
          temperature: 0,
          maxOutputTokens,
          ...(signal && { abortSignal: signal }),
          // Errors arrive as parts; the default would print them, prompt included.
          onError: () => {},
        })
        for await (const part of stream) {
          if (part.type === 'text-delta') yield part.text
          if (part.type === 'error') throw part.error
          if (part.type === 'abort') throw abortedError()
          if (part.type === 'finish') {
            const { inputTokens = 0, outputTokens = 0 } = part.totalUsage
            yield { inputTokens, outputTokens }
          }
        }
      } catch (error) {
        throw toAssistantError(signal?.aborted ? abortedError() : error, name)
      }
    },
  }
}

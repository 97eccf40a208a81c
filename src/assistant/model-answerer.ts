/** @file The answerer for any language model of the AI SDK. */
import { type LanguageModel, streamText } from 'ai'
import { sha256 } from '../util/hash.ts'
import type { AnswerBody, Answerer, AnswerRequest } from './answerer.ts'
import { createComposer } from './compose.ts'
import type { AskEvent, Usage, VerificationPolicy } from './events.ts'
import { evidencePrompt } from './evidence-prompt.ts'
import { abortedError, cutOffError, silenceError, toAssistantError } from './model-errors.ts'
import { DEFAULT_ABSTENTION } from './quoting-answerer.ts'
import { type AnswerPart, createReferenceStream } from './reference-stream.ts'

export type ModelAnswererOptions = {
  /** What happens to sentences without support; default `flag`. */
  policy?: VerificationPolicy
  /** The house's own instructions on tone and form. */
  instructions?: string
  /** Language of the answer; default: the question's. */
  language?: string
  /** What the assistant says when the evidence does not answer. */
  abstention?: string
  /** Default 0: the same evidence gives the same answer, as far as the provider allows. */
  temperature?: number
  /** Default 1,024. */
  maxOutputTokens?: number
  /** Longest silence of the model, before its first text or between two pieces; default 60,000. */
  timeoutMs?: number
  /** How often a call that failed before its first text is repeated; default 2. */
  maxRetries?: number
}

const DEFAULTS = {
  policy: 'flag',
  abstention: DEFAULT_ABSTENTION,
  temperature: 0,
  maxOutputTokens: 1_024,
  timeoutMs: 60_000,
  maxRetries: 2,
} satisfies ModelAnswererOptions

type Settings = ModelAnswererOptions & typeof DEFAULTS
type Call = { model: LanguageModel; name: string; settings: Settings }

/** Answers with `model`, which cites the evidence by number. Text is pulled from it as fast as it is read. */
export function createModelAnswerer(
  model: LanguageModel,
  options: ModelAnswererOptions = {},
): Answerer {
  const name = typeof model === 'string' ? model : model.modelId
  const call: Call = { model, name, settings: { ...DEFAULTS, ...options } as Settings }
  return { model: name, answer: (request) => answerWith(call, request) }
}

async function* answerWith(
  call: Call,
  request: AnswerRequest,
): AsyncGenerator<AskEvent, AnswerBody> {
  const { settings } = call
  const { evidence, versionTexts, signal, linkHosts } = request
  const { sentences } = evidence
  const composer = createComposer({ ...settings, sentences, versionTexts, linkHosts })
  const references = createReferenceStream()
  let usage: Usage = { inputTokens: 0, outputTokens: 0 }
  if (signal?.aborted) throw abortedError()

  const output: AsyncIterable<string | Usage> =
    sentences.length > 0 ? outputOf(call, request) : nothing()
  for await (const piece of output) {
    if (typeof piece === 'string') yield* eventsOf(composer, references.push(piece))
    else usage = piece
  }
  yield* eventsOf(composer, references.end())
  yield* composer.finish()
  yield { type: 'usage', usage }
  return composer.body(usage)
}

function eventsOf(composer: ReturnType<typeof createComposer>, parts: AnswerPart[]): AskEvent[] {
  return parts.flatMap((part) => composer.push(part))
}

/** Without evidence there is nothing to ask a model. */
async function* nothing(): AsyncGenerator<string> {}

/** The model's text in deltas, then its usage. Ends the request however the caller leaves the loop. */
async function* outputOf(call: Call, request: AnswerRequest): AsyncGenerator<string | Usage> {
  const controller = new AbortController()
  const cancel = (): void => controller.abort(abortedError())
  request.signal?.addEventListener('abort', cancel, { once: true })
  try {
    const parts = startStream(call, request, controller.signal)[Symbol.asyncIterator]()
    let finished = false
    for (;;) {
      const { done, value: part } = await nextPart(parts, call, controller)
      if (done) break
      if (part.type === 'text-delta') yield part.text
      if (part.type === 'error') throw part.error
      if (part.type === 'finish-step') request.onCall?.({ servedModel: part.response.modelId })
      if (part.type === 'finish') {
        finished = part.finishReason !== 'error' && part.finishReason !== 'interrupted'
        yield {
          inputTokens: part.totalUsage.inputTokens ?? 0,
          outputTokens: part.totalUsage.outputTokens ?? 0,
        }
      }
    }
    if (!finished) throw cutOffError(call.name)
  } catch (error) {
    throw toAssistantError(controller.signal.aborted ? controller.signal.reason : error, call.name)
  } finally {
    request.signal?.removeEventListener('abort', cancel)
    controller.abort(abortedError())
  }
}

type Parts = ReturnType<typeof startStream>

function startStream({ model, settings }: Call, request: AnswerRequest, signal: AbortSignal) {
  const { question, evidence, history = [] } = request
  const { instructions, language, temperature, maxOutputTokens, maxRetries } = settings
  const { system, messages } = evidencePrompt(evidence, {
    question,
    history,
    instructions,
    language,
  })
  const promptSha256 = sha256(JSON.stringify({ system, messages }))
  request.onCall?.({ promptSha256, temperature, maxOutputTokens })
  return streamText({
    model,
    instructions: system,
    messages,
    temperature,
    maxOutputTokens,
    maxRetries,
    abortSignal: signal,
    // Errors arrive as parts; the default would print them, prompt included.
    onError: () => {},
  }).stream
}

/** The next part, unless the model stays silent or the caller gives up: even a model that ignores signals. */
async function nextPart(
  parts: AsyncIterator<PartOf<Parts>>,
  { name, settings }: Call,
  controller: AbortController,
): Promise<IteratorResult<PartOf<Parts>>> {
  const { signal } = controller
  const silence = setTimeout(
    () => controller.abort(silenceError(name, settings.timeoutMs)),
    settings.timeoutMs,
  )
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const fail = (): void => reject(signal.reason)
  signal.addEventListener('abort', fail, { once: true })
  if (signal.aborted) fail()
  try {
    return await Promise.race([parts.next(), aborted])
  } finally {
    clearTimeout(silence)
    signal.removeEventListener('abort', fail)
  }
}

type PartOf<Stream> = Stream extends AsyncIterable<infer Part> ? Part : never

/**
 * @file The answerer for small local models: the evidence is chosen before the model writes, and the model
 * writes form and voice around references to it.
 */
import { declines, servedTokens } from '../behavior/index.ts'
import { GraftError } from '../errors.ts'
import type { ConstraintSpec, GenerationEvent, LocalModel } from '../inference/index.ts'
import { sha256 } from '../util/hash.ts'
import type { AdapterSource, ServedAdapter } from './adapters.ts'
import { answerConstraints, LONGEST_REPEAT } from './answer-constraint.ts'
import type { AnswerBody, Answerer, AnswerRequest } from './answerer.ts'
import { compactPrompt, planLine } from './compact-prompt.ts'
import { createComposer } from './compose.ts'
import { AssistantError } from './errors.ts'
import type { AskEvent, Usage, VerificationPolicy } from './events.ts'
import { type EvidencePlan, planEvidence } from './evidence-plan.ts'
import { DEFAULT_ABSTENTION } from './quoting-answerer.ts'
import { createReferenceStream } from './reference-stream.ts'
import type { AnswerPart } from './reference-syntax.ts'

export type PlanningOptions = {
  /** Name of the model, as traces and the page show it. */
  name: string
  /** What happens to sentences without support; default `flag`. */
  policy?: VerificationPolicy
  /** The house's own instructions on tone and form. */
  instructions?: string | undefined
  /** What the assistant says when the model has no words of its own for having no answer. */
  abstention?: string
  /** Tone and form learned from examples. */
  adapter?: AdapterSource | undefined
  /** Default 300. */
  maxOutputTokens?: number
}

type Settings = Omit<PlanningOptions, 'adapter'> & {
  model: LocalModel
  adapter: ServedAdapter | undefined
}

/** `open` is called when the first question comes, and again if it failed. */
export function createPlanningAnswerer(
  open: () => Promise<LocalModel>,
  options: PlanningOptions,
): Answerer {
  let model: Promise<LocalModel> | undefined
  const opened = (): Promise<LocalModel> => {
    model ??= open().catch((error: unknown) => {
      model = undefined
      throw error
    })
    return model
  }
  return {
    model: options.name,
    async *answer(request) {
      const model = await opened()
      const adapter = await options.adapter?.use(model)
      if (adapter) request.onCall?.({ adapter: adapter.name })
      return yield* answerWith({ ...options, model, adapter }, request)
    },
    async close() {
      await (await model?.catch(() => undefined))?.close()
    },
  }
}

async function* answerWith(
  settings: Settings,
  request: AnswerRequest,
): AsyncGenerator<AskEvent, AnswerBody> {
  const plan = planEvidence(request)
  const body = yield* plan.numbers.length > 0
    ? writeAnswer(settings, request, plan)
    : writeAbstention(settings, request, plan)
  yield { type: 'usage', usage: body.usage }
  return body
}

async function* writeAnswer(
  settings: Settings,
  request: AnswerRequest,
  plan: EvidencePlan,
): AsyncGenerator<AskEvent, AnswerBody> {
  const composer = composerFor(settings, request)
  const references = createReferenceStream()
  const line = createLinePrefix()
  let quotes = 0
  const push = function* (parts: AnswerPart[]): Generator<AskEvent> {
    for (const part of parts) {
      if ('quote' in part) quotes += 1
      for (const expanded of plan.expand(part, line.prefix())) yield* composer.push(expanded)
      line.add(part)
    }
  }
  let usage: Usage = { inputTokens: 0, outputTokens: 0 }
  for await (const piece of generate(settings, request, plan)) {
    if (typeof piece === 'string') yield* push(references.push(piece))
    else usage = piece
  }
  yield* push(references.end())
  // A model that was cut off in a loop has said nothing yet; the evidence still answers.
  if (quotes === 0) yield* push([{ text: '\n\n' }, { quote: plan.numbers[0]! }])
  yield* composer.finish()
  return composer.body(usage)
}

/** The model's own words for having no answer, if it has any; they are shown as such, never as an answer. */
async function* writeAbstention(
  settings: Settings,
  request: AnswerRequest,
  plan: EvidencePlan,
): AsyncGenerator<AskEvent, AnswerBody> {
  const hasVoice = settings.instructions !== undefined || settings.adapter !== undefined
  let text = ''
  let usage: Usage = { inputTokens: 0, outputTokens: 0 }
  if (hasVoice && settings.policy !== 'strict')
    for await (const piece of generate(settings, request, plan)) {
      if (typeof piece === 'string') text += piece
      else usage = piece
    }
  // Words that do not say so would pass for an answer.
  const isOwn = declines(text) && !text.includes('NO_ANSWER')
  const abstention = isOwn ? text.trim() : settings.abstention
  const composer = composerFor({ ...settings, ...(abstention && { abstention }) }, request)
  yield* composer.finish()
  return composer.body(usage)
}

function composerFor(
  { policy = 'flag', abstention = DEFAULT_ABSTENTION }: Settings,
  { evidence: { sentences }, versionTexts, linkHosts }: AnswerRequest,
): ReturnType<typeof createComposer> {
  return createComposer({ sentences, versionTexts, policy, abstention, linkHosts })
}

/** The model's text behind the plan, in deltas, then its usage. */
async function* generate(
  settings: Settings,
  { question, history = [], signal, onCall }: AnswerRequest,
  { sentences, numbers }: EvidencePlan,
): AsyncGenerator<string | Usage> {
  const { model, instructions, adapter, maxOutputTokens = 300 } = settings
  const turn = {
    prompt: compactPrompt(sentences, { question, history, instructions }),
    given: planLine(numbers),
  }
  const prompt = servedTokens(model.tokenizer, turn)
  const promptSha256 = sha256(JSON.stringify(prompt))
  onCall?.({ promptSha256, temperature: 0, maxOutputTokens })
  const events = heldTo(answerConstraints(numbers, adapter?.format, instructions), (constraint) =>
    model.generate({
      prompt,
      temperature: 0,
      noRepeatNgram: LONGEST_REPEAT,
      maxTokens: maxOutputTokens,
      constraint,
      ...(adapter && { adapter: adapter.name }),
      ...(signal && { signal }),
    }),
  )
  for await (const event of events) {
    if (event.type === 'text-delta') yield event.text
    if (event.type !== 'finish') continue
    if (event.reason === 'aborted')
      throw new AssistantError('aborted', 'the answer was stopped before it was complete', {
        hint: 'Ask again.',
      })
    yield { inputTokens: event.usage.promptTokens, outputTokens: event.usage.completionTokens }
  }
}

/** A house format may leave no room for the planned quote, or be too large; then the references alone hold. */
const impossible: readonly string[] = ['constraint_unsatisfiable', 'constraint_too_large']

async function* heldTo(
  [constraint, ...others]: readonly ConstraintSpec[],
  generate: (constraint: ConstraintSpec) => AsyncIterable<GenerationEvent>,
): AsyncGenerator<GenerationEvent> {
  try {
    yield* generate(constraint!)
  } catch (error) {
    const isImpossible = error instanceof GraftError && impossible.includes(error.code)
    if (!isImpossible || others.length === 0) throw error
    yield* heldTo(others, generate)
  }
}

/** What a line that a list goes on in begins with: block quotes carry their mark on each line. */
function createLinePrefix(): { add(part: AnswerPart): void; prefix(): string } {
  let line = ''
  return {
    add(part) {
      if ('text' in part) line = (line + part.text).split('\n').at(-1)!
    },
    prefix: () => `\n${/^\s*>\s?/.exec(line)?.[0] ?? ''}`,
  }
}

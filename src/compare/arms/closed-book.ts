/** @file Answers without documents: what the model says by itself. */
import { type AnswererSetting, createWriter, type Writer } from '../../assistant/index.ts'
import { declines } from '../../behavior/index.ts'
import type { ArmAnswer, ArmContext } from './arm-context.ts'

/** Without a way out, a model that knows nothing has to guess. A small one learned its own way to decline. */
const RULES =
  'Answer the question from what you know. If you do not know the answer, reply with exactly NO_ANSWER and nothing else.'

export async function createClosedBook(
  setting: AnswererSetting,
  { findAdapter, base, isEmbedded }: Pick<ArmContext, 'findAdapter' | 'base' | 'isEmbedded'>,
): Promise<{ model: string; answer(question: string, signal: AbortSignal): Promise<ArmAnswer> }> {
  const writer = await createWriter(setting, findAdapter, base)
  const { instructions } = setting
  const house = instructions === undefined ? [] : [`House style:\n${instructions}`]
  const system = isEmbedded ? instructions : [RULES, ...house].join('\n\n')
  return {
    model: writer.model,
    answer: (question, signal) => write(writer, { prompt: question, system, signal }),
  }
}

async function write(
  writer: Writer,
  request: { prompt: string; system: string | undefined; signal: AbortSignal },
): Promise<ArmAnswer> {
  const started = performance.now()
  let [text, firstTextMs] = ['', 0]
  let usage = { inputTokens: 0, outputTokens: 0 }
  for await (const piece of writer.write(request)) {
    if (typeof piece !== 'string') usage = piece
    else {
      if (firstTextMs === 0) firstTextMs = performance.now() - started
      text += piece
    }
  }
  const answer = text.trim()
  return {
    answer,
    abstained: answer === '' || declines(answer),
    citations: [],
    retrieved: null,
    confidence: null,
    usage,
    timings: { retrievalMs: 0, firstTextMs, totalMs: performance.now() - started },
  }
}

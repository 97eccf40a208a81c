/** @file Asks a chat model of a service, for the evaluation of what was trained there. */
import { z } from 'zod'
import { BehaviorError } from '../../errors.ts'
import type { ServiceQuestion } from '../trainer.ts'
import type { Wire } from './wire.ts'
import { toWireMessage } from './wire-message.ts'

const completion = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({
          content: z.string().nullish(),
          tool_calls: z
            .array(z.object({ function: z.object({ name: z.string(), arguments: z.string() }) }))
            .nullish(),
        }),
      }),
    )
    .min(1),
})

/** The reply, without randomness; calls of tools as JSON, one per line. */
export async function askModel(
  wire: Wire,
  { prompt, tools }: ServiceQuestion,
  {
    model,
    maxTokens,
    signal,
  }: { model: string; maxTokens: number; signal?: AbortSignal | undefined },
): Promise<string> {
  const json = {
    model,
    messages: prompt.map((message) => toWireMessage(message)),
    temperature: 0,
    max_tokens: maxTokens,
    ...(tools && { tools }),
  }
  const answer = await wire.json('/chat/completions', { method: 'POST', json, signal })
  const parsed = completion.safeParse(answer)
  if (!parsed.success)
    throw new BehaviorError(
      'service_answer_invalid',
      `${wire.host} sent no completion of "${model}"`,
      {
        hint: 'Check that the service serves chat completions of this model.',
      },
    )
  const { content, tool_calls: calls } = parsed.data.choices[0]!.message
  const called = (calls ?? []).map(({ function: call }) => JSON.stringify(call))
  return [...(content ? [content] : []), ...called].join('\n')
}

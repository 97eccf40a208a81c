/** @file Runs one tool: within its time, ended with the answer, and never failing for the caller. */
import { AssistantError } from '../errors.ts'
import { resultText } from './result-text.ts'
import { type Tool, ToolError } from './tool.ts'
import type { ToolCall, ToolStatus } from './tool-call.ts'

export type ToolRun = { status: ToolStatus; text: string; durationMs: number }

/** @throws AssistantError `aborted` alone: what else goes wrong is the result */
export async function runTool(
  tool: Tool,
  { name, input }: ToolCall,
  { principal, signal }: { principal: string | undefined; signal?: AbortSignal | undefined },
): Promise<ToolRun> {
  const started = performance.now()
  const ended = (status: ToolStatus, text: string): ToolRun => ({
    status,
    text,
    durationMs: performance.now() - started,
  })
  if (signal?.aborted) throw aborted()
  const timeout = AbortSignal.timeout(tool.timeoutMs)
  const stop = signal ? AbortSignal.any([signal, timeout]) : timeout
  try {
    const checked = tool.parse(input)
    const result = await orAborted(stop, async () => tool.run(checked, { principal, signal: stop }))
    return ended('done', resultText(result))
  } catch (error) {
    if (signal?.aborted) throw aborted()
    if (timeout.aborted)
      return ended('failed', `${name} gave no result within ${tool.timeoutMs} ms.`)
    return ended('failed', failureText(name, error))
  }
}

function aborted(): AssistantError {
  return new AssistantError('aborted', 'the answer was cancelled', {
    hint: 'Ask again to get a new answer.',
  })
}

/** Also of a tool that does not listen to its signal. */
async function orAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const { promise: stopped, reject } = Promise.withResolvers<never>()
  const fail = (): void => reject(signal.reason)
  signal.addEventListener('abort', fail, { once: true })
  try {
    return await Promise.race([work(), stopped])
  } finally {
    signal.removeEventListener('abort', fail)
  }
}

/** Messages that were not written for readers may hold anything: addresses, keys, other people's data. */
function failureText(name: string, error: unknown): string {
  if (error instanceof AssistantError) return `${name} was not called: ${error.message}.`
  if (error instanceof ToolError) return resultText(error.message)
  return `${name} failed.`
}

/** @file Asking at the terminal whether a tool may be called. */
import { createInterface } from 'node:readline/promises'
import type { ToolApproval } from '../assistant/index.ts'

type PromptOptions = {
  signal: AbortSignal
  input?: NodeJS.ReadableStream
  output?: NodeJS.WritableStream
}

const reasons: Record<ToolApproval['reason'], (approval: ToolApproval) => string> = {
  'side-effects': () => 'It changes something.',
  'untrusted-tool': () => 'Its server is not trusted.',
  'unfounded-arguments': ({ unfounded }) => `You did not say ${unfounded.join(', ')}.`,
}

/** Shows the call; anything but a yes is a no. */
export async function askToApprove(
  approval: ToolApproval,
  { signal, input = process.stdin, output = process.stderr }: PromptOptions,
): Promise<boolean> {
  const { call, description, reason } = approval
  const prompt = createInterface({ input, output })
  const ended = new AbortController()
  // The end of the input, which would leave the question open for ever.
  prompt.once('close', () => ended.abort())
  // On a terminal, Ctrl-C comes as a key and not as a signal.
  prompt.on('SIGINT', () => process.emit('SIGINT'))
  const stop = AbortSignal.any([signal, ended.signal])
  output.write(
    `\n${call.name}: ${description}\n${JSON.stringify(call.input, null, 2)}\n${reasons[reason](approval)}\n`,
  )
  try {
    const answer = await prompt.question('Call it? [y/N] ', { signal: stop })
    return /^y(?:es)?$/i.test(answer.trim())
  } catch (error) {
    if (!stop.aborted) throw error
    return false
  } finally {
    prompt.close()
  }
}

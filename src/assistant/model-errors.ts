/** @file What goes wrong with a model, told without keys, prompts or document text. */
import { APICallError, LoadAPIKeyError, RetryError } from 'ai'
import { AssistantError, type AssistantErrorCode } from './errors.ts'

type Failure = { code: AssistantErrorCode; hint: string }

const UNAUTHORIZED: Failure = {
  code: 'model_unauthorized',
  hint: 'Check the API key and whether it may use this model.',
}
const TIMED_OUT: Failure = {
  code: 'model_timeout',
  hint: 'Try again, choose a faster model, or raise timeoutMs.',
}

const failuresByStatus: Record<number, Failure> = {
  401: UNAUTHORIZED,
  403: UNAUTHORIZED,
  404: { code: 'model_not_found', hint: 'Check the model name and the base URL of the endpoint.' },
  408: TIMED_OUT,
  429: {
    code: 'rate_limited',
    hint: 'Wait a little, or raise the limit of the account with the provider.',
  },
  504: TIMED_OUT,
}

const FAILED: Failure = {
  code: 'model_failed',
  hint: 'Try again; if it stays, look into the log of the model server.',
}

const hintsByProviderCode: Record<string, string> = {
  context_length_exceeded: 'Give the model less evidence, or choose one with a longer context.',
  insufficient_quota: 'The account with the provider has no credit left; top it up.',
}

/** The error for a failed call of `model`. Provider messages may repeat key or prompt, so none is passed on. */
export function toAssistantError(error: unknown, model: string): AssistantError {
  if (error instanceof AssistantError) return error
  const cause = RetryError.isInstance(error) ? error.lastError : error
  if (APICallError.isInstance(cause)) return fromCall(cause, model)
  if (LoadAPIKeyError.isInstance(cause)) {
    const hint = 'Set the environment variable in which the provider expects its key.'
    return new AssistantError('model_unauthorized', `no API key for model "${model}"`, { hint })
  }
  return new AssistantError('model_failed', `model "${model}" failed${nameOf(cause)}`, {
    hint: FAILED.hint,
  })
}

/** The error for an answer that ended before the model had finished it. */
export function cutOffError(model: string): AssistantError {
  return new AssistantError(
    'model_failed',
    `model "${model}" stopped in the middle of its answer`,
    {
      hint: 'The connection to the model was cut; try again.',
    },
  )
}

/** The error for a model that was silent too long. */
export function silenceError(model: string, timeoutMs: number): AssistantError {
  return new AssistantError('model_timeout', `model "${model}" sent nothing for ${timeoutMs} ms`, {
    hint: TIMED_OUT.hint,
  })
}

/** The error for a caller who no longer wants the answer. */
export function abortedError(): AssistantError {
  return new AssistantError('aborted', 'the answer was cancelled', {
    hint: 'Ask again to get a new answer.',
  })
}

function fromCall(error: APICallError, model: string): AssistantError {
  const host = hostOf(error.url)
  const { statusCode: status } = error
  if (status === undefined) {
    const hint = `Check that a model server runs at ${host} and can be reached from here.`
    return new AssistantError('model_failed', `model "${model}" at ${host} cannot be reached`, {
      hint,
    })
  }
  const { code, hint } = failuresByStatus[status] ?? FAILED
  const reason = providerCode(error.data)
  const detail = reason === undefined ? '' : ` (${reason})`
  return new AssistantError(code, `model "${model}" at ${host} answered ${status}${detail}`, {
    hint: hintsByProviderCode[reason ?? ''] ?? hint,
  })
}

/** The provider's error code, if it has the form of one. */
function providerCode(data: unknown): string | undefined {
  const error = (data as { error?: { code?: unknown; type?: unknown } } | undefined)?.error
  const code = error?.code ?? error?.type
  return typeof code === 'string' && /^[a-z][a-z_]{2,40}$/.test(code) ? code : undefined
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'its endpoint'
}

function nameOf(error: unknown): string {
  return error instanceof Error && error.name !== 'Error' ? ` (${error.name})` : ''
}

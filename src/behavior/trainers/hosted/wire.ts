/** @file Requests to a service that speaks the OpenAI wire: keys, retries with back-off, errors without keys. */
import { setTimeout as sleep } from 'node:timers/promises'
import { BehaviorError } from '../../errors.ts'

export type WireOptions = {
  /** Such as `https://api.openai.com/v1`. */
  readonly baseUrl: string
  /** Name of the environment variable that holds the key. */
  readonly apiKeyEnv: string
  /** The first wait before a repetition; it doubles. */
  readonly retryMs: number
}

export type WireRequest = {
  readonly method?: 'GET' | 'POST'
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as multipart. */
  readonly form?: () => FormData
  /** Whether it may reach the service twice. Default true. */
  readonly isRepeatable?: boolean
  readonly timeoutMs?: number
  readonly signal?: AbortSignal | undefined
}

export type Wire = {
  /** Where it is, for messages. */
  readonly host: string
  /** @throws BehaviorError `service_refused` | `service_unreachable`; the signal's reason */
  json(path: string, request?: WireRequest): Promise<unknown>
  bytes(path: string, request?: WireRequest): Promise<Uint8Array>
}

/** Thrown for what may or may not have been done by the service. */
export class UncertainRequest extends Error {}

/** With the first wait of a second: two minutes, as a restart or a lost network may take. */
const ATTEMPTS = 8
const LONGEST_WAIT_MS = 60_000
const TIMEOUT_MS = 60_000
/** Of a message of the service, which may repeat whole documents. */
const LONGEST_MESSAGE = 600

/** @throws BehaviorError `invalid_option` | `service_key_missing` */
export function openWire(options: WireOptions): Wire {
  const { retryMs, apiKeyEnv } = options
  const base = checkedUrl(options.baseUrl)
  const key = readKey(apiKeyEnv)
  const { host } = new URL(base)

  async function request(path: string, options: WireRequest = {}): Promise<Uint8Array> {
    const { isRepeatable = true, signal } = options
    for (let attempt = 1; ; attempt++) {
      const outcome = await attemptRequest(`${base}${path}`, key, options)
      if ('bytes' in outcome) return outcome.bytes
      const problem = scrub(outcome.problem, key)
      if (outcome.isUncertain && !isRepeatable) throw new UncertainRequest(problem)
      if (!outcome.isTemporary) throw refused({ host, apiKeyEnv, status: outcome.status, problem })
      if (attempt === ATTEMPTS) throw unreachable(host, problem)
      const wait = outcome.retryAfterMs ?? retryMs * 2 ** (attempt - 1)
      await sleep(Math.min(wait, LONGEST_WAIT_MS), undefined, signal && { signal })
    }
  }

  return {
    host,
    bytes: request,
    json: async (path, options) => parseJson(await request(path, options), host),
  }
}

type Failure = {
  status: number
  problem: string
  /** It may work later. */
  isTemporary: boolean
  /** It may have been done all the same. */
  isUncertain: boolean
  retryAfterMs?: number
}

async function attemptRequest(
  url: string,
  key: string,
  { method = 'GET', json, form, timeoutMs = TIMEOUT_MS, signal }: WireRequest,
): Promise<Failure | { bytes: Uint8Array }> {
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(json !== undefined && { 'content-type': 'application/json' }),
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
      ...(form && { body: form() }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
    const bytes = new Uint8Array(await response.arrayBuffer())
    return response.ok ? { bytes } : failureOf(response, new TextDecoder().decode(bytes))
  } catch (error) {
    signal?.throwIfAborted()
    const { message, cause } = error as Error
    const problem = cause instanceof Error ? cause.message : message
    return { status: 0, problem, isTemporary: true, isUncertain: true }
  }
}

function failureOf(response: Response, body: string): Failure {
  const { status, headers } = response
  const retryAfter = Number(headers.get('retry-after') ?? Number.NaN)
  return {
    status,
    problem: messageOf(body) ?? `status ${status}`,
    isTemporary: status === 408 || status === 429 || status >= 500,
    isUncertain: status === 408 || status >= 500,
    ...(retryAfter >= 0 && { retryAfterMs: retryAfter * 1000 }),
  }
}

/** `{error: {message}}` of OpenAI, `{message}` or `{detail}` of others. */
function messageOf(body: string): string | undefined {
  try {
    const value = JSON.parse(body) as Record<string, unknown>
    const error = value.error as { message?: unknown } | string | undefined
    const found =
      typeof error === 'object' ? error.message : (error ?? value.message ?? value.detail)
    return typeof found === 'string' ? found : JSON.stringify(found ?? value)
  } catch {
    return body.trim() === '' ? undefined : body.trim()
  }
}

function parseJson(bytes: Uint8Array, host: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw new BehaviorError(
      'service_answer_invalid',
      `${host} answered with something that is not JSON`,
      {
        hint: 'Check the base URL: it ends with /v1 at most services.',
        cause,
      },
    )
  }
}

function refused({
  host,
  apiKeyEnv,
  status,
  problem,
}: {
  host: string
  apiKeyEnv: string
  status: number
  problem: string
}): BehaviorError {
  const isKey = status === 401 || status === 403
  // Services repeat parts of the key in these messages.
  const reason = isKey ? 'the key is not accepted' : problem
  return new BehaviorError('service_refused', `${host} answered ${status}: ${reason}`, {
    hint: isKey
      ? `Check ${apiKeyEnv}, and whether its account may fine-tune this model.`
      : 'See the documentation of the service; nothing was trained by this request.',
  })
}

function scrub(text: string, key: string): string {
  return text.replaceAll(key, '…').slice(0, LONGEST_MESSAGE)
}

function unreachable(host: string, problem: string): BehaviorError {
  return new BehaviorError(
    'service_unreachable',
    `${host} failed ${ATTEMPTS} times; at last: ${problem}`,
    { hint: 'Run the same command again later: it goes on where it was.' },
  )
}

/** The key travels in a header: in the clear only to this machine. */
function checkedUrl(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  const isLocal = url !== undefined && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal))
    return baseUrl.replace(/\/+$/, '')
  throw new BehaviorError('invalid_option', `"${baseUrl}" is not an https address`, {
    hint: 'Give the base URL of the service, such as https://api.openai.com/v1; http is for this machine only.',
  })
}

function readKey(name: string): string {
  const key = process.env[name]?.trim()
  if (key) return key
  throw new BehaviorError('service_key_missing', `the environment variable ${name} is not set`, {
    hint: 'Put the key of the service there; Graft neither stores nor logs it.',
  })
}

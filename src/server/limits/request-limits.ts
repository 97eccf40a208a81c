/** @file What one caller may use: requests in a minute, tokens in a day, the length of an address. */
import type { Context } from 'hono'
import type { ServerLimits } from '../../config.ts'
import type { Workspace } from '../../workspace.ts'
import type { Caller } from '../auth/caller.ts'
import { RequestError, ServerError } from '../errors.ts'
import { createTokenBuckets } from './token-bucket.ts'

export type RequestLimits = {
  /** `caller` is undefined where a key is missing. @throws ServerError, RequestError 429 */
  admit(context: Context, caller: Caller | undefined): Promise<void>
}

/** For keys, and for addresses that send none that is valid; whoever runs the server is not limited. */
const REQUESTS_PER_MINUTE = 600
const LONGEST_URL = 8_192

export function createRequestLimits(
  { requestsPerMinute = REQUESTS_PER_MINUTE, tokensPerDay }: ServerLimits,
  keys: Workspace['access']['keys'],
): RequestLimits {
  const buckets = createTokenBuckets(requestsPerMinute)
  return {
    async admit(context, caller) {
      assertUrl(context.req.url)
      if (caller && caller.keyId === null) return
      const wait = buckets.take(caller?.keyId ?? addressOf(context), performance.now())
      if (wait > 0) throw tooFast(context, wait, requestsPerMinute)
      const keyId = caller?.keyId
      if (!keyId || tokensPerDay === undefined || context.req.method !== 'POST') return
      if ((await keys.spent(keyId)) >= tokensPerDay) throw spent(context, tokensPerDay)
    },
  }
}

function assertUrl({ length }: string): void {
  if (length <= LONGEST_URL) return
  throw new ServerError('invalid_request', `the address has ${length} characters`, {
    hint: `Give at most ${LONGEST_URL}; longer questions belong into a body.`,
  })
}

function tooFast(context: Context, wait: number, perMinute: number): RequestError {
  context.header('retry-after', String(Math.ceil(wait)))
  const message = `more than ${perMinute} requests in a minute`
  return new RequestError('rate_limit_exceeded', message, {
    status: 429,
    type: 'requests',
    hint: `Try again in ${Math.ceil(wait)} s.`,
  })
}

function spent(context: Context, most: number): RequestError {
  const midnight = new Date().setUTCHours(24, 0, 0, 0)
  context.header('retry-after', String(Math.ceil((midnight - Date.now()) / 1000)))
  return new RequestError('insufficient_quota', `this key has used its ${most} tokens of today`, {
    status: 429,
    type: 'insufficient_quota',
    hint: 'The day of the budget ends at midnight UTC.',
  })
}

/** Of the connection: headers of proxies can be forged. Requests without a connection come from tests. */
function addressOf({ env }: Context): string {
  const { incoming } = (env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } }
  return incoming?.socket?.remoteAddress ?? 'unknown'
}

/** @file Who may talk to the server: Host and Origin checks against foreign pages, API keys, what each may do. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import type { ApiKey } from '../knowledge/index.ts'
import { type Caller, type Callers, callerOf, OWNER } from './auth/caller.ts'
import { assertScope } from './auth/scopes.ts'
import { ServerError } from './errors.ts'
import type { RequestLimits } from './limits/request-limits.ts'

export type GuardOptions = {
  /** Address the server is bound to. */
  host: string
  /** The owner's key; without it, requests to loopback need none. */
  apiKey?: string
}

type GuardParts = {
  callers: Callers
  limits: RequestLimits
  authenticate(given: string): Promise<ApiKey | undefined>
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]', '::1'])

export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host)
}

/**
 * On loopback the Host header must name loopback (a rebound DNS name does not), and a request that
 * carries an Origin must come from the page itself.
 */
export function guard(options: GuardOptions, parts: GuardParts): MiddlewareHandler {
  return async (context, next) => {
    const target = new URL(context.req.url)
    assertOrigin(context, target, options)
    if (!locked.test(target.pathname)) return await next()
    const caller = await identify(context, options, parts)
    context.set('keyId', caller?.keyId)
    await parts.limits.admit(context, caller)
    if (!caller) throw unauthorized()
    assertScope(context, caller)
    await parts.callers.run(caller, next)
  }
}

/** All but the page's own files, which hold no documents. */
const locked = /^\/(?:api|v1|mcp)(?:\/|$)/

/** @throws ServerError foreign_origin */
function assertOrigin(context: Context, target: URL, { host }: GuardOptions): void {
  if (isLoopback(host) && !LOOPBACK.has(target.hostname)) throw foreign(`host ${target.hostname}`)
  const origin = context.req.header('origin')
  if (origin !== undefined && origin !== target.origin) throw foreign(`origin ${origin}`)
}

/** Clients of OpenAI cannot leave the key out: on loopback, any text that is no stored key counts as none. */
async function identify(
  context: Context,
  { host, apiKey }: GuardOptions,
  { authenticate }: GuardParts,
): Promise<Caller | undefined> {
  const given = context.req.header('authorization')?.replace(/^Bearer /i, '') ?? ''
  if (apiKey !== undefined && sameSecret(given, apiKey)) return OWNER
  if (given.startsWith(STORED)) {
    const key = await authenticate(given)
    return key && callerOf(key)
  }
  return apiKey === undefined && isLoopback(host) ? OWNER : undefined
}

/** How the keys of `graft keys create` begin. */
const STORED = 'graft_'

function unauthorized(): ServerError {
  return new ServerError('unauthorized', 'the request carries no valid API key', {
    hint: 'Send the header "Authorization: Bearer KEY" with the value of GRAFT_API_KEY, or a key of graft keys create.',
  })
}

function foreign(what: string): ServerError {
  return new ServerError('foreign_origin', `requests from ${what} are refused`, {
    hint: 'Open the page at the address that graft serve printed.',
  })
}

/** Hashing first makes the lengths equal, so that the comparison takes the same time for every input. */
function sameSecret(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

/** @file Who may talk to the server: Host and Origin checks against foreign pages, the API key. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { ServerError } from './errors.ts'

export type GuardOptions = {
  /** Address the server is bound to. */
  host: string
  apiKey?: string
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]', '::1'])

export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host)
}

/**
 * On loopback the Host header must name loopback (a rebound DNS name does not), and a request that
 * carries an Origin must come from the page itself.
 */
export function guard({ host, apiKey }: GuardOptions): MiddlewareHandler {
  return async (context, next) => {
    const target = new URL(context.req.url)
    if (isLoopback(host) && !LOOPBACK.has(target.hostname)) throw foreign(`host ${target.hostname}`)
    const origin = context.req.header('origin')
    if (origin !== undefined && origin !== target.origin) throw foreign(`origin ${origin}`)
    if (apiKey !== undefined && target.pathname.startsWith('/api/')) {
      const given = context.req.header('authorization')?.replace(/^Bearer /, '') ?? ''
      if (!sameSecret(given, apiKey)) {
        throw new ServerError('unauthorized', 'the request carries no valid API key', {
          hint: 'Send the header "Authorization: Bearer KEY" with the value of GRAFT_API_KEY.',
        })
      }
    }
    await next()
  }
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

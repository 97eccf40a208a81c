/**
 * @file One line for each request: ids, status and times. Never a question, an answer, a document, a key, an
 * address or a query: routes are logged by their pattern.
 */
import type { MiddlewareHandler } from 'hono'
import { GraftError } from '../errors.ts'
import { routeOf } from './auth/scopes.ts'

export type LogFormat = 'json' | 'text' | 'off'

export type LogEntry = {
  time: string
  method: string
  /** Null where no route answers. */
  route: string | null
  status: number
  /** Until the response began; answers stream on. */
  ms: number
  /** Id of the stored key. */
  key: string | null
  /** What the response calls `x-request-id`. */
  request: string | null
  /** Code of the error, or the name of one that was not expected. */
  error: string | null
}

export function requestLog(write: (entry: LogEntry) => void): MiddlewareHandler {
  return async (context, next) => {
    const started = performance.now()
    await next()
    const { error, res } = context
    write({
      time: new Date().toISOString(),
      method: context.req.method,
      route: routeOf(context)?.replace(/^\w+ /, '') ?? null,
      status: res.status,
      ms: Math.round(performance.now() - started),
      key: (context.get('keyId') as string | undefined) ?? null,
      request: res.headers.get('x-request-id'),
      error: error ? codeOf(error) : null,
    })
  }
}

/** To standard error, so that standard output stays the program's. */
export function logWriter(format: LogFormat): ((entry: LogEntry) => void) | undefined {
  const line = lines[format]
  return line && ((entry) => void process.stderr.write(`${line(entry)}\n`))
}

const lines: Record<LogFormat, ((entry: LogEntry) => string) | undefined> = {
  json: (entry) => JSON.stringify(entry),
  text: ({ time, method, route, status, ms, key, error }) =>
    [time, method, route ?? '-', status, `${ms}ms`, key ?? '-', error ?? ''].join(' ').trimEnd(),
  off: undefined,
}

function codeOf(error: Error): string {
  return error instanceof GraftError ? error.code : error.name
}

/** @file Error codes of the server, the HTTP status of every code, and errors as responses. */
import type { Context } from 'hono'
import { GraftError, type GraftErrorOptions } from '../errors.ts'
import type { ErrorResponse } from './contract.ts'

export type ServerErrorCode =
  | 'unauthorized'
  | 'foreign_origin'
  | 'missing_scope'
  | 'not_this_principal'
  | 'invalid_request'
  | 'body_too_large'
  | 'not_found'
  | 'too_many_requests'
  | 'key_required'
  | 'address_in_use'

export class ServerError extends GraftError<ServerErrorCode> {}

export type RequestErrorStatus = 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429

export type RequestErrorOptions = GraftErrorOptions & {
  status: RequestErrorStatus
  /** Default `invalid_request_error`. */
  type?: string
  param?: string | null
}

/** A refusal that says itself which status it has and which field is at fault. */
export class RequestError extends GraftError {
  readonly status: RequestErrorStatus
  readonly type: string
  readonly param: string | null

  constructor(code: string, message: string, options: RequestErrorOptions) {
    super(code, message, options)
    this.status = options.status
    this.type = options.type ?? 'invalid_request_error'
    this.param = options.param ?? null
  }
}

export type ErrorStatus = RequestErrorStatus | 500 | 502 | 503 | 504

const statuses: Record<string, ErrorStatus> = {
  unauthorized: 401,
  foreign_origin: 403,
  missing_scope: 403,
  not_this_principal: 403,
  not_found: 404,
  unknown_version: 404,
  unknown_principal: 404,
  unknown_trace: 404,
  text_not_kept: 409,
  nothing_to_replay: 409,
  unknown_model: 404,
  unknown_approval: 404,
  output_invalid: 422,
  adapter_unknown: 404,
  alias_unknown: 404,
  adapter_in_use: 409,
  unknown_file: 404,
  unknown_vector_store: 404,
  unknown_batch: 404,
  unknown_job: 404,
  not_yours: 403,
  not_shareable: 403,
  upload_too_large: 413,
  body_too_large: 413,
  too_many_requests: 429,
  rate_limited: 429,
  model_failed: 502,
  model_unauthorized: 502,
  model_not_found: 502,
  embedding_failed: 502,
  connection_lost: 503,
  connection_failed: 503,
  model_closed: 503,
  worker_ended: 503,
  model_timeout: 504,
}

/** Our own errors are the caller's to correct unless the table says otherwise; others are ours. */
function statusOf(error: unknown): ErrorStatus {
  if (error instanceof RequestError) return error.status
  if (!(error instanceof GraftError)) return 500
  return statuses[error.code] ?? 400
}

/** Expected errors go out as they are; the text of others may hold anything, so it stays here. */
export function publicError(error: unknown): { code: string; message: string; hint?: string } {
  if (error instanceof GraftError) return error.toJSON()
  return {
    code: 'internal',
    message: 'the server failed on this request',
    hint: 'Look at the log of the server.',
  }
}

/** Writes to the log what the client is not told: where it failed, not why, since messages may quote documents. */
export function logUnexpected(error: unknown): void {
  if (error instanceof GraftError) return
  const { name, stack = '' } = error instanceof Error ? error : new Error('unknown error')
  const place =
    stack
      .split('\n')
      .find((line) => /^\s+at /.test(line))
      ?.trim() ?? ''
  console.error(`unexpected ${name} ${place}`.trimEnd())
}

/** The body of a failed request, in the shape that OpenAI's clients read. */
export function errorBody(error: unknown): ErrorResponse {
  const { code, message, hint } = publicError(error)
  const { type, param } =
    error instanceof RequestError ? error : { type: typeOf(statusOf(error)), param: null }
  return { error: { message, type, code, param, ...(hint && { hint }) } }
}

export function errorResponse(context: Context, error: unknown): Response {
  const status = statusOf(error)
  logUnexpected(error)
  if (status === 401) context.header('www-authenticate', 'Bearer')
  return context.json(errorBody(error), status)
}

function typeOf(status: ErrorStatus): string {
  return status < 500 ? 'invalid_request_error' : 'server_error'
}

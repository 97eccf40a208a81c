/** @file Error codes of the server, and the HTTP status of every code. */
import { GraftError } from '../errors.ts'

export type ServerErrorCode =
  | 'unauthorized'
  | 'foreign_origin'
  | 'invalid_request'
  | 'body_too_large'
  | 'not_found'
  | 'too_many_requests'
  | 'key_required'
  | 'address_in_use'

export class ServerError extends GraftError<ServerErrorCode> {}

const statuses: Record<string, 400 | 401 | 403 | 404 | 413 | 429 | 502 | 503 | 504> = {
  unauthorized: 401,
  foreign_origin: 403,
  not_found: 404,
  unknown_version: 404,
  unknown_principal: 404,
  body_too_large: 413,
  too_many_requests: 429,
  rate_limited: 429,
  model_failed: 502,
  model_unauthorized: 502,
  model_not_found: 502,
  embedding_failed: 502,
  connection_lost: 503,
  connection_failed: 503,
  model_timeout: 504,
}

/** Our own errors are the caller's to correct unless the table says otherwise; others are ours. */
export function statusOf(
  error: unknown,
): 400 | 401 | 403 | 404 | 413 | 429 | 500 | 502 | 503 | 504 {
  if (!(error instanceof GraftError)) return 500
  return statuses[error.code] ?? 400
}

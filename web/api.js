/** @file The server's JSON API, and the one error that a failed request becomes. */

import { strings } from './strings.js'

/** @import { ErrorResponse, StatusResponse, VersionResponse } from '../src/server/contract.ts' */

/** A request that failed: a message for the reader and, where there is one, what to do about it. */
export class RequestError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {string} [hint]
   */
  constructor(code, message, hint) {
    super(message)
    this.code = code
    this.hint = hint
  }
}

/** @returns {Promise<StatusResponse>} */
export async function getStatus() {
  const response = await request('/api/status', {
    cache: 'no-store',
    signal: AbortSignal.timeout(8000),
  })
  return response.json()
}

/**
 * @param {string} versionId
 * @param {AbortSignal} signal
 * @returns {Promise<VersionResponse>}
 */
export async function getVersion(versionId, signal) {
  const response = await request(`/api/versions/${encodeURIComponent(versionId)}`, { signal })
  return response.json()
}

/**
 * `fetch` that throws a RequestError unless the server agreed; an abort stays an AbortError.
 *
 * @param {string} path
 * @param {RequestInit} init
 */
export async function request(path, init) {
  const response = await fetch(path, init).catch((cause) => {
    throw init.signal?.aborted && cause.name === 'AbortError' ? cause : unreachable()
  })
  if (!response.ok) throw await readError(response)
  return response
}

function unreachable() {
  return new RequestError('unreachable', strings.errors.unreachable, strings.errors.unreachableHint)
}

/** @param {Response} response */
async function readError(response) {
  /** @type {Partial<ErrorResponse> | null} */
  const body = await response.json().catch(() => null)
  const error = body?.error
  return new RequestError(
    error?.code ?? `http_${response.status}`,
    error?.message ?? strings.errors.status(response.status),
    error?.hint,
  )
}

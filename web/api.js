/** @file The server's JSON API, and the one error that a failed request becomes. Nothing else fetches. */

import { askForKey, keyHeaders } from './login.js'
import { strings } from './strings.js'

/** @import { AdaptersResponse, AliasHistoryResponse, AliasResponse, DocumentResponse, DocumentsResponse, ErrorResponse, EventObject, FeedbackResponse, JobObject, RemovalResponse, ReplayResponse, SearchResponse, StatusResponse, TraceResponse, TracesResponse, UploadResponse, VersionResponse } from '../src/server/contract.ts' */

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

/** @type {(versionId: string, signal: AbortSignal) => Promise<VersionResponse>} */
export const getVersion = (versionId, signal) =>
  getJson(`/api/versions/${encodeURIComponent(versionId)}`, signal)

/** @type {(signal?: AbortSignal) => Promise<{ data: { id: string }[] }>} */
export const getModels = (signal) => getJson('/v1/models', signal)

/** @type {(filter: Record<string, string>, signal: AbortSignal) => Promise<TracesResponse>} */
export const getTraces = (filter, signal) =>
  getJson(`/api/traces?${new URLSearchParams(filter)}`, signal)

/** @type {(id: string, signal?: AbortSignal) => Promise<TraceResponse>} */
export const getTrace = (id, signal) => getJson(`/api/traces/${encodeURIComponent(id)}`, signal)

/** @type {(id: string, today: boolean) => Promise<ReplayResponse>} */
export const replayTrace = (id, today) =>
  postJson(`/api/traces/${encodeURIComponent(id)}/replay`, { today })

/** @type {(id: string, feedback: { vote: 'up' | 'down', reason?: string, correction?: string }) => Promise<FeedbackResponse>} */
export const giveFeedback = (id, feedback) =>
  postJson(`/api/traces/${encodeURIComponent(id)}/feedback`, feedback)

/** @type {(signal: AbortSignal) => Promise<DocumentsResponse>} */
export const getDocuments = (signal) => getJson('/api/documents', signal)

/** @type {(id: string, signal: AbortSignal) => Promise<DocumentResponse>} */
export const getDocument = (id, signal) =>
  getJson(`/api/documents/${encodeURIComponent(id)}`, signal)

/** @type {(query: string, signal: AbortSignal) => Promise<SearchResponse>} */
export const searchDocuments = (query, signal) =>
  getJson(`/api/search?${new URLSearchParams({ q: query })}`, signal)

/**
 * @param {File} file
 * @param {{ collection: string, groups: string[] }} place
 * @returns {Promise<UploadResponse>}
 */
export async function uploadDocument(file, { collection, groups }) {
  const body = new FormData()
  body.set('file', file)
  if (collection) body.set('collection', collection)
  for (const group of groups) body.append('groups', group)
  const response = await request('/api/documents', { method: 'POST', body })
  return response.json()
}

/**
 * @param {string} id
 * @returns {Promise<RemovalResponse>}
 */
export async function removeDocument(id) {
  const path = `/api/documents/${encodeURIComponent(id)}`
  const response = await request(path, { method: 'DELETE' })
  return response.json()
}

/** @type {(signal: AbortSignal) => Promise<AdaptersResponse>} */
export const getAdapters = (signal) => getJson('/api/behavior/adapters', signal)

/** @type {(name: string, alias: string, signal: AbortSignal) => Promise<AliasHistoryResponse>} */
export const getAliasHistory = (name, alias, signal) =>
  getJson(`${aliasPath(name, alias)}/history`, signal)

/** @type {(name: string, alias: string, body: { version: number, force: boolean }) => Promise<AliasResponse>} */
export const promote = (name, alias, body) => postJson(`${aliasPath(name, alias)}/promote`, body)

/** @type {(name: string, alias: string, body: { version: number, share: number, force: boolean }) => Promise<AliasResponse>} */
export const startCanary = (name, alias, body) => postJson(`${aliasPath(name, alias)}/canary`, body)

/** @type {(name: string, alias: string) => Promise<AliasResponse>} */
export const rollBack = (name, alias) => postJson(`${aliasPath(name, alias)}/rollback`, {})

/** @type {(signal: AbortSignal) => Promise<{ data: JobObject[] }>} */
export const getJobs = (signal) => getJson('/v1/fine_tuning/jobs?limit=20', signal)

/** Newest first. @type {(id: string, signal: AbortSignal) => Promise<{ data: EventObject[] }>} */
export const getJobEvents = (id, signal) =>
  getJson(`/v1/fine_tuning/jobs/${encodeURIComponent(id)}/events?limit=100`, signal)

/** @type {(id: string, action: 'cancel' | 'pause' | 'resume') => Promise<JobObject>} */
export const changeJob = (id, action) =>
  postJson(`/v1/fine_tuning/jobs/${encodeURIComponent(id)}/${action}`, {})

/**
 * `fetch` that throws a RequestError unless the server agreed; an abort stays an AbortError.
 *
 * @param {string} path
 * @param {RequestInit} init
 */
export async function request(path, init) {
  const headers = { ...init.headers, ...keyHeaders() }
  const response = await fetch(path, { ...init, headers }).catch((cause) => {
    throw init.signal?.aborted && cause.name === 'AbortError' ? cause : unreachable()
  })
  if (response.status === 401) void askForKey()
  if (!response.ok) throw await readError(response)
  return response
}

/**
 * @param {string} name
 * @param {string} alias
 */
function aliasPath(name, alias) {
  return `/api/behavior/aliases/${encodeURIComponent(name)}/${encodeURIComponent(alias)}`
}

/**
 * @param {string} path
 * @param {AbortSignal} [signal]
 */
async function getJson(path, signal) {
  const response = await request(path, { cache: 'no-store', ...(signal && { signal }) })
  return response.json()
}

/**
 * @param {string} path
 * @param {object} body
 */
async function postJson(path, body) {
  const response = await request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return response.json()
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

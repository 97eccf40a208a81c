/** @file What the routes below /v1 have in common: OpenAI's errors, bodies, lists and times, and the reader. */
import type { Context } from 'hono'
import type { z } from 'zod'
import type { Reader } from '../../knowledge/index.ts'
import type { Workspace } from '../../workspace.ts'
import { RequestError, type RequestErrorStatus } from '../errors.ts'
import { firstIssue, readJson } from '../request-body.ts'

export type OpenAiErrorFields = {
  message: string
  /** Default `invalid_request_error`. */
  type?: string
  /** Default `invalid_request`. */
  code?: string
  /** The field of the request that is at fault. */
  param?: string | null
  /** What to do about it, as a sentence. */
  hint?: string
}

/** An error to throw; it reaches the client as `{error: {message, type, code, param}}` with this status. */
export function openaiError(status: RequestErrorStatus, fields: OpenAiErrorFields): RequestError {
  const { message, code = 'invalid_request', hint, ...details } = fields
  return new RequestError(code, message, { status, ...details, ...(hint && { hint }) })
}

/** The 400 for a parameter that this server knows and does not offer. */
export function unsupported(param: string, message: string, hint?: string): RequestError {
  return openaiError(400, {
    message,
    code: 'unsupported_parameter',
    param,
    ...(hint && { hint }),
  })
}

/** The JSON body as `schema` describes it. @throws RequestError 400, whose `param` is the first faulty field */
export async function parseBody<T>(schema: z.ZodType<T>, context: Context): Promise<T> {
  const result = schema.safeParse(await readJson(context))
  if (result.success) return result.data
  const { field, message } = firstIssue(result.error)
  throw openaiError(400, {
    message: `${field ?? 'body'}: ${message}`,
    param: field,
    hint: 'Correct the field and send the request again.',
  })
}

export type ListPage<T> = {
  object: 'list'
  data: T[]
  first_id: string | null
  last_id: string | null
  has_more: boolean
}

/** A page of a list in the form whose `last_id` clients send back as `after`. */
export function listPage<T extends { id: string }>(page: {
  data: T[]
  has_more: boolean
}): ListPage<T> {
  const { data, has_more } = page
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more,
  }
}

/** Seconds since 1970, as OpenAI counts time. */
export function unix(date: Date | string): number {
  return Math.floor(new Date(date).getTime() / 1000)
}

/**
 * Who asks: the principal of the header `graft-as`, of the query's `as` or of the body's `user`; the
 * owner of the workspace without any.
 * @throws RequestError 400 when they name different principals; KnowledgeError unknown_principal
 */
export async function readerOf(
  context: Context,
  workspace: Workspace,
  user?: string | null,
): Promise<Reader> {
  const given = [context.req.header('graft-as'), context.req.query('as'), user]
  const principals = new Set(given.filter((name) => name !== undefined && name !== null))
  if (principals.size > 1) {
    throw openaiError(400, {
      message: `the request names several principals: ${[...principals].join(', ')}`,
      param: 'user',
      hint: 'Name one: in the header graft-as, in the query as ?as=, or in the body as "user".',
    })
  }
  const [principal] = principals
  return await workspace.access.reader(principal)
}

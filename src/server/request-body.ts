/** @file The JSON body of a request, read and checked at the edge. */
import type { Context } from 'hono'
import type { z } from 'zod'
import { ServerError } from './errors.ts'

/** @throws ServerError invalid_request */
export async function readJson(context: Context): Promise<unknown> {
  if (!/^application\/json\b/i.test(context.req.header('content-type') ?? '')) {
    throw new ServerError('invalid_request', 'the body is not declared as JSON', {
      hint: 'Send content-type: application/json.',
    })
  }
  try {
    return await context.req.json()
  } catch (cause) {
    throw new ServerError('invalid_request', 'the body is not valid JSON', {
      hint: 'Send one JSON object.',
      cause,
    })
  }
}

/** The value as `schema` describes it. @throws ServerError invalid_request, which names the first faulty field */
export function check<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const { field, message } = firstIssue(result.error)
  throw new ServerError('invalid_request', `${field ?? 'body'}: ${message}`, {
    hint: 'Correct the field and send the request again.',
  })
}

/** `field` is null where the body as a whole is at fault. */
export function firstIssue(error: z.ZodError): { field: string | null; message: string } {
  const [issue] = error.issues
  const path = issue?.path.join('.') ?? ''
  return { field: path === '' ? null : path, message: issue?.message ?? 'invalid' }
}

/** @file Fields that several kinds of stored objects have: texts, metadata, groups, the cursor of a list. */
import type { Context } from 'hono'
import { z } from 'zod'
import type { Cursor, Page } from '../../db/index.ts'
import type { AttributeValue } from '../../knowledge/index.ts'
import { type ListPage, listPage, openaiError } from './shared.ts'

/** A text that Postgres can store: no NUL, no half of a surrogate pair. */
export function storableText(maxLength: number): z.ZodType<string> {
  return z
    .string()
    .max(maxLength)
    .refine((text) => !text.includes('\0'), 'holds a NUL character')
    .transform((text) => text.toWellFormed())
}

const MAX_PAIRS = 16
const MAX_KEY = 64
const MAX_VALUE = 512

/** 16 pairs of short texts, as OpenAI allows. */
export const metadataField: z.ZodType<Record<string, string>> = pairs(storableText(MAX_VALUE))

/** The same with numbers and booleans, to filter by. */
export const attributesField: z.ZodType<Record<string, AttributeValue>> = pairs(
  z.union([storableText(MAX_VALUE), z.number(), z.boolean()]),
)

function pairs<T>(value: z.ZodType<T>): z.ZodType<Record<string, T>> {
  return z
    .record(storableText(MAX_KEY), value)
    .refine((record) => Object.keys(record).length <= MAX_PAIRS, `has more than ${MAX_PAIRS} keys`)
}

/** Groups that may read an object besides whoever creates it: an extension of ours. */
export const groupsField: z.ZodType<string[]> = z.array(storableText(100)).max(16)

/** `limit`, `after`, `before` and `order` of a list. @throws RequestError 400 */
export function parseCursor(context: Context, maxLimit = 100, defaultLimit = 20): Cursor {
  const id = storableText(100).optional()
  const limit = z.coerce.number().int().min(1).max(maxLimit).default(defaultLimit)
  const order = z.enum(['asc', 'desc']).optional()
  return parseQuery(z.object({ after: id, before: id, limit, order }), context)
}

/** @throws RequestError 400, whose `param` is the first faulty parameter */
export function parseQuery<T>(schema: z.ZodType<T>, context: Context): T {
  const result = schema.safeParse(context.req.query())
  if (result.success) return result.data
  const [issue] = result.error.issues
  const param = issue?.path.join('.') || null
  throw openaiError(400, {
    message: `${param ?? 'query'}: ${issue?.message}`,
    param,
    hint: 'Correct the parameter and send the request again.',
  })
}

/** A page of stored objects in the form of a list. */
export function pageOf<T, U extends { id: string }>(
  { data, hasMore }: Page<T>,
  toObject: (item: T) => U,
): ListPage<U> {
  return listPage({ data: data.map(toObject), has_more: hasMore })
}

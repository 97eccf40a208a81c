/** @file The filter of a list by metadata: `metadata[key]=value`, or `metadata=null` for jobs without any. */
import type { Context } from 'hono'
import { metadataField } from '../fields.ts'
import { openaiError } from '../shared.ts'

/** @throws RequestError 400 */
export function metadataQuery(context: Context): { metadata?: Record<string, string> | null } {
  const query = context.req.query()
  if (query.metadata === 'null') return { metadata: null }
  const pairs = Object.entries(query).flatMap(([name, value]) => {
    const [, key] = /^metadata\[(.*)\]$/s.exec(name) ?? []
    return key === undefined ? [] : [[key, value] as const]
  })
  if (pairs.length === 0) return {}
  const result = metadataField.safeParse(Object.fromEntries(pairs))
  if (result.success) return { metadata: result.data }
  throw openaiError(400, {
    message: `metadata: ${result.error.issues[0]?.message}`,
    param: 'metadata',
    hint: 'Send metadata[key]=value with short texts.',
  })
}

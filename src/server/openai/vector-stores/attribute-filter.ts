/** @file Filters over attributes as a request writes them. */
import { z } from 'zod'
import type { AttributeFilter } from '../../../knowledge/index.ts'
import { storableText } from '../fields.ts'

const scalar = z.union([storableText(512), z.number(), z.boolean()])
const key = storableText(64)

const comparison = z.union([
  z.object({ type: z.enum(['eq', 'ne']), key, value: scalar }),
  // Booleans have no order.
  z.object({
    type: z.enum(['gt', 'gte', 'lt', 'lte']),
    key,
    value: z.union([storableText(512), z.number()]),
  }),
  z.object({ type: z.enum(['in', 'nin']), key, value: z.array(scalar).max(100) }),
])

const MAX_PARTS = 20
const MAX_DEPTH = 4

/** Compound filters hold comparisons or further compound filters, some levels deep. */
export const attributeFilter: z.ZodType<AttributeFilter> = level(MAX_DEPTH)

function level(depth: number): z.ZodType<AttributeFilter> {
  if (depth === 0) return comparison
  const filters = z
    .array(level(depth - 1))
    .min(1)
    .max(MAX_PARTS)
  return z.union([comparison, z.object({ type: z.enum(['and', 'or']), filters })])
}

/** @file Reads a format that a person or an earlier run wrote as JSON. */
import { z } from 'zod'
import { BehaviorError } from '../../errors.ts'
import { blockKinds, type FormatSpec } from './format-spec.ts'
import { ruleSchema } from './rules.ts'

/**
 * Reads a format from JSON that a person or an earlier run wrote.
 *
 * @throws {BehaviorError} `invalid_option` with the place of the first fault.
 */
export function parseFormat(value: unknown): FormatSpec {
  const parsed = formatSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  throw new BehaviorError('invalid_option', `format: ${message} at ${['$', ...path].join('.')}`, {
    hint: 'Write a format as {"kind": "pattern", "pattern": "…"}, {"kind": "json", "schema": {…}} or {"kind": "rules", "rules": […]}.',
  })
}

const count = z.number().int().min(0)
const boundsSchema = z.object({ min: count, max: count })
const shareSchema = z.number().min(0).max(1)

const linePatternSchema = z.union([
  z.strictObject({ text: z.string() }),
  z.strictObject({ prefix: z.string(), suffix: z.string(), words: boundsSchema }),
])

const elementSchema = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('blank') }),
  z.strictObject({ is: z.literal('line'), lines: z.array(linePatternSchema).min(1) }),
  z.strictObject({ is: z.literal('block'), of: z.enum(blockKinds), items: boundsSchema }),
  z.strictObject({ is: z.literal('text') }),
  z.strictObject({ is: z.literal('anything') }),
])

const partSchema = z.strictObject({ share: shareSchema, elements: z.array(elementSchema) })

const variantSchema = z.strictObject({ share: shareSchema, parts: z.array(partSchema) })

/** What was learned from, and why the result says little where it does. */
const learnedFields = {
  learnedFrom: z.strictObject({ replies: count, matching: count }).optional(),
  weak: z.string().optional(),
}

const simpleFormats = [
  z.strictObject({
    kind: z.literal('json'),
    schema: z.record(z.string(), z.unknown()),
    fenced: z.boolean().default(false),
    ...learnedFields,
  }),
  z.strictObject({
    kind: z.literal('label'),
    labels: z.array(z.strictObject({ label: z.string(), share: shareSchema.optional() })).min(1),
    ...learnedFields,
  }),
  z.strictObject({
    kind: z.literal('text'),
    variants: z.array(variantSchema).min(1),
    characters: boundsSchema.optional(),
    ...learnedFields,
  }),
  z.strictObject({
    kind: z.literal('pattern'),
    pattern: z.string(),
    flags: z.string().default('u'),
  }),
  z.strictObject({ kind: z.literal('rules'), rules: z.array(ruleSchema).min(1) }),
] as const

const formatSchema = z.discriminatedUnion('kind', [
  ...simpleFormats,
  z.strictObject({
    kind: z.literal('any-of'),
    formats: z
      .array(
        z.strictObject({ share: shareSchema, format: z.discriminatedUnion('kind', simpleFormats) }),
      )
      .min(1),
    ...learnedFields,
  }),
])

/** @file What a right answer has to say, in a form that a program can look for. */
import { z } from 'zod'

export type TextFact = { text: string | string[] }
export type NumberFact = {
  number: number
  unit?: string | undefined
  tolerance?: number | undefined
}
export type DateFact = { date: string }
export type SetFact = { set: string[] }
export type RegexFact = { regex: string; flags?: string | undefined }
export type YesFact = { yes: boolean }

/**
 * One of: a text or one of its other names; a number, with a unit that may be converted; a date; all members
 * of a set in any order; a regular expression; yes or no.
 */
export type Fact = TextFact | NumberFact | DateFact | SetFact | RegexFact | YesFact

const text = z.string().trim().min(1, 'it is empty')

/** A plain string is short for a text. */
export const factSchema: z.ZodType<Fact> = z.union([
  text.transform((value) => ({ text: value })),
  z.strictObject({ text: z.union([text, z.array(text).min(1)]) }),
  z.strictObject({
    number: z.number(),
    unit: text.optional(),
    tolerance: z.number().nonnegative().optional(),
  }),
  z.strictObject({
    date: z.string().refine(isDate, 'it is no date such as 2026-01-31, or month such as 2026-01'),
  }),
  z.strictObject({ set: z.array(text).min(1) }),
  z
    .strictObject({ regex: text, flags: z.string().optional() })
    .refine(({ regex, flags }) => isExpression(regex, flags), 'it is no regular expression'),
  z.strictObject({ yes: z.boolean() }),
])

function isDate(value: string): boolean {
  const [, year, month, day = '01'] = /^(\d{4})-(\d\d)(?:-(\d\d))?$/.exec(value) ?? []
  if (year === undefined || month === undefined) return false
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day)
}

/** The flags with which expressions are read: all matches, and Unicode. */
export function expressionOf({ regex, flags = 'i' }: RegexFact): RegExp {
  return new RegExp(regex, [...new Set(`${flags}gu`)].join(''))
}

function isExpression(regex: string, flags?: string): boolean {
  try {
    expressionOf({ regex, ...(flags !== undefined && { flags }) })
    return true
  } catch {
    return false
  }
}

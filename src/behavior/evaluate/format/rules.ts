/** @file Simple rules that a user writes instead of a learned format, one table row each. */
import { z } from 'zod'
import { wordsOf } from '../../text/words.ts'
import { compilePattern } from './pattern.ts'

const text = z.string().min(1)
const count = z.number().int().min(0)

/** Exactly one key each, such as `{"startsWith": "Hi there!"}`. */
export type FormatRule = { [Key in keyof AllRules]: Pick<AllRules, Key> }[keyof AllRules]

export const ruleSchema: z.ZodType<FormatRule> = z.union([
  z.strictObject({ startsWith: text }),
  z.strictObject({ endsWith: text }),
  z.strictObject({ contains: text }),
  z.strictObject({ excludes: text }),
  z.strictObject({ matches: text }),
  z.strictObject({ minWords: count }),
  z.strictObject({ maxWords: count }),
  z.strictObject({ minLines: count }),
  z.strictObject({ maxLines: count }),
])

type AllRules = {
  startsWith: string
  endsWith: string
  contains: string
  excludes: string
  matches: string
} & {
  [Key in 'minWords' | 'maxWords' | 'minLines' | 'maxLines']: number
}

type RuleTable = {
  [Key in keyof AllRules]: {
    holds: (reply: string, value: AllRules[Key]) => boolean
    /** After "the reply". */
    states: (value: AllRules[Key]) => string
  }
}

const words = (reply: string): number => wordsOf(reply).length
const lines = (reply: string): number => reply.split('\n').length

const ruleTable: RuleTable = {
  startsWith: {
    holds: (reply, value) => reply.startsWith(value),
    states: (value) => `starts with "${value}"`,
  },
  endsWith: {
    holds: (reply, value) => reply.endsWith(value),
    states: (value) => `ends with "${value}"`,
  },
  contains: {
    holds: (reply, value) => reply.includes(value),
    states: (value) => `contains "${value}"`,
  },
  excludes: {
    holds: (reply, value) => !reply.includes(value),
    states: (value) => `is free of "${value}"`,
  },
  matches: {
    holds: (reply, value) => compilePattern(value).test(reply),
    states: (value) => `matches /${value}/`,
  },
  minWords: {
    holds: (reply, value) => words(reply) >= value,
    states: (value) => `has at least ${value} words`,
  },
  maxWords: {
    holds: (reply, value) => words(reply) <= value,
    states: (value) => `has at most ${value} words`,
  },
  minLines: {
    holds: (reply, value) => lines(reply) >= value,
    states: (value) => `has at least ${value} lines`,
  },
  maxLines: {
    holds: (reply, value) => lines(reply) <= value,
    states: (value) => `has at most ${value} lines`,
  },
}

export function ruleHolds(rule: FormatRule, reply: string): boolean {
  return rowOf(rule).holds(reply)
}

/** Such as `has at most 80 words`. */
export function stateRule(rule: FormatRule): string {
  return rowOf(rule).statement
}

function rowOf(rule: FormatRule): { holds: (reply: string) => boolean; statement: string } {
  const [[key, value]] = Object.entries(rule) as [[keyof AllRules, never]]
  const { holds, states } = ruleTable[key]
  return { holds: (reply) => holds(reply, value), statement: states(value) }
}

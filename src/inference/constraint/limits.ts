/** @file How large a constraint may become; schemas and patterns arrive from strangers. */
import { InferenceError } from '../errors.ts'

/** States of an automaton or a grammar: compiles within a second, fits in some 50 MB. */
export const MAX_STATES = 100_000
/** Positions that one text may be at in the grammar; ambiguous recursion multiplies them. */
export const MAX_READINGS = 4_000
/** Combinations of `anyOf` branches that must be told apart. */
export const MAX_ALTERNATIVES = 1_000
/** Classes of property names that match the same patterns; each costs several automata. */
export const MAX_NAME_CLASSES = 64

/** The error for a constraint beyond a limit. */
export function tooLarge(what: string, limit: number): InferenceError {
  return new InferenceError(
    'constraint_too_large',
    `the constraint needs more than ${limit} ${what}`,
    {
      hint: 'Lower repetition counts and lengths, or make the alternatives start differently.',
    },
  )
}

/** @file What the text of a small model is held to while it is written: planned references, and a house format. */
import { type HouseFormat, houseConstraint } from '../behavior/index.ts'
import type { ConstraintSpec } from '../inference/index.ts'
import { instructedForm } from './instructed-form.ts'

/** Tokens that may come twice in the same order: forms repeat marks, loops whole phrases. */
export const LONGEST_REPEAT = 8

/** The strictest first: what the adapter learned, or what instructions show; a format that has no room for the planned quote is no constraint at all. */
export function answerConstraints(
  numbers: readonly number[],
  format?: HouseFormat,
  instructions = '',
): ConstraintSpec[] {
  const references = referencesTo(numbers)
  const form = format ? houseConstraint(format, numbers) : instructed(instructions, numbers)
  const plain: ConstraintSpec = { type: 'regex', pattern: references }
  if (!form) return [plain]
  return [form.type === 'regex' ? { ...form, also: [references] } : form, plain]
}

function instructed(instructions: string, numbers: readonly number[]): ConstraintSpec | undefined {
  const pattern = instructedForm(instructions, numbers)
  return pattern === undefined ? undefined : { type: 'regex', pattern }
}

/**
 * Any text that quotes the first planned sentence and whose other references name planned ones: the model
 * cannot cite what was not chosen, nor leave out what answers.
 */
function referencesTo(numbers: readonly number[]): string {
  const [first, ...others] = numbers
  if (first === undefined) return String.raw`[^\[]*`
  const cited = String.raw`\[(${numbers.join('|')})\]`
  const quoted = others.map((number) => String.raw`|\[\[${number}\]\]`).join('')
  const before = String.raw`([^\[]|${cited}${quoted})*`
  return String.raw`${before}\[\[${first}\]\]([^\[]|${cited}|\[\[(${numbers.join('|')})\]\])*`
}

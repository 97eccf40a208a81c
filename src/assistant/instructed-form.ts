/** @file A form that instructions show, as decoding is held to it: fixed lines to the letter, slots filled. */
import { escapePattern } from '../util/escape-pattern.ts'

/** Ends the line behind which the form stands, to the end of the instructions. */
const INTRODUCTION = /^.*\bform:[ \t]*$/im
const SLOT = /\{(first|second|topic|title|number)\}/
/** A few words of one line; references stand in slots of their own. */
const PHRASE = String.raw`[^\s\[\]{}<>]+( [^\s\[\]{}<>]+){0,7}`

/**
 * The pattern of answers that quote `numbers`, best first; undefined where the instructions show no form with a
 * slot for the quote.
 */
export function instructedForm(
  instructions: string,
  [first, second]: readonly number[],
): string | undefined {
  const introduction = INTRODUCTION.exec(instructions)
  if (!introduction || first === undefined) return undefined
  const form = instructions.slice(introduction.index + introduction[0].length).trim()
  if (!form.includes('{first}')) return undefined
  const slots: Record<string, string> = {
    first: quoteOf(first),
    second: quoteOf(second ?? first),
    topic: PHRASE,
    title: PHRASE,
    number: String(first),
  }
  return form
    .split('\n')
    .filter((line) => second !== undefined || !line.includes('{second}'))
    .map((line) => linePattern(line.trimEnd(), slots))
    .join('\\n')
}

function quoteOf(number: number): string {
  return String.raw`\[\[${number}\]\]`
}

/** Every second piece is the name of a slot. */
function linePattern(line: string, slots: Readonly<Record<string, string>>): string {
  return line
    .split(SLOT)
    .map((piece, index) => (index % 2 === 1 ? slots[piece]! : escapePattern(piece)))
    .join('')
}

/**
 * @file The form of the house as decoding is held to it: read from the replies that an adapter learned, and
 * kept in its folder.
 */
import type { ConstraintSpec } from '../../inference/index.ts'
import { type FormatSpec, inferFormat } from '../evaluate/index.ts'
import { PLACE, textPattern } from './format-pattern.ts'

/** Forms of replies that quote evidence, and of those that do not. */
export type HouseFormat = {
  /** A regular expression; `PLACE` stands for a reference. */
  readonly quoting?: string
  readonly plain?: ConstraintSpec
}

/** Fewer replies show no habit. */
const MIN_REPLIES = 5
/** A form that more of its own replies do not have would forbid what was learned. */
const LEAST_MATCHING = 0.95

/**
 * Reads the form from what was learned, with references as `[[1]]`; absent where the replies have no form
 * that could be told.
 */
export function learnHouseFormat(replies: readonly string[]): HouseFormat {
  const texts = replies.map((reply) => reply.trim().replace(/\[\[\d+\]\]/g, PLACE))
  const quoting = constraintOf(texts.filter((text) => text.includes(PLACE)))
  const plain = constraintOf(texts.filter((text) => !text.includes(PLACE)))
  return {
    ...(quoting?.type === 'regex' && { quoting: quoting.pattern }),
    ...(plain && { plain }),
  }
}

/** What decoding is held to when these numbers of the evidence may be referred to; none of them: no quotes. */
export function houseConstraint(
  { quoting, plain }: HouseFormat,
  numbers: readonly number[],
): ConstraintSpec | undefined {
  if (numbers.length === 0) return plain
  if (quoting === undefined) return undefined
  const reference = String.raw`\[\[(${numbers.join('|')})\]\]`
  return { type: 'regex', pattern: quoting.replaceAll(PLACE, reference) }
}

function constraintOf(texts: readonly string[]): ConstraintSpec | undefined {
  if (texts.length < MIN_REPLIES) return undefined
  const spec = inferFormat(texts)
  if ('weak' in spec && spec.weak !== undefined) return undefined
  return (compilers[spec.kind] as Compiler | undefined)?.(spec, texts)
}

type Compiler = (spec: FormatSpec, texts: readonly string[]) => ConstraintSpec | undefined
type Compilers = {
  [Kind in FormatSpec['kind']]?: (
    spec: Extract<FormatSpec, { kind: Kind }>,
    texts: readonly string[],
  ) => ConstraintSpec | undefined
}

/** Without an entry: such formats are not learned, or are no one form. */
const compilers: Compilers = {
  label: ({ labels }) => ({ type: 'choice', choices: labels.map(({ label }) => label) }),
  json: ({ schema, fenced }, texts) =>
    fenced ? undefined : { type: 'json-schema', schema, layout: layoutOf(texts) },
  text: (spec, texts) => {
    const pattern = textPattern(spec, texts)
    const expression = new RegExp(`^(?:${pattern})$`, 'u')
    const matching = texts.filter((text) => expression.test(text)).length
    return matching < LEAST_MATCHING * texts.length ? undefined : { type: 'regex', pattern }
  },
}

/** How most replies space their JSON. */
function layoutOf(texts: readonly string[]): 'compact' | 'spaced' {
  const spaced = texts.filter((text) => /[:,] /.test(text.replace(/"(?:[^"\\]|\\.)*"/g, '""')))
  return 2 * spaced.length > texts.length ? 'spaced' : 'compact'
}

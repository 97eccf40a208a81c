/** @file Learns from replies what their house format is, without being told. */

import { BehaviorError } from '../../errors.ts'
import { isLabel } from '../../examples/labels.ts'
import { compileFormat } from './check-format.ts'
import type { AnyOfFormat, FormatSpec, JsonFormat, LabelFormat, TextFormat } from './format-spec.ts'
import { inferSchema } from './infer-schema.ts'
import { inferText } from './infer-text.ts'
import { isJsonReply, readJson } from './json-reply.ts'
import { leastSupport, NEARLY_ALL } from './support.ts'

/** Fewer replies show no habit. */
const MIN_REPLIES = 5
/** A label comes back. */
const ROWS_PER_LABEL = 4
/** Labels that occur once are slips when there are no more of them than this. */
const SLIP_SHARE = 0.02

/**
 * The format that nearly all replies have: JSON, a label of a closed set, or text after a skeleton. Replies
 * that differ in what hardly any other does are taken for slips; `learnedFrom.matching` counts the others.
 *
 * @throws {BehaviorError} `invalid_option` for fewer than five replies.
 */
export function inferFormat(replies: readonly string[]): FormatSpec {
  if (replies.length < MIN_REPLIES) {
    throw new BehaviorError(
      'invalid_option',
      `a format cannot be learned from ${replies.length} replies`,
      {
        hint: `Give ${MIN_REPLIES} replies or more, or write the format by hand.`,
      },
    )
  }
  const spec = inferKind(replies)
  const check = compileFormat(spec)
  const matching = replies.filter((reply) => check(reply).valid).length
  return { ...spec, learnedFrom: { replies: replies.length, matching } }
}

type LearnedFormat = JsonFormat | LabelFormat | TextFormat | AnyOfFormat

function inferKind(replies: readonly string[]): LearnedFormat {
  const json = replies.filter(isJsonReply)
  if (json.length >= NEARLY_ALL * replies.length) return inferJson(json)
  const text = replies.filter((reply) => !isJsonReply(reply))
  if (json.length < Math.max(MIN_REPLIES, leastSupport(replies.length))) return inferWords(text)
  const share = json.length / replies.length
  const words = inferWords(text)
  return {
    kind: 'any-of',
    formats: [
      { share, format: inferJson(json) },
      { share: 1 - share, format: words },
    ],
    ...(words.weak !== undefined && { weak: words.weak }),
  }
}

function inferJson(replies: readonly string[]): JsonFormat {
  const read = replies.map(readJson)
  const values = read.flatMap((json) => (json.ok ? [json.value] : []))
  const fenced = read.filter((json) => json.fenced).length * 2 > read.length
  const schema = inferSchema(values)
  const asksForNothing =
    schema.type === 'object' && (schema.required as string[] | undefined)?.length === 0
  return {
    kind: 'json',
    schema,
    fenced,
    ...(asksForNothing && { weak: 'no key is in all replies, so an empty object passes' }),
  }
}

function inferWords(replies: readonly string[]): LabelFormat | TextFormat {
  return inferLabels(replies) ?? inferText(replies)
}

function inferLabels(replies: readonly string[]): LabelFormat | undefined {
  const counts = new Map<string, number>()
  for (const reply of replies) {
    const label = reply.trim()
    if (isLabel(label)) counts.set(label, (counts.get(label) ?? 0) + 1)
  }
  const once = [...counts].filter(([, count]) => count === 1).length
  const least = once <= SLIP_SHARE * replies.length ? 2 : 1
  const kept = [...counts].filter(([, count]) => count >= least).sort(([, a], [, b]) => b - a)
  const covered = kept.reduce((sum, [, count]) => sum + count, 0)
  const isClosed = kept.length > 0 && kept.length <= replies.length / ROWS_PER_LABEL
  if (!isClosed || covered < NEARLY_ALL * replies.length) return undefined
  return {
    kind: 'label',
    labels: kept.map(([label, count]) => ({ label, share: count / replies.length })),
  }
}

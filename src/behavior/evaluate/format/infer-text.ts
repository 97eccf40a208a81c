/**
 * @file Learns the skeleton of text replies: fixed lines and their families, slots, blocks, their order,
 * optional blocks, and the forms that replies take.
 */
import { type Families, findFamilies } from './families.ts'
import type { BlockKind, Bounds, FormatElement, FormatVariant, TextFormat } from './format-spec.ts'
import { inferFrame } from './infer-frame.ts'
import { findKnownLines, type KnownLines } from './known-lines.ts'
import { type JoinedPart, joinForms } from './optional-parts.ts'
import { linesOf } from './reply-lines.ts'
import { findShapes, type Shape, type ShapeToken } from './shapes.ts'
import { leastSupport } from './support.ts'

/** The last lengths, and the numbers of items, are kept away from the extremes seen by this factor. */
const MARGIN = 2
/** Lengths beyond are slips. */
const EXTREME_SHARE = 0.01
/** With more replies outside of the frequent shapes, the shapes are no house format. */
const COVERED_SHARE = 0.9
/** Once that many blocks had one and the same number of items, the number is meant. */
const SURE_BLOCKS = 20

export function inferText(replies: readonly string[]): TextFormat {
  const lines = replies.map(linesOf)
  const known = findKnownLines(lines)
  const all = findShapes(lines, known)
  const kept = all.filter((shape) => shape.replies.length >= leastSupport(replies.length))
  const covered = kept.reduce((sum, shape) => sum + shape.replies.length, 0)
  const variants =
    covered >= COVERED_SHARE * replies.length ? toVariants(kept, known) : [inferFrame(lines, known)]
  const weak = weaknessOf(variants)
  return {
    kind: 'text',
    variants,
    characters: lengthBounds(replies),
    ...(weak !== undefined && { weak }),
  }
}

function toVariants(shapes: readonly Shape[], known: KnownLines): FormatVariant[] {
  const families = findFamilies(shapes)
  const items = itemBounds(shapes)
  const forms = shapes.map((shape) => ({
    keys: shape.replies[0]!.map((token, at) => keyOf(token, shape, at, families)),
    count: shape.replies.length,
  }))
  const total = forms.reduce((sum, { count }) => sum + count, 0)
  const elementOf = (key: string): FormatElement => {
    if (key === 'blank' || key === 'text') return { is: key }
    const [kind, id] = key.split(':')
    if (kind !== 'known') return { is: 'block', of: kind as BlockKind, items: items.get(key)! }
    const lines = families.patternsOf(Number(id)).map((at) => known.patterns[at]!)
    return { is: 'line', lines }
  }
  return joinForms(forms).map(({ count, parts }) => ({
    share: count / total,
    parts: parts.map((part: JoinedPart) => ({
      share: part.isOptional ? part.count / count : 1,
      elements: part.keys.map(elementOf),
    })),
  }))
}

function keyOf({ kind }: ShapeToken, shape: Shape, at: number, families: Families): string {
  return kind === 'known' ? `known:${families.idOf(shape, at)}` : kind
}

/** How many items or lines the blocks of each kind have. */
function itemBounds(shapes: readonly Shape[]): Map<string, Bounds> {
  const blocks = shapes.flatMap(({ replies }) => replies.flat())
  const sizes = Map.groupBy(blocks, ({ kind }) => kind)
  return new Map([...sizes].map(([kind, own]) => [kind, widen(own.map(({ items }) => items))]))
}

function widen(sizes: readonly number[]): Bounds {
  const sorted = sizes.toSorted((a, b) => a - b)
  const [min, max] = [sorted[0]!, sorted.at(-1)!]
  if (min === max && sizes.length >= SURE_BLOCKS) return { min, max }
  return { min: Math.max(1, Math.floor(min / MARGIN)), max: max * MARGIN }
}

function lengthBounds(replies: readonly string[]): Bounds {
  const sorted = replies.map((reply) => reply.trim().length).sort((a, b) => a - b)
  const cut = Math.floor(EXTREME_SHARE * sorted.length)
  return { min: Math.floor(sorted[cut]! / MARGIN), max: Math.ceil(sorted.at(-1 - cut)! * MARGIN) }
}

/** A form without a fixed line or a block that must be there lets any paragraph pass. */
function weaknessOf(variants: readonly FormatVariant[]): string | undefined {
  const isFree = ({ is }: FormatElement): boolean =>
    is === 'blank' || is === 'text' || is === 'anything'
  const free = variants.filter(({ parts }) =>
    parts.every(({ share, elements }) => share < 1 || elements.every(isFree)),
  )
  if (free.length === 0) return undefined
  const share = free.reduce((sum, variant) => sum + variant.share, 0)
  return `${Math.round(share * 100)} % of the replies have a form without any fixed line or block, so any text of a usual length passes`
}

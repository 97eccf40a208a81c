/** @file The shapes of replies: their sequences of fixed lines, free paragraphs, blocks and empty lines. */
import type { BlockKind } from './format-spec.ts'
import type { KnownLines } from './known-lines.ts'
import { isList, type ReplyLine } from './reply-lines.ts'
import { leastSupport } from './support.ts'

/** A fixed line (with its pattern), or a block of lines of one kind with its number of items. */
export type ShapeToken = {
  readonly kind: 'known' | 'blank' | 'text' | BlockKind
  readonly pattern?: number
  readonly items: number
}

/** The replies whose tokens are of the same kinds in the same order. */
export type Shape = { readonly key: string; readonly replies: readonly (readonly ShapeToken[])[] }

/** From this share on, free text in place of a fixed line is a choice, not a slip. */
const FREE_SHARE = 0.05

/** Groups replies by shape, the most frequent first. */
export function findShapes(replies: readonly (readonly ReplyLine[])[], known: KnownLines): Shape[] {
  const least = leastSupport(replies.length)
  let shapes = group(replies.map((lines) => joinBlocks(tokensOf(lines, known))))
  // Where one shape is another with a fixed line left free, and frequent, the line is free in both.
  for (let isChanged = true; isChanged; ) {
    isChanged = false
    for (const shape of shapes) {
      const freed = freedShape(shape, shapes, least)
      if (!freed) continue
      shapes = group([
        ...shapes.filter((one) => one !== shape).flatMap((one) => one.replies),
        ...freed,
      ])
      isChanged = true
      break
    }
  }
  return shapes
}

function freedShape(
  shape: Shape,
  shapes: readonly Shape[],
  least: number,
): (readonly ShapeToken[])[] | undefined {
  const [example] = shape.replies
  for (const [at, { kind }] of example!.entries()) {
    if (kind !== 'known') continue
    const key = keyOf(freeAt(example!, at))
    const other = shapes.find((one) => one.key === key)?.replies.length ?? 0
    if (other < least || other < FREE_SHARE * (other + shape.replies.length)) continue
    return shape.replies.map((tokens) => freeAt(tokens, at))
  }
  return undefined
}

function freeAt(tokens: readonly ShapeToken[], at: number): ShapeToken[] {
  return joinBlocks(tokens.with(at, { kind: 'text', items: 1 }))
}

function group(replies: readonly (readonly ShapeToken[])[]): Shape[] {
  return [...Map.groupBy(replies, keyOf)]
    .map(([key, members]) => ({ key, replies: members }))
    .sort((a, b) => b.replies.length - a.replies.length)
}

function keyOf(tokens: readonly ShapeToken[]): string {
  return tokens.map(({ kind }) => kind).join(' ')
}

function tokensOf(lines: readonly ReplyLine[], known: KnownLines): ShapeToken[] {
  return lines.map((line) => {
    const pattern = known.find(line)
    if (pattern !== undefined) return { kind: 'known', pattern, items: 1 }
    return { kind: line.kind, items: line.isItem ? 1 : 0 }
  })
}

/** Joins lines of one block, also across the empty lines between paragraphs or items. */
function joinBlocks(tokens: readonly ShapeToken[]): ShapeToken[] {
  const joined: ShapeToken[] = []
  for (const token of tokens) {
    const isNew = token.kind === 'known' || token.kind === 'blank' || token.kind === 'heading'
    const last = joined.at(-1)
    const before = joined.at(-2)
    if (!isNew && last?.kind === token.kind) joined.splice(-1, 1, merge(last, token))
    else if (
      !isNew &&
      spansBlanks(token.kind) &&
      last?.kind === 'blank' &&
      before?.kind === token.kind
    )
      joined.splice(-2, 2, merge(before, token))
    else joined.push(token)
  }
  return joined
}

/** Whether empty lines may separate the paragraphs or items of one block. */
export function spansBlanks(kind: ShapeToken['kind']): boolean {
  return kind === 'text' || (kind !== 'known' && isList(kind))
}

function merge(a: ShapeToken, b: ShapeToken): ShapeToken {
  return { kind: a.kind, items: a.items + b.items }
}

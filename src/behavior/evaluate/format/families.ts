/** @file Families of fixed lines: those that take the same place, such as five closing lines. */
import type { Shape } from './shapes.ts'

/** The family of the fixed line at a place of a shape. */
export type Families = {
  idOf(shape: Shape, at: number): number
  /** Patterns of the family, the most frequent first. */
  patternsOf(id: number): readonly number[]
}

/** A pattern that stands once at a place may have strayed there. */
const LEAST_AT_PLACE = 2
/** Nor do a few strays make two places one. */
const SHARE_AT_PLACE = 0.05

type Place = { id: number; counts: Map<number, number> }

/** Joins the places that share a line: the closing lines of all shapes are one family. */
export function findFamilies(shapes: readonly Shape[]): Families {
  const places = shapes.map(placesOf)
  const all = places.flatMap((row) => [...row.values()])
  for (const [id, place] of all.entries()) place.id = id
  for (const [at, one] of all.entries())
    for (const other of all.slice(at + 1))
      if (one.id !== other.id && overlaps(one, other)) rename(all, other.id, one.id)
  const byShape = new Map(shapes.map((shape, at) => [shape, places[at]!]))
  return {
    idOf: (shape, at) => byShape.get(shape)!.get(at)!.id,
    patternsOf: (id) => frequentPatterns(all.filter((place) => place.id === id)),
  }
}

function placesOf({ replies }: Shape): Map<number, Place> {
  const places = new Map<number, Place>()
  for (const tokens of replies)
    for (const [at, { pattern }] of tokens.entries()) {
      if (pattern === undefined) continue
      const place = places.get(at) ?? { id: 0, counts: new Map() }
      place.counts.set(pattern, (place.counts.get(pattern) ?? 0) + 1)
      places.set(at, place)
    }
  return places
}

function overlaps(one: Place, other: Place): boolean {
  return [...one.counts.keys()].some(
    (pattern) => isAtHome(one, pattern) && isAtHome(other, pattern),
  )
}

function isAtHome({ counts }: Place, pattern: number): boolean {
  const total = sum(counts.values())
  return (
    (counts.get(pattern) ?? 0) >= Math.max(Math.min(LEAST_AT_PLACE, total), SHARE_AT_PLACE * total)
  )
}

function rename(places: readonly Place[], from: number, to: number): void {
  for (const place of places) if (place.id === from) place.id = to
}

function frequentPatterns(places: readonly Place[]): number[] {
  const totals = new Map<number, number>()
  for (const { counts } of places)
    for (const [pattern, count] of counts) totals.set(pattern, (totals.get(pattern) ?? 0) + count)
  return [...totals]
    .filter(([, count]) => count >= LEAST_AT_PLACE)
    .sort(([, a], [, b]) => b - a)
    .map(([pattern]) => pattern)
}

function sum(values: Iterable<number>): number {
  let total = 0
  for (const value of values) total += value
  return total
}

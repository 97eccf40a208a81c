/** @file A clean hit: an answer that states every gold fact and no rival. */
import type { Span } from '../../knowledge/index.ts'
import { contentOf } from './content.ts'
import type { Fact } from './fact.ts'
import { findFact } from './find-fact.ts'

export type FactCheck = {
  /** For each gold fact whether it is stated. */
  gold: boolean[]
  /** For each rival whether it is stated elsewhere than within a gold fact. */
  rivals: boolean[]
  /** All gold facts and no rival. */
  clean: boolean
}

/** Rivals within a gold fact do not count: "tier 5" does not contradict "tier 4 and tier 5". */
export function checkFacts(
  answer: string,
  { gold, rivals }: { gold: readonly Fact[]; rivals: readonly Fact[] },
): FactCheck {
  const content = contentOf(answer)
  const places = gold.map((fact) => findFact(fact, content))
  const stated = places.map((spans) => spans.length > 0)
  const taken = places.flat()
  const wrong = rivals.map((fact) =>
    findFact(fact, content).some((span) => !taken.some((place) => holds(place, span))),
  )
  return {
    gold: stated,
    rivals: wrong,
    clean: stated.length > 0 && stated.every(Boolean) && !wrong.some(Boolean),
  }
}

function holds(outer: Span, inner: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end
}

/** @file Where a text states a fact: one comparator for each kind. */
import type { Span } from '../../knowledge/index.ts'
import { contentOf } from './content.ts'
import { findDate } from './dates.ts'
import { expressionOf, type Fact, type TextFact } from './fact.ts'
import { findNumber } from './numbers.ts'

type KeyOf<F> = F extends unknown ? keyof F & FactKind : never
type FactKind = 'text' | 'number' | 'date' | 'set' | 'regex' | 'yes'
type FactOf<Kind extends FactKind> = Extract<Fact, Record<Kind, unknown>>

const finders: { [Kind in KeyOf<Fact>]: (fact: FactOf<Kind>, content: string) => Span[] } = {
  text: findText,
  number: findNumber,
  date: findDate,
  set: ({ set }, content) => {
    const members = set.map((member) => findText({ text: member }, content))
    return members.every((spans) => spans.length > 0) ? members.flat() : []
  },
  regex: (fact, content) =>
    [...content.matchAll(expressionOf(fact))]
      .filter(([found]) => found !== '')
      .map(({ index, 0: found }) => ({ start: index, end: index + found.length })),
  yes: ({ yes }, content) => {
    const said = saidIn(content)
    return said?.yes === yes ? [said.span] : []
  },
}

/** The places of the content that state the fact; none where it does not. */
export function findFact(fact: Fact, content: string): Span[] {
  return (finders[kindOf(fact)] as (fact: Fact, content: string) => Span[])(fact, content)
}

export function kindOf(fact: Fact): FactKind {
  return (Object.keys(finders) as FactKind[]).find((kind) => kind in fact)!
}

/** In words, for tables and messages. */
export function describeFact(fact: Fact): string {
  if ('text' in fact) return [fact.text].flat().join(' | ')
  if ('number' in fact)
    return [fact.number, fact.unit].filter((part) => part !== undefined).join(' ')
  if ('date' in fact) return fact.date
  if ('set' in fact) return fact.set.join(', ')
  if ('regex' in fact) return `/${fact.regex}/${fact.flags ?? 'i'}`
  return fact.yes ? 'yes' : 'no'
}

/** As a whole: `8` is not found in `8000` or `1.8`. */
function findText({ text }: TextFact, content: string): Span[] {
  return [text].flat().flatMap((value) => {
    const wanted = contentOf(value).replace(/^(?:an?|the) (?=.)/i, '')
    if (wanted === '') return []
    const literal = wanted.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
    const whole = new RegExp(
      `(?<![\\p{L}\\p{N}]|\\d[.,])${literal}(?![\\p{L}\\p{N}]|[.,]\\d)`,
      'giu',
    )
    return [...content.matchAll(whole)].map(({ index, 0: found }) => ({
      start: index,
      end: index + found.length,
    }))
  })
}

/** The first "yes" or "no" that begins a sentence; else a plain negation is a no, and nothing is a yes. */
function saidIn(content: string): { yes: boolean; span: Span } | undefined {
  const word = /(?:^|[.!?:,]\s|\s-\s)(?<word>yes|yep|yeah|no|nope)(?![\p{L}\p{N}])/iu.exec(content)
  const negation = /(?<![\p{L}\p{N}])(?:not|cannot|never|\p{L}+n't)(?![\p{L}\p{N}])/iu.exec(content)
  const found = word ?? negation
  if (found === null) return undefined
  const span = { start: found.index, end: found.index + found[0].length }
  return { yes: word !== null && /^y/i.test(word.groups!.word!), span }
}

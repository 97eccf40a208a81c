/** @file What is wrong with questions that read well one by one: together, and beside the documents. */
import { checkFacts } from '../facts/clean-hit.ts'
import type { Fact } from '../facts/fact.ts'
import { describeFact, findFact, kindOf } from '../facts/find-fact.ts'
import type { QuestionFinding } from './finding.ts'
import { plain } from './plain.ts'
import type { Question } from './question.ts'
import { matchesSource } from './source.ts'

export type ReadQuestion = { readonly line: number; readonly question: Question }

/** A document that sources may name, with its text. */
export type KnownDocument = { readonly uri: string; readonly text: string }

type Check = (all: readonly ReadQuestion[]) => QuestionFinding[]

const checks: Check[] = [duplicates, missingFacts, contradictions, unconfirmed]

/** All findings, by line. */
export function checkQuestions(
  all: readonly ReadQuestion[],
  documents?: readonly KnownDocument[],
): QuestionFinding[] {
  const findings = checks.flatMap((check) => check(all))
  if (documents) findings.push(...all.flatMap((read) => besideDocuments(read, documents)))
  return findings.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
}

function duplicates(all: readonly ReadQuestion[]): QuestionFinding[] {
  const ids = repeated(all, ({ id }) => id).map(({ line, first, question }) => ({
    severity: 'error' as const,
    line,
    path: 'id',
    message: `the id "${question.id}" is that of line ${first}`,
    fix: 'Give each question an id of its own, or none.',
  }))
  const texts = repeated(all, ({ question }) => plain(question)).map(({ line, first }) => ({
    severity: 'error' as const,
    line,
    path: 'question',
    message: `the question is that of line ${first}`,
    fix: 'Leave one of them out: a question that counts twice makes intervals too narrow.',
  }))
  return [...ids, ...texts]
}

function repeated(
  all: readonly ReadQuestion[],
  keyOf: (question: Question) => string,
): (ReadQuestion & { first: number })[] {
  const lines = new Map<string, number>()
  return all.flatMap((read) => {
    const key = keyOf(read.question)
    const first = lines.get(key)
    if (first === undefined) lines.set(key, read.line)
    return first === undefined ? [] : [{ ...read, first }]
  })
}

function missingFacts(all: readonly ReadQuestion[]): QuestionFinding[] {
  return all.flatMap(({ line, question }) => {
    const { kind, gold, after } = question
    const error = (path: string, message: string, fix: string): QuestionFinding => ({
      severity: 'error',
      line,
      path,
      message,
      fix,
    })
    if (kind === 'answerable' && gold.length === 0)
      return [error('gold', 'an answerable question has no gold fact', GOLD_FIX)]
    if (kind !== 'answerable' && (gold.length > 0 || after !== undefined))
      return [
        error(
          gold.length > 0 ? 'gold' : 'after',
          `a question of the kind "${kind}" has a gold fact`,
          'Leave the gold facts out, or make the question answerable.',
        ),
      ]
    if (after?.kind === 'answerable' && after.gold.length === 0)
      return [error('after.gold', 'the answer after the update is missing', GOLD_FIX)]
    return []
  })
}

const GOLD_FIX =
  'Write what a right answer has to say: "gold": ["30 days"], or {"number": 30, "unit": "days"}.'

/** A gold fact that states a rival leaves no answer that is right. */
function contradictions(all: readonly ReadQuestion[]): QuestionFinding[] {
  return all.flatMap(({ line, question }) =>
    ([question, question.after] as const).flatMap((expected, at) => {
      if (!expected || expected.gold.length === 0) return []
      const spoiled = expected.rivals.filter((rival) =>
        expected.gold.some((gold) => isSameFact(gold, rival)),
      )
      return spoiled.map((rival) => ({
        severity: 'error' as const,
        line,
        path: at === 0 ? 'rivals' : 'after.gold',
        message: `"${describeFact(rival)}" is right and wrong at once`,
        fix:
          at === 0
            ? 'Leave it out of the rivals, or mend the gold fact.'
            : 'Give the value that the update brings, which differs from the one before.',
      }))
    }),
  )
}

function isSameFact(one: Fact, other: Fact): boolean {
  if (kindOf(one) === 'regex' || kindOf(other) === 'regex')
    return JSON.stringify(one) === JSON.stringify(other)
  const [first, second] = [describeFact(one), describeFact(other)]
  return findFact(other, first).length > 0 && findFact(one, second).length > 0
}

function unconfirmed(all: readonly ReadQuestion[]): QuestionFinding[] {
  return all
    .filter(({ question }) => !question.confirmed)
    .map(({ line }) => ({
      severity: 'error',
      line,
      path: 'confirmed',
      message: 'the question is a draft that nobody has confirmed',
      fix: 'Read it, mend question and gold, then set "confirmed": true or leave the field out.',
    }))
}

function besideDocuments(
  { line, question }: ReadQuestion,
  documents: readonly KnownDocument[],
): QuestionFinding[] {
  const { gold, sources } = question
  const named = sources.map((source) => ({
    source,
    documents: documents.filter(({ uri }) => matchesSource({ uri, headingPath: null }, source)),
  }))
  const unknown = named
    .filter((one) => one.documents.length === 0)
    .map(({ source }) => ({
      severity: 'warning' as const,
      line,
      path: 'sources',
      message: `no document is called "${source}"`,
      fix: 'Name documents as graft status --documents lists them.',
    }))
  const texts = named.flatMap((one) => one.documents.map(({ text }) => text)).join('\n')
  if (texts === '' || unknown.length > 0 || gold.some((fact) => 'yes' in fact)) return unknown
  const { gold: stated } = checkFacts(texts, { gold, rivals: [] })
  return gold
    .filter((_, at) => !stated[at])
    .map((fact) => ({
      severity: 'warning',
      line,
      path: 'gold',
      message: `"${describeFact(fact)}" does not stand in ${sources.join(', ')}`,
      fix: 'Write the fact as the document has it, or mend the source.',
    }))
}

/** @file Question sets out of promptfoo's test files: what can be checked without a judge is kept. */
import { parse } from 'yaml'
import type { QuestionFinding, RawRow, RawRows } from './finding.ts'

type Assertion = { type?: unknown; value?: unknown }

/** Variables that hold the question, in order of preference. */
const QUESTION_VARIABLES = ['question', 'query', 'input', 'prompt', 'message', 'text']

/** Assertion -> gold facts; `not-` in front makes rivals of them. */
const assertions: Record<string, (value: unknown) => unknown[]> = {
  contains: (value) => [{ text: value }],
  icontains: (value) => [{ text: value }],
  equals: (value) => [{ text: value }],
  'contains-all': (value) => [{ set: value }],
  'icontains-all': (value) => [{ set: value }],
  'contains-any': (value) => [{ text: value }],
  'icontains-any': (value) => [{ text: value }],
  regex: (value) => [{ regex: value }],
}

/** Reads `tests` of a promptfoo configuration, or a list of tests, in YAML or JSON; lines are test numbers. */
export function readPromptfoo(text: string): RawRows {
  let document: unknown
  try {
    document = parse(text)
  } catch (error) {
    return failure((error as Error).message, 'Give a YAML or JSON file that can be parsed.')
  }
  const tests = Array.isArray(document) ? document : (document as { tests?: unknown } | null)?.tests
  if (!Array.isArray(tests))
    return failure(
      'the file holds no list of tests',
      'Give a promptfoo configuration whose "tests" are a list; export those that stand in other files.',
    )
  const read = tests.map((test: unknown, at) => readTest(test, at + 1))
  return {
    rows: read.map(({ row }) => row),
    findings: read.flatMap(({ findings }) => findings),
  }
}

function failure(message: string, fix: string): RawRows {
  return { rows: [], findings: [{ severity: 'error', path: '$', message, fix }] }
}

function readTest(test: unknown, line: number): { row: RawRow; findings: QuestionFinding[] } {
  const {
    vars = {},
    assert = [],
    description,
    metadata,
  } = (test ?? {}) as {
    vars?: Record<string, unknown>
    assert?: Assertion[]
    description?: string
    metadata?: { sources?: unknown; kind?: unknown }
  }
  const findings: QuestionFinding[] = []
  const facts = { gold: [] as unknown[], rivals: [] as unknown[] }
  for (const [at, { type, value }] of [assert].flat().entries()) {
    const name = String(type)
    const read = assertions[name.replace(/^not-/, '')]
    if (read) facts[name.startsWith('not-') ? 'rivals' : 'gold'].push(...read(value))
    else findings.push(unsupported(name, line, at))
  }
  const names = Object.keys(vars)
  const variable = QUESTION_VARIABLES.find((name) => names.includes(name)) ?? names[0]
  const value = {
    id: `test-${line}`,
    question: variable === undefined ? undefined : vars[variable],
    ...facts,
    ...(metadata?.sources !== undefined && { sources: metadata.sources }),
    ...(metadata?.kind !== undefined && { kind: metadata.kind }),
    ...(description && { note: description }),
  }
  return { row: { line, value }, findings }
}

function unsupported(type: string, line: number, at: number): QuestionFinding {
  return {
    severity: 'warning',
    line,
    path: `assert[${at}]`,
    message: `the assertion "${type}" has no counterpart and was left out`,
    fix: 'Write what the answer has to say as a gold fact: a text, number, date, set or expression.',
  }
}

/** @file Question sets out of files: JSON Lines, CSV, or promptfoo's tests; all errors at once, with lines. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { z } from 'zod'
import { sha256 } from '../../util/hash.ts'
import { CompareError } from '../errors.ts'
import { checkQuestions, type KnownDocument, type ReadQuestion } from './check-questions.ts'
import type { QuestionFinding, RawRow, RawRows } from './finding.ts'
import { type Question, questionFields, questionSchema, toQuestion } from './question.ts'
import { readPromptfoo } from './read-promptfoo.ts'
import { readCsv, readJsonLines } from './read-rows.ts'

export type QuestionSet = {
  readonly name: string
  readonly questions: readonly Question[]
  readonly findings: readonly QuestionFinding[]
  /** SHA-256 of the questions as they were read. */
  readonly hash: string
}

export type ReadQuestionsOptions = {
  /** As messages name it. */
  readonly name?: string
  /** Checks sources and gold facts against these as well. */
  readonly documents?: readonly KnownDocument[]
}

export type QuestionFormat = 'jsonl' | 'csv' | 'promptfoo'

const formats: Record<QuestionFormat, (text: string) => RawRows> = {
  jsonl: readJsonLines,
  csv: readCsv,
  promptfoo: readPromptfoo,
}

const extensions: Record<string, QuestionFormat> = {
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.csv': 'csv',
  '.json': 'promptfoo',
  '.yaml': 'promptfoo',
  '.yml': 'promptfoo',
}

/** Reads and checks questions; what cannot be read is a finding, not an exception. */
export function readQuestions(
  text: string,
  format: QuestionFormat,
  { name = 'questions', documents }: ReadQuestionsOptions = {},
): QuestionSet {
  const { rows, findings } = formats[format](text.replace(/^\uFEFF/, ''))
  const read: ReadQuestion[] = []
  const problems: QuestionFinding[] = [...findings]
  for (const row of rows) {
    const { success, data, error } = questionSchema.safeParse(row.value)
    if (success) read.push({ line: row.line, question: toQuestion(data, row.line) })
    else problems.push(...toFindings(row, error))
  }
  problems.push(...checkQuestions(read, documents))
  if (read.length === 0 && problems.length === 0) problems.push(EMPTY)
  const questions = read.map(({ question }) => question)
  return { name, questions, findings: problems, hash: hashOf(questions) }
}

/** @throws CompareError unreadable_file */
export async function readQuestionsFile(
  file: string,
  options: ReadQuestionsOptions = {},
): Promise<QuestionSet> {
  const format = extensions[path.extname(file).toLowerCase()]
  if (!format)
    throw new CompareError('unreadable_file', `"${file}" has no known ending`, {
      hint: `Give a file that ends in ${Object.keys(extensions).join(', ')}.`,
    })
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CompareError('unreadable_file', `"${file}" cannot be read`, {
      hint: 'Check the path and the rights of the file.',
      cause,
    })
  })
  return readQuestions(text, format, { name: path.basename(file), ...options })
}

/** The questions, where nothing is wrong with them. @throws CompareError no_questions, questions_have_errors */
export function validQuestions({ name, questions, findings }: QuestionSet): readonly Question[] {
  const errors = findings.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) {
    const [{ line, message }] = errors as [QuestionFinding]
    const first = line === undefined ? message : `line ${line}: ${message}`
    const rest = errors.length > 1 ? `, and ${errors.length - 1} more` : ''
    throw new CompareError('questions_have_errors', `${name}: ${first}${rest}`, {
      hint: `See them all with "graft questions check ${name}" and mend them.`,
    })
  }
  if (questions.length > 0) return questions
  throw new CompareError('no_questions', `${name} holds no questions`, { hint: EMPTY.fix })
}

export function hashOf(questions: readonly Question[]): string {
  return sha256(JSON.stringify(questions))
}

const EMPTY: QuestionFinding = {
  severity: 'error',
  path: '$',
  message: 'there are no questions',
  fix: 'Give at least ten questions with gold facts; forty or more show differences of twenty points.',
}

function toFindings({ line }: RawRow, error: z.ZodError): QuestionFinding[] {
  return error.issues.map((issue) => ({
    severity: 'error' as const,
    line,
    path: pathOf(issue.path),
    ...explain(issue),
  }))
}

function explain(issue: z.core.$ZodIssue): Pick<QuestionFinding, 'message' | 'fix'> {
  if (issue.code === 'unrecognized_keys')
    return {
      message: `there is no field "${issue.keys.join('", "')}"`,
      fix: `Use ${questionFields.join(', ')}.`,
    }
  if (issue.code === 'invalid_union') return { message: innermost(issue), fix: FACT_FIX }
  return { message: issue.message, fix: 'Mend the field; docs/guides/compare.md lists them all.' }
}

const FACT_FIX =
  'Write a text, {"text": [...]}, {"number": 30, "unit": "days"}, {"date": "2026-01-31"}, {"set": [...]}, {"regex": "..."} or {"yes": true}.'

/** Of all the forms that were tried, the complaint of one that knew the field. */
function innermost(issue: z.core.$ZodIssueInvalidUnion): string {
  const inner = issue.errors.flat()
  const custom = inner.find(({ code }) => code === 'custom' || code === 'too_small')
  if (custom) return custom.message
  const nested = inner.find((one) => one.code === 'invalid_union')
  return nested
    ? innermost(nested as z.core.$ZodIssueInvalidUnion)
    : 'it is none of the known forms'
}

function pathOf(parts: readonly PropertyKey[]): string {
  const text = parts
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '')
  return text === '' ? '$' : text
}

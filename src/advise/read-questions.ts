/** @file Reads questions from a file: one a line, or JSONL with a field `question`. */
import { readFile } from 'node:fs/promises'
import { AdviseError } from './errors.ts'

/** @throws AdviseError `file_unreadable` | `invalid_questions` */
export async function readQuestions(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new AdviseError('file_unreadable', `${file} cannot be read: ${cause.message}`, {
      hint: 'Name a file with one question a line, or JSONL with a field "question".',
      cause,
    })
  })
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  const questions = lines.map((line, at) => readLine(line, `${file}:${at + 1}`))
  if (questions.length > 0) return questions
  throw invalid(`${file} holds no questions`)
}

function readLine(line: string, place: string): string {
  if (!line.trimStart().startsWith('{')) return line.trim()
  const row = parse(line) as { question?: unknown } | undefined
  if (typeof row?.question === 'string' && row.question.trim() !== '') return row.question.trim()
  throw invalid(`${place} has no field "question" with text`)
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function invalid(message: string): AdviseError {
  return new AdviseError('invalid_questions', message, {
    hint: 'Write one question a line, or JSONL with a field "question".',
  })
}

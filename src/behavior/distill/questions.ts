/** @file The questions of a distillation: one per line, or JSON Lines with a field `question`. */
import { readFile } from 'node:fs/promises'
import { BehaviorError } from '../errors.ts'

/**
 * Each question once, in the order of the file.
 * @throws BehaviorError `file_unreadable` | `no_questions`
 */
export async function readQuestions(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new BehaviorError('file_unreadable', `${file} cannot be read: ${cause.message}`, {
      hint: 'Name a file of questions that exists and may be read.',
      cause,
    })
  })
  const lines = text.split('\n').map((line) => line.trim())
  const questions = lines.flatMap((line, at) => (line === '' ? [] : [read(line, file, at + 1)]))
  if (questions.length > 0) return [...new Set(questions)]
  throw new BehaviorError('no_questions', `${file} holds no questions`, {
    hint: 'Write one question per line, or JSON Lines with a field "question".',
  })
}

function read(line: string, file: string, number: number): string {
  if (!line.startsWith('{')) return line
  const question = fieldOf(line)
  if (question !== undefined) return question
  throw new BehaviorError('no_questions', `${file}:${number} has no field "question"`, {
    hint: 'Give every line of JSON a text in the field "question".',
  })
}

function fieldOf(line: string): string | undefined {
  try {
    const { question } = JSON.parse(line) as { question?: unknown }
    return typeof question === 'string' && question.trim() !== '' ? question.trim() : undefined
  } catch {
    return undefined
  }
}

/** @file Answers in a file: a mapping of question ids, alone or under `answers`, as JSON or YAML. */
import { rename, writeFile } from 'node:fs/promises'
import type { GivenAnswers } from './answers.ts'
import { AdviseError } from './errors.ts'
import { readDataFile } from './read-data-file.ts'

/** @throws AdviseError `file_unreadable` | `invalid_answers` */
export async function readAnswers(file: string): Promise<Readonly<Record<string, unknown>>> {
  const data = await readDataFile(file)
  const answers = isMapping(data) && isMapping(data.answers) ? data.answers : data
  if (isMapping(answers)) return answers
  throw new AdviseError('invalid_answers', `${file} holds no mapping of questions to answers`, {
    hint: 'Write lines such as "task: answer", or JSON such as {"task": "answer"}.',
  })
}

/** Replaces the file as a whole, so that an end in between loses nothing. */
export async function saveAnswers(file: string, answers: GivenAnswers): Promise<void> {
  const draft = `${file}.part`
  await writeFile(draft, `${JSON.stringify({ answers }, null, 2)}\n`)
  await rename(draft, file)
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

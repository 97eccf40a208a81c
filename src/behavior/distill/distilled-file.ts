/** @file The examples that a distillation makes: one line each, there for good as soon as it is written. */
import { open, readFile } from 'node:fs/promises'
import { sha256 } from '../../util/hash.ts'
import { writeWhole } from '../../util/write-whole.ts'
import { BehaviorError } from '../errors.ts'

/** A chat example without the prompt, and where its reply comes from. */
export type DistilledRow = {
  readonly messages: readonly { readonly role: string; readonly content: string }[]
  readonly teacher: string
  /** Hash of the prompt that the reply was written with. */
  readonly prompt_sha256: string
}

export type DistilledFile = {
  /** What an earlier run has left, in the order in which it was written. */
  readonly rows: readonly DistilledRow[]
  append(row: DistilledRow): Promise<void>
  close(): Promise<void>
}

export type Origin = { readonly teacher: string; readonly prompt: string }

export function rowOf({ teacher, prompt }: Origin, question: string, reply: string): DistilledRow {
  return {
    messages: [
      { role: 'user', content: question },
      { role: 'assistant', content: reply },
    ],
    teacher,
    prompt_sha256: sha256(prompt),
  }
}

export function questionOf({ messages }: DistilledRow): string {
  return messages[0]!.content
}

/**
 * Opens the file to go on with it; a line that was cut off in writing is dropped.
 * @throws BehaviorError `distillation_mismatch` when it holds replies of another teacher or to another prompt
 */
export async function openDistilledFile(file: string, origin: Origin): Promise<DistilledFile> {
  const { text, whole, rows } = await readDistilledFile(file, origin)
  if (whole.length < text.length) await writeWhole(file, whole)
  const handle = await open(file, 'a')
  return {
    rows,
    async append(row) {
      await handle.appendFile(`${JSON.stringify(row)}\n`)
      await handle.datasync()
    },
    close: () => handle.close(),
  }
}

/** The rows that are there, and the part of the text that holds them. @throws BehaviorError as above */
export async function readDistilledFile(
  file: string,
  origin: Origin,
): Promise<{ text: string; whole: string; rows: DistilledRow[] }> {
  const text = await readExisting(file)
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  const lines = whole.split('\n').slice(0, -1)
  const rows = lines.map((line, at) => readRow(line, { file, line: at + 1, origin }))
  return { text, whole, rows }
}

export async function writeRows(file: string, rows: readonly object[]): Promise<void> {
  await writeWhole(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
}

async function readExisting(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

function readRow(
  text: string,
  { file, line, origin }: { file: string; line: number; origin: Origin },
): DistilledRow {
  const row = parseRow(text)
  if (row?.teacher === origin.teacher && row.prompt_sha256 === sha256(origin.prompt)) return row
  const problem = row
    ? `of teacher "${row.teacher}" to ${row.teacher === origin.teacher ? 'another prompt' : 'its prompt'}`
    : 'that no distillation wrote'
  throw new BehaviorError('distillation_mismatch', `${file}:${line} holds a row ${problem}`, {
    hint: 'Name another file with --output, or delete this one to begin anew.',
  })
}

function parseRow(text: string): DistilledRow | undefined {
  try {
    const row = JSON.parse(text) as DistilledRow
    return typeof row.messages[0]?.content === 'string' ? row : undefined
  } catch {
    return undefined
  }
}

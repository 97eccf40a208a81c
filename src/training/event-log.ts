/** @file train.jsonl: one line for each event, so that curves can be drawn during a run and after it. */
import { appendFile, mkdir, readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import type { TrainingEvent } from './events.ts'
import { ignoreMissing, writeSynced } from './files.ts'

export type EventLog = { append(event: TrainingEvent): Promise<void> }

/** Opens the log of a run that goes on after `step`; lines of later steps, which it repeats, go. */
export async function openEventLog(file: string, step: number): Promise<EventLog> {
  await mkdir(path.dirname(file), { recursive: true })
  const text = step > 0 ? ((await readFile(file, 'utf8').catch(ignoreMissing)) ?? '') : ''
  const lines = text.split('\n').filter((line) => isBefore(line, step))
  await writeSynced(`${file}.tmp`, lines.map((line) => `${line}\n`).join(''))
  await rename(`${file}.tmp`, file)
  return { append: (event) => appendFile(file, `${JSON.stringify(event)}\n`) }
}

/** Also false for a last line that was cut off. */
function isBefore(line: string, step: number): boolean {
  try {
    const event = JSON.parse(line) as TrainingEvent
    if (event.type === 'start') return event.resumedFrom < step
    return event.type !== 'done' && event.step <= step
  } catch {
    return false
  }
}

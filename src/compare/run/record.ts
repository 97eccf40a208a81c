/** @file The record of a run: one line for each thing that happened, on disk before the next one begins. */
import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises'
import path from 'node:path'
import { syncFolder } from '../../util/sync-folder.ts'
import type { ArmName } from '../arms/arm.ts'
import { CompareError } from '../errors.ts'
import type { ItemRecord, Phase, Training } from '../result.ts'

/** An arm became ready, could not, or was given up. */
export type ArmRecord = {
  readonly type: 'arm'
  readonly arm: ArmName
  readonly status: 'ready' | 'skipped' | 'failed' | 'stopped'
  readonly reason: string | null
  readonly model: string | null
  readonly training: Training | null
}

/** The documents were updated. */
export type UpdateRecord = {
  readonly type: 'update'
  readonly documents: number
  readonly indexMs: number
}

export type RunRecord = ArmRecord | ItemRecord | UpdateRecord

export type RecordLog = {
  /** Resolves once the line is on disk. */
  append(record: RunRecord): Promise<void>
  close(): Promise<void>
}

const RECORD_FILE = 'record.jsonl'

/** Opens the record for more; a line that was cut off by a crash is taken away first. */
export async function openRecord(folder: string): Promise<RecordLog> {
  await mkdir(folder, { recursive: true })
  const file = path.join(folder, RECORD_FILE)
  const handle = await open(file, 'a+')
  await cutTornLine(handle)
  await syncFolder(folder)
  return {
    async append(record) {
      await handle.appendFile(`${JSON.stringify(record)}\n`)
      await handle.datasync()
    },
    close: () => handle.close(),
  }
}

async function cutTornLine(handle: FileHandle): Promise<void> {
  const bytes = await handle.readFile()
  const end = bytes.lastIndexOf(0x0a) + 1
  if (end < bytes.length) await handle.truncate(end)
}

/** @throws CompareError run_damaged */
export async function readRecord(folder: string): Promise<{ records: RunRecord[]; text: string }> {
  const file = path.join(folder, RECORD_FILE)
  const whole = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  const text = whole.slice(0, whole.lastIndexOf('\n') + 1)
  const records = text
    .split('\n')
    .slice(0, -1)
    .map((line, at) => parseLine(line, at + 1))
  return { records, text }
}

function parseLine(line: string, number: number): RunRecord {
  try {
    return JSON.parse(line) as RunRecord
  } catch (cause) {
    throw new CompareError('run_damaged', `line ${number} of ${RECORD_FILE} is no JSON`, {
      hint: 'Restore the file, or delete the folder of the run and compare again.',
      cause,
    })
  }
}

export function keyOf({
  arm,
  phase,
  question,
}: {
  arm: ArmName
  phase: Phase
  question: string
}): string {
  return `${phase}/${arm}/${question}`
}

/** The last word on each item: what failed may have been asked again. */
export function latestItems(records: readonly RunRecord[]): Map<string, ItemRecord> {
  const items = records.filter((record) => record.type === 'item')
  return new Map(items.map((item) => [keyOf(item), item]))
}

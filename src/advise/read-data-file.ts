/** @file Reads small files that hold data as JSON or YAML. */
import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { AdviseError } from './errors.ts'

/** JSON is YAML, so one parser reads both. @throws AdviseError `file_unreadable` */
export async function readDataFile(file: string): Promise<unknown> {
  try {
    return parse(await readFile(file, 'utf8'))
  } catch (cause) {
    const [reason] = (cause as Error).message.split('\n')
    throw new AdviseError('file_unreadable', `${file} cannot be read: ${reason}`, {
      hint: 'Name a JSON or YAML file that exists and may be read.',
      cause,
    })
  }
}

/** @file Puts a report on the disk, whole or not at all. */
import path from 'node:path'
import { writeWhole } from '../../util/write-whole.ts'
import { CompareError } from '../errors.ts'
import type { ComparisonResult } from '../result.ts'
import { renderReport } from './report.ts'

/** Resolves with the absolute path. @throws CompareError unwritable_file */
export async function writeReport(result: ComparisonResult, file: string): Promise<string> {
  const absolute = path.resolve(file)
  try {
    await writeWhole(absolute, renderReport(result))
  } catch (cause) {
    throw new CompareError('unwritable_file', `the report cannot be written to "${file}"`, {
      hint: 'Name a file in a folder that is there and that you may write to.',
      cause,
    })
  }
  return absolute
}

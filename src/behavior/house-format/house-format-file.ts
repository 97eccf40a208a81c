/** @file The house format in an adapter's folder, beside the weights that learned it. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { ConstraintSpec } from '../../inference/index.ts'
import { BehaviorError } from '../errors.ts'
import type { AdapterFile } from '../registry/adapter-version.ts'
import type { HouseFormat } from './house-format.ts'

/** Other programs that read PEFT folders pass over it. */
export const HOUSE_FORMAT_FILE = 'graft_format.json'

export function houseFormatFile(format: HouseFormat): AdapterFile {
  return {
    path: HOUSE_FORMAT_FILE,
    content: Buffer.from(`${JSON.stringify(format, undefined, 2)}\n`),
  }
}

/**
 * The format in an adapter folder; undefined where there is none.
 * @throws BehaviorError `invalid_format_file`
 */
export async function readHouseFormat(folder: string): Promise<HouseFormat | undefined> {
  const file = path.join(folder, HOUSE_FORMAT_FILE)
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  try {
    return fileSchema.parse(JSON.parse(text)) as HouseFormat
  } catch (cause) {
    throw new BehaviorError('invalid_format_file', `${HOUSE_FORMAT_FILE} cannot be read`, {
      hint: 'Delete it to serve the adapter without its form, or tune again.',
      cause,
    })
  }
}

const constraintSchema: z.ZodType<ConstraintSpec> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('choice'), choices: z.array(z.string()).min(1) }),
  z.strictObject({
    type: z.literal('json-schema'),
    schema: z.record(z.string(), z.unknown()),
    layout: z.enum(['compact', 'spaced']).optional(),
  }),
  z.strictObject({ type: z.literal('regex'), pattern: z.string() }),
]) as z.ZodType<ConstraintSpec>

const fileSchema = z.strictObject({
  quoting: z.string().optional(),
  plain: constraintSchema.optional(),
})

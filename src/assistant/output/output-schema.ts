/** @file The form that structured answers have: a JSON Schema, and the check of values against it. */
import { z } from 'zod'
import { AssistantError } from '../errors.ts'
import type { JsonSchema } from '../tools/tool.ts'

/** A zod schema, or a JSON Schema as parsed from JSON. */
export type OutputSetting = z.ZodType | JsonSchema

export type OutputSchema = {
  readonly jsonSchema: JsonSchema
  /** The value as the schema has it. @throws AssistantError `output_invalid` */
  parse(value: unknown): unknown
}

/** @throws AssistantError `invalid_configuration` for what is no schema, or one that cannot be checked */
export function outputSchema(setting: OutputSetting): OutputSchema {
  const isZod = setting instanceof z.ZodType
  try {
    // What the model writes is the input of a transformation, if there is one.
    const jsonSchema = isZod ? z.toJSONSchema(setting, { io: 'input' }) : setting
    const schema = isZod ? setting : z.fromJSONSchema(setting)
    return { jsonSchema, parse: (value) => parseOutput(schema, value) }
  } catch (cause) {
    throw new AssistantError(
      'invalid_configuration',
      `the schema of the output cannot be used: ${(cause as Error).message}`,
      { hint: 'Give a zod schema of JSON values, or a JSON Schema of draft 2020-12.', cause },
    )
  }
}

function parseOutput(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) => `/${path.join('/')}: ${message}`)
  throw invalidOutput(faults.slice(0, 5).join('; '))
}

/** The error for output that does not have the asked form. It repeats none of what the model wrote. */
export function invalidOutput(problem: string): AssistantError {
  return new AssistantError(
    'output_invalid',
    `the answer does not have the asked form: ${problem}`,
    {
      hint: 'Ask again, loosen the schema, or choose a larger model.',
    },
  )
}

/** @file Structured outputs: the JSON Schema that a request gives, and how its answer is shown. */
import { z } from 'zod'
import { type Answer, type OutputSetting, outputSchema } from '../../assistant/index.ts'
import { openaiError, unsupported } from './shared.ts'

export const responseFormat: z.ZodType<ResponseFormat | null | undefined> = z
  .looseObject({
    type: z.string(),
    json_schema: z.looseObject({ schema: z.record(z.string(), z.unknown()).optional() }).optional(),
    schema: z.record(z.string(), z.unknown()).optional(),
  })
  .nullish()

export type ResponseFormat = {
  type: string
  json_schema?: { schema?: Record<string, unknown> | undefined } | undefined
  /** Where responses have it: beside the type. */
  schema?: Record<string, unknown> | undefined
}

/** @throws RequestError 400 for formats other than text and json_schema, and for schemas that cannot be used */
export function outputOf(
  format: ResponseFormat | null | undefined,
  param: string,
): { output?: OutputSetting } {
  if (!format || format.type === 'text') return {}
  if (format.type !== 'json_schema')
    throw unsupported(
      param,
      `${param}: answers of the type "${format.type}" are not given`,
      'Give the type json_schema with a schema, which says what the JSON holds.',
    )
  const schema = format.json_schema?.schema ?? format.schema
  if (!schema) throw faultySchema(param, 'there is no schema')
  try {
    outputSchema(schema)
  } catch (error) {
    throw faultySchema(param, (error as Error).message)
  }
  return { output: schema }
}

/** Without evidence there is no JSON, but a refusal in the house's words. */
export function replyOf({ answer, output }: Answer): {
  content: string | null
  refusal: string | null
} {
  return output === null ? { content: null, refusal: answer } : { content: answer, refusal: null }
}

function faultySchema(param: string, problem: string): Error {
  return openaiError(400, {
    message: `${param}: ${problem}`,
    param,
    hint: 'Give a JSON Schema of draft 2020-12 in json_schema.schema.',
  })
}

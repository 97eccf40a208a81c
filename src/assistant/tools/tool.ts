/** @file What an assistant can do besides answering: functions with checked arguments. */
import { z } from 'zod'
import { AssistantError } from '../errors.ts'

/** A JSON Schema as parsed from JSON. */
export type JsonSchema = Readonly<Record<string, unknown>>

export type ToolContext = {
  /** Who asks: the principal, where the question came with one. */
  principal: string | undefined
  /** Fires when the answer is no longer wanted or the tool has had its time. */
  signal: AbortSignal
}

export type ToolDefinition<Schema extends z.ZodType> = {
  /** Letters, digits, `_` and `-`: `lookup_order`. */
  name: string
  /** What it does, for the model that decides and for whoever approves. */
  description: string
  /** The arguments, as an object. */
  input: Schema
  /** What it gives back is cited like a document: text, or anything that JSON has. */
  run(input: z.output<Schema>, context: ToolContext): unknown
  /** Whether it changes anything: then every call needs approval. */
  sideEffects: boolean
  /** Whether answers may quote the result. Default true. */
  cites?: boolean
  /** A rule: the arguments to call it with for this question, or undefined. */
  when?(question: string): z.input<Schema> | undefined
  /** Default 15,000. */
  timeoutMs?: number
}

/** A tool as the assistant holds it, whatever its arguments are. */
export type Tool = {
  readonly name: string
  readonly description: string
  /** JSON Schema of the arguments. */
  readonly inputSchema: JsonSchema
  readonly sideEffects: boolean
  /** Needs approval although it has no side effects that we know of. */
  readonly guarded: boolean
  readonly cites: boolean
  readonly timeoutMs: number
  /** The checked arguments. @throws AssistantError `invalid_arguments` */
  parse(input: unknown): unknown
  /** Takes what `parse` returned. */
  run(input: unknown, context: ToolContext): unknown
  when?(question: string): unknown
}

/** An error whose message may be told to the model and to whoever asks; that of others stays here. */
export class ToolError extends Error {}

export const TOOL_TIMEOUT_MS = 15_000

/** @throws AssistantError `invalid_configuration` */
export function defineTool<Schema extends z.ZodType>(definition: ToolDefinition<Schema>): Tool {
  const { name, description, input, sideEffects, when } = definition
  const { cites = true, timeoutMs = TOOL_TIMEOUT_MS } = definition
  assertToolName(name)
  return {
    name,
    description,
    inputSchema: objectSchema(name, input),
    sideEffects,
    guarded: false,
    cites,
    timeoutMs,
    parse: (given) => parseArguments(name, input, given),
    run: (given, context) => definition.run(given as z.output<Schema>, context),
    ...(when && { when: (question: string) => when(question) }),
  }
}

/** The arguments as the schema has them, defaults filled in. @throws AssistantError `invalid_arguments` */
export function parseArguments(name: string, schema: z.ZodType, given: unknown): unknown {
  const result = schema.safeParse(given)
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  )
  throw new AssistantError('invalid_arguments', `${name}: ${faults.join('; ')}`, {
    hint: 'Give arguments that fit the input schema of the tool.',
  })
}

/** What providers take for a function's name. */
const NAME = /^[a-zA-Z0-9_-]{1,64}$/

function assertToolName(name: string): void {
  if (NAME.test(name)) return
  throw new AssistantError('invalid_configuration', `a tool is named ${JSON.stringify(name)}`, {
    hint: 'Use 1 to 64 letters, digits, "_" and "-".',
  })
}

function objectSchema(name: string, input: z.ZodType): JsonSchema {
  const schema = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' })
  if (schema.type === 'object') return schema
  throw new AssistantError(
    'invalid_configuration',
    `the input of the tool "${name}" is no object, but ${String(schema.type ?? 'a union')}`,
    { hint: 'Give input: z.object({ … }).' },
  )
}

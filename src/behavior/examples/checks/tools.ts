/** @file Calls, results and arguments against the tools that the row offers. */
import { z } from 'zod'
import type { ToolCall, ToolDefinition } from '../../../tokenizers/index.ts'
import type { Check, Report } from '../check-context.ts'
import type { Entry } from '../example.ts'
import { childPath, isObject, type JsonObject } from '../fields.ts'
import { shown } from '../finding.ts'

type CalledTool = { entry: Entry; call: ToolCall; path: string }

export const checkTools: Check = ({ sound, report }) => {
  const schemas = createSchemas(report)
  for (const entry of sound) {
    checkCallIds(entry, report)
    const { messages, tools } = entry.example
    let isMissingReported = false
    for (const [at, { tool_calls: calls = [] }] of messages.entries())
      for (const [index, call] of calls.entries()) {
        const path = `${entry.places[at]!.message}.tool_calls[${index}].function`
        if (tools) checkCall({ entry, call, path }, tools, { schemas, report })
        else if (!isMissingReported) {
          isMissingReported = true
          const message = `calls "${call.function.name}", but the row offers no tools`
          report('tools_missing', entry, { path, message })
        }
        if (!tools) readArguments({ entry, call, path }, report)
      }
  }
}

/** Every result answers a call before it, and every call is answered before the conversation goes on. */
function checkCallIds(entry: Entry, report: Report): void {
  const { messages } = entry.example
  const seen = new Set<string>()
  const open = new Map<string, string>()
  const reportOpen = (): void => {
    for (const [id, path] of open)
      report('call_without_result', entry, { path, message: `no tool message answers "${id}"` })
    open.clear()
  }
  for (const [at, message] of messages.entries()) {
    const { message: path } = entry.places[at]!
    if (message.role === 'tool') {
      const id = message.tool_call_id ?? ''
      if (!open.delete(id) && !seen.has(id))
        report('result_without_call', entry, {
          path: `${path}.tool_call_id`,
          message: `no call before has the id "${id}"`,
        })
      continue
    }
    reportOpen()
    for (const [index, { id = '' }] of (message.tool_calls ?? []).entries()) {
      const callPath = `${path}.tool_calls[${index}].id`
      if (seen.has(id) && id !== '')
        report('duplicate_call_id', entry, { path: callPath, message: `"${id}" is used twice` })
      seen.add(id)
      open.set(id, callPath)
    }
  }
}

type Judge = { schemas: Schemas; report: Report }

function checkCall(called: CalledTool, tools: readonly ToolDefinition[], judge: Judge): void {
  const { entry, call, path } = called
  const { name } = call.function
  const tool = tools.map(describe).find((described) => described.name === name)
  const args = readArguments(called, judge.report)
  if (!tool) {
    const offered = tools.map((each) => describe(each).name).join(', ')
    judge.report('unknown_tool', entry, {
      path: `${path}.name`,
      message: `there is no tool "${name}" (there are: ${offered})`,
    })
    return
  }
  const schema = args && tool.parameters && judge.schemas.get(tool.parameters, called)
  const result = schema?.safeParse(args)
  for (const issue of result?.error?.issues ?? []) {
    const at = issue.path.reduce<string>((to, key) => childPath(to, key as string), '')
    judge.report('invalid_arguments', entry, {
      path: `${path}.arguments`,
      message: `"${name}"${at ? ` at ${at.slice(1)}` : ''}: ${issue.message}`,
    })
  }
}

function readArguments({ entry, call, path }: CalledTool, report: Report): JsonObject | undefined {
  const { name, arguments: args } = call.function
  if (typeof args !== 'string') return args
  try {
    const value: unknown = JSON.parse(args)
    if (isObject(value)) return value
  } catch {
    // Reported below, like JSON that is no object.
  }
  report('invalid_arguments', entry, {
    path: `${path}.arguments`,
    message: `the arguments of "${name}" are no JSON object: ${shown(args)}`,
  })
  return undefined
}

function describe(tool: ToolDefinition): { name: string; parameters: JsonObject | undefined } {
  const { name, parameters } = tool.function as JsonObject
  return { name: name as string, parameters: isObject(parameters) ? parameters : undefined }
}

type Schemas = { get(parameters: JsonObject, called: CalledTool): z.ZodType | undefined }

/** Compiled once for all rows that offer the same tool; a schema that zod does not take is reported once. */
function createSchemas(report: Report): Schemas {
  const compiled = new Map<string, z.ZodType | undefined>()
  return {
    get(parameters, { entry, call, path }) {
      const key = JSON.stringify(parameters)
      if (compiled.has(key)) return compiled.get(key)
      let schema: z.ZodType | undefined
      try {
        schema = z.fromJSONSchema(parameters)
      } catch (error) {
        const { message } = error as Error
        const code = /^Unsupported type/.test(message) ? 'invalid_tool' : 'unchecked_tool'
        report(code, entry, {
          path,
          message: `the parameters of "${call.function.name}": ${message}`,
        })
      }
      compiled.set(key, schema)
      return schema
    },
  }
}

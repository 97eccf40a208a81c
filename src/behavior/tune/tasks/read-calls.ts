/** @file Calls of tools in what a model wrote, whichever chat template it learned them from. */
import { isDeepStrictEqual } from 'node:util'
import type { ToolCall } from '../../../tokenizers/index.ts'

export type Call = {
  readonly name: string
  readonly arguments: Readonly<Record<string, unknown>>
}

/**
 * The calls in a text, in their order: JSON objects that name a tool and its arguments, bare, in a list, or
 * between marks such as `<tool_call>`. Text without such an object calls nothing.
 */
export function readCalls(text: string): Call[] {
  return jsonIn(text).flat().flatMap(toCall)
}

/** Calls as an example has them, with arguments as objects or as JSON text. */
export function callsOf(toolCalls: readonly ToolCall[]): Call[] {
  return toolCalls.map(({ function: { name, arguments: args } }) => ({
    name,
    arguments: typeof args === 'string' ? (JSON.parse(args) as Call['arguments']) : args,
  }))
}

/** The same calls, in any order. */
export function sameCalls(first: readonly Call[], second: readonly Call[]): boolean {
  const left = [...second]
  return (
    first.length === second.length &&
    first.every((call) => {
      const at = left.findIndex((other) => isDeepStrictEqual(other, call))
      if (at >= 0) left.splice(at, 1)
      return at >= 0
    })
  )
}

/** The same tools, in any order. */
export function sameTools(first: readonly Call[], second: readonly Call[]): boolean {
  const names = (calls: readonly Call[]): string[] => calls.map(({ name }) => name).sort()
  return isDeepStrictEqual(names(first), names(second))
}

/** The embedded base writes tool and arguments; Qwen and Mistral name, Llama 3 parameters; OpenAI nests them. */
function toCall(value: unknown): Call[] {
  if (!isObject(value)) return []
  if (isObject(value.function)) return toCall(value.function)
  const name = value.tool ?? value.name
  const written = value.arguments ?? value.parameters
  const given = typeof written === 'string' ? parse(written) : written
  return typeof name === 'string' && isObject(given) ? [{ name, arguments: given }] : []
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The JSON objects and lists of a text, outermost first to last. */
function jsonIn(text: string): unknown[] {
  const values: unknown[] = []
  let at = 0
  while (at < text.length) {
    const end = /[[{]/.test(text[at]!) ? endOfValue(text, at) : undefined
    const value = end === undefined ? undefined : parse(text.slice(at, end))
    if (value === undefined) at += 1
    else {
      values.push(value)
      at = end!
    }
  }
  return values
}

/** Behind the bracket that closes the one at `start`; brackets in strings do not count. */
function endOfValue(text: string, start: number): number | undefined {
  const tokens = /"(?:[^"\\]|\\.)*"|[[\]{}]/gs
  tokens.lastIndex = start
  let depth = 0
  for (let found = tokens.exec(text); found; found = tokens.exec(text)) {
    if (found[0] === '{' || found[0] === '[') depth += 1
    else if (found[0] === '}' || found[0] === ']') depth -= 1
    if (depth === 0) return tokens.lastIndex
  }
  return undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

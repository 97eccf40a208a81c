/** @file One message of a chat: every field checked, what is plainly meant put right. */
import type { ChatMessage, ToolCall } from '../../../tokenizers/index.ts'
import { childPath, isObject, type JsonObject } from '../fields.ts'
import { kindOf, shown } from '../finding.ts'
import { placeOf } from '../place.ts'
import { canonicalRole, isStandardRole } from '../roles.ts'
import { canonicalWeight } from '../weight.ts'
import type { Fault, PlacedMessage } from './format.ts'

/** The last three are what OpenAI's API answers with, so they come along with collected answers. */
const knownFields = new Set([
  ...['role', 'content', 'name', 'weight', 'tool_calls', 'tool_call_id', 'reasoning_content'],
  ...['refusal', 'annotations', 'audio'],
])

/** Messages of a list; what is no message is reported and left out. */
export function readMessages(value: unknown, path: string, fault: Fault): PlacedMessage[] {
  if (!Array.isArray(value)) {
    fault('wrong_type', { path, message: `is ${kindOf(value)}, not a list of messages` })
    return []
  }
  return value.flatMap((item, at) => readMessage(item, childPath(path, at), fault) ?? [])
}

function readMessage(value: unknown, path: string, fault: Fault): PlacedMessage | undefined {
  if (!isObject(value)) {
    fault('wrong_type', { path, message: `is ${kindOf(value)}, not a message: ${shown(value)}` })
    return undefined
  }
  const role = readRole(value, path, fault)
  const { role: _, content: __, weight: ___, tool_calls: ____, ...rest } = value
  const toolCalls = readToolCalls(value, path, fault)
  const content = readContent(value, path, fault)
  const weight = readWeight(value, path, fault)
  reportOddFields(value, role, { path, fault })
  const message = {
    ...rest,
    role,
    ...(content !== undefined && { content }),
    ...(weight !== undefined && { weight }),
    ...(toolCalls && { tool_calls: toolCalls }),
  } as ChatMessage
  return { message, place: placeOf(path) }
}

function readRole(message: JsonObject, path: string, fault: Fault): string {
  const { role } = message
  const at = { path: `${path}.role` }
  if (role === undefined) fault('missing_field', { ...at, message: 'the message has no role' })
  else if (typeof role !== 'string')
    fault('wrong_type', { ...at, message: `the role is ${kindOf(role)}: ${shown(role)}` })
  else return readRoleName(role, at.path, fault)
  return ''
}

function readRoleName(role: string, path: string, fault: Fault): string {
  const canonical = canonicalRole(role)
  if (canonical === undefined)
    fault('unknown_role', { path, message: `the role ${shown(role)} is unknown` })
  else if (!isStandardRole(role))
    fault('unknown_role', {
      path,
      message: `the role ${shown(role)} is unknown; it was read as "${canonical}"`,
      fix: `Write "${canonical}".`,
      isFixable: true,
    })
  return canonical ?? role
}

function readContent(message: JsonObject, path: string, fault: Fault): string | null | undefined {
  const { content } = message
  const at = `${path}.content`
  if (typeof content === 'string') return content
  if (Array.isArray(content)) return readParts(content, at, fault)
  if (content === undefined || content === null) {
    // A call needs no words.
    if (message.tool_calls === undefined)
      fault('missing_field', { path: at, message: 'the message has no content' })
    return content
  }
  fault('wrong_type', {
    path: at,
    message: `the content is ${kindOf(content)}, not text: ${shown(content)}`,
  })
  return undefined
}

/** The text of `[{"type": "text", "text": …}]`. */
function readParts(parts: readonly unknown[], path: string, fault: Fault): string {
  return parts
    .map((part, at) => {
      if (isObject(part) && part.type === 'text' && typeof part.text === 'string') return part.text
      const type = isObject(part) ? `of type ${shown(part.type)}` : kindOf(part)
      fault('unsupported_content', {
        path: childPath(path, at),
        message: `the part is ${type}, not text`,
      })
      return ''
    })
    .join('')
}

export function readWeight(message: JsonObject, path: string, fault: Fault): 0 | 1 | undefined {
  const { weight } = message
  if (weight === undefined || weight === 0 || weight === 1) return weight
  const meant = canonicalWeight(weight)
  const message_ = `the weight is ${shown(weight)}, not 0 or 1`
  const fixable = meant !== undefined && { fix: `Write ${meant}.`, isFixable: true }
  fault('invalid_weight', { path: `${path}.weight`, message: message_, ...fixable })
  return meant
}

function readToolCalls(message: JsonObject, path: string, fault: Fault): ToolCall[] | undefined {
  const { tool_calls: calls } = message
  if (calls === undefined || calls === null) return undefined
  const at = `${path}.tool_calls`
  if (!Array.isArray(calls)) {
    fault('wrong_type', { path: at, message: `tool_calls is ${kindOf(calls)}, not a list` })
    return undefined
  }
  return calls.flatMap((call, index) => readToolCall(call, childPath(at, index), fault) ?? [])
}

function readToolCall(call: unknown, path: string, fault: Fault): ToolCall | undefined {
  const called = isObject(call) ? call.function : undefined
  if (!isObject(call) || !isObject(called)) {
    fault('wrong_type', {
      path,
      message: `${shown(call)} is no tool call`,
      fix: 'Write {"id": …, "type": "function", "function": {"name": …, "arguments": …}}.',
    })
    return undefined
  }
  const { name, arguments: args } = called
  if (typeof name !== 'string' || name === '')
    fault('missing_field', { path: `${path}.function.name`, message: 'the call names no tool' })
  else if (typeof args === 'string' || isObject(args)) return call as ToolCall
  else
    fault(args === undefined ? 'missing_field' : 'wrong_type', {
      path: `${path}.function.arguments`,
      message: `the arguments of "${name}" are ${args === undefined ? 'missing' : kindOf(args)}`,
      fix: 'Write the arguments as a JSON object, or as its text.',
    })
  return undefined
}

function reportOddFields(
  message: JsonObject,
  role: string,
  { path, fault }: { path: string; fault: Fault },
): void {
  for (const field of Object.keys(message)) {
    if (knownFields.has(field)) continue
    const known = [...knownFields].slice(0, 7).join(', ')
    fault('unknown_field', {
      path: childPath(path, field),
      message: `a message has no field "${field}" (it has ${known})`,
    })
  }
  if (message.weight !== undefined && role !== 'assistant')
    fault('weight_ignored', { path: `${path}.weight`, message: `a ${role} message has a weight` })
  if (message.tool_calls !== undefined && role !== 'assistant')
    fault('unknown_field', {
      path: `${path}.tool_calls`,
      message: `a ${role} message calls tools; only the assistant does`,
    })
  const { tool_call_id: id } = message
  if (role === 'tool' && (typeof id !== 'string' || id === ''))
    fault('missing_field', {
      path: `${path}.tool_call_id`,
      message: 'the tool result does not say which call it answers',
    })
}

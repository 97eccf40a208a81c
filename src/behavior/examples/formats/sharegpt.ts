/** @file ShareGPT: `{"conversations": [{"from", "value"}]}`, with function calls as LLaMA-Factory writes them. */
import type { ChatMessage } from '../../../tokenizers/index.ts'
import { childPath, isObject, type JsonObject } from '../fields.ts'
import { kindOf, shown } from '../finding.ts'
import { placeOf } from '../place.ts'
import { canonicalRole } from '../roles.ts'
import type { Fault, PlacedMessage, RowFormat } from './format.ts'
import { readWeight } from './read-message.ts'
import { readTools } from './read-tools.ts'
import { textField } from './text-field.ts'

export const sharegpt: RowFormat = {
  fields: ['system', 'conversations', 'tools'],
  required: ['conversations'],
  read: (fields, fault) => ({
    messages: [
      ...textField({ fields, fault }, 'system', { role: 'system', isOptional: true }),
      ...readTurns(fields.get('conversations'), fields.path('conversations'), fault),
    ],
    ...readTools(fields, fault),
  }),
}

function readTurns(value: unknown, path: string, fault: Fault): PlacedMessage[] {
  if (!Array.isArray(value)) {
    fault('wrong_type', { path, message: `is ${kindOf(value)}, not a list of turns` })
    return []
  }
  // Its results carry no ids: each answers the call before it.
  let callId = ''
  return value.flatMap((turn, at) => {
    const place = childPath(path, at)
    const read = readTurn(turn, place, fault)
    if (!read) return []
    const { from, text } = read
    if (from === 'function_call') callId = `call_${at}`
    const message =
      from === 'function_call'
        ? calling(text, callId, { path: `${place}.value`, fault })
        : speaking(from, text, callId)
    const weight = readWeight(turn as JsonObject, place, fault)
    return [
      {
        message: { ...message, ...(weight !== undefined && { weight }) },
        place: placeOf(place, 'value'),
      },
    ]
  })
}

function readTurn(
  turn: unknown,
  path: string,
  fault: Fault,
): { from: string; text: string } | undefined {
  if (!isObject(turn)) {
    fault('wrong_type', { path, message: `is ${kindOf(turn)}, not a turn: ${shown(turn)}` })
    return undefined
  }
  const { from, value } = turn
  const isKnown = typeof from === 'string' && (from === 'function_call' || canonicalRole(from))
  if (from === undefined)
    fault('missing_field', { path: `${path}.from`, message: 'the turn does not say who speaks' })
  else if (!isKnown)
    fault('unknown_role', {
      path: `${path}.from`,
      message: `${shown(from)} is no known speaker`,
      fix: 'Use system, human, gpt, function_call or observation.',
    })
  if (typeof value !== 'string')
    fault(value === undefined ? 'missing_field' : 'wrong_type', {
      path: `${path}.value`,
      message: value === undefined ? 'the turn has no value' : `is ${kindOf(value)}, not text`,
    })
  return isKnown && typeof value === 'string' ? { from, text: value } : undefined
}

function speaking(from: string, content: string, callId: string): ChatMessage {
  const role = canonicalRole(from)!
  return role === 'tool' ? { role, content, tool_call_id: callId } : { role, content }
}

function calling(
  text: string,
  id: string,
  { path, fault }: { path: string; fault: Fault },
): ChatMessage {
  const call = parsedCall(text)
  if (!call) {
    fault('invalid_arguments', {
      path,
      message: `${shown(text)} is no function call`,
      fix: 'Write {"name": …, "arguments": {…}} as JSON text.',
    })
    return { role: 'assistant', content: text }
  }
  return {
    role: 'assistant',
    content: null,
    tool_calls: [{ id, type: 'function', function: call }],
  }
}

function parsedCall(
  text: string,
): { name: string; arguments: string | Record<string, unknown> } | undefined {
  try {
    const { name, arguments: args = {} } = JSON.parse(text) as JsonObject
    const isCall = typeof name === 'string' && (typeof args === 'string' || isObject(args))
    return isCall ? { name, arguments: args as Record<string, unknown> } : undefined
  } catch {
    return undefined
  }
}

/** @file The tools that a row offers to the assistant. */
import type { ToolDefinition } from '../../../tokenizers/index.ts'
import { childPath, type Fields, isObject } from '../fields.ts'
import { kindOf, shown } from '../finding.ts'
import type { Fault } from './format.ts'

/** A list of tools, or its JSON text as some exports have it. What is no tool is reported and left out. */
export function readTools(fields: Fields, fault: Fault): { tools?: ToolDefinition[] } {
  const path = fields.path('tools')
  const value = parsed(fields.get('tools'))
  if (value === undefined || value === null || value === '') return {}
  if (!Array.isArray(value)) {
    fault('invalid_tool', { path, message: `tools is ${kindOf(value)}, not a list` })
    return {}
  }
  return { tools: value.filter((tool, at) => isTool(tool, childPath(path, at), fault)) }
}

function isTool(tool: unknown, path: string, fault: Fault): tool is ToolDefinition {
  const described = isObject(tool) ? tool.function : undefined
  if (!isObject(described)) {
    fault('invalid_tool', { path, message: `has no "function": ${shown(tool)}` })
    return false
  }
  const { name, parameters } = described
  if (typeof name !== 'string' || name === '') {
    fault('invalid_tool', { path: `${path}.function.name`, message: 'the tool has no name' })
    return false
  }
  if (parameters === undefined || isObject(parameters)) return true
  fault('invalid_tool', {
    path: `${path}.function.parameters`,
    message: `the parameters of "${name}" are ${kindOf(parameters)}, not a JSON Schema`,
  })
  return false
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || value.trim() === '') return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

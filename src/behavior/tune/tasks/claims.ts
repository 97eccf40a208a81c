/** @file What a reply claims, piece by piece, so that part of a reply can be right: its label, fields, arguments. */
import { readJson } from '../../evaluate/index.ts'
import type { Call } from './read-calls.ts'

/** One piece: the label itself, a field and its value, an argument of a tool and its value. */
export type Claim = { readonly part: string; readonly value: string }

export function labelClaims(reply: string): Claim[] {
  const label = reply.trim()
  return [{ part: label, value: label }]
}

/** Every value inside the JSON under its path; a null says nothing, and the order of a list does not count. */
export function jsonClaims(reply: string): Claim[] {
  const json = readJson(reply)
  return json.ok ? leaves(json.value, '') : []
}

export function callClaims(calls: readonly Call[]): Claim[] {
  return calls.flatMap(({ name, arguments: args }) => leaves(args, name))
}

function leaves(value: unknown, path: string): Claim[] {
  if (value === null) return []
  if (typeof value !== 'object') return [{ part: path, value: JSON.stringify(value) }]
  if (Array.isArray(value)) return value.flatMap((item) => leaves(item, `${path}[]`))
  return Object.entries(value).flatMap(([key, own]) =>
    leaves(own, path === '' ? key : `${path}.${key}`),
  )
}

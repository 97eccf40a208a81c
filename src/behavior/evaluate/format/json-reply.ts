/** @file A reply that is JSON, bare or in a Markdown fence. */

export type JsonReply =
  | { readonly ok: true; readonly value: unknown; readonly fenced: boolean }
  | {
      readonly ok: false
      readonly fenced: boolean
      readonly message: string
      readonly line: number
    }

const fencedJson = /^```(?:json)?[^\S\n]*\n([\s\S]*?)\n?```$/i

export function readJson(reply: string): JsonReply {
  const trimmed = reply.trim()
  const fence = fencedJson.exec(trimmed)
  const fenced = fence !== null
  const text = fence?.[1] ?? trimmed
  try {
    return { ok: true, value: JSON.parse(text), fenced }
  } catch (error) {
    const { message } = error as Error
    const line = faultyLine(text) + (fenced ? 1 : 0)
    return { ok: false, fenced, message, line }
  }
}

/** Whether a reply is a JSON object or list; a lone number or quoted word is text as well. */
export function isJsonReply(reply: string): boolean {
  const json = readJson(reply)
  return json.ok && typeof json.value === 'object' && json.value !== null
}

/** The first line that no further text could make part of JSON; V8 does not always give the position. */
function faultyLine(text: string): number {
  const lines = text.split('\n')
  const at = lines.findIndex((_, line) => !breaksOff(lines.slice(0, line + 1).join('\n')))
  return at === -1 ? lines.length : at + 1
}

function breaksOff(start: string): boolean {
  try {
    JSON.parse(start)
    return true
  } catch (error) {
    const { message } = error as Error
    const position = Number(/position (\d+)/.exec(message)?.[1])
    return /unexpected end|unterminated/i.test(message) || position >= start.length
  }
}

/** @file Takes the power out of text that others wrote, before a model reads it or a page shows it. */

/** Zero-width spaces, direction overrides and Unicode's tag characters: people do not see them, models read them. */
const INVISIBLE = /[\u200b\u2060-\u2064\u202a-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu

/** Joiners stay: scripts and emoji need them. */
export function withoutInvisible(text: string): string {
  return text.replace(INVISIBLE, '')
}

/** Names between angle brackets that chat templates of known models give a meaning. */
const TEMPLATE_TAGS = [
  's',
  'bos',
  'eos',
  'pad',
  'unk',
  'start_of_turn',
  'end_of_turn',
  'system',
  'user',
  'assistant',
  'model',
  'think',
  'tools?',
  'tool_calls?',
  'tool_response',
  'function',
]
/** What opens our own delimiters, control tokens (`<|end|>`, `<s>`) and `<<SYS>>`. */
const OPENING = new RegExp(
  String.raw`[<＜](?=\s*\/?\s*(?:evidence|source|conversation)\b|\s*[|｜]|\/?(?:${TEMPLATE_TAGS.join('|')})[>\s=]|<\/?SYS>>)`,
  'gi',
)
const BRACKETED =
  /\[(\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|ARGS|CALL_ID|THINK))\]/g

/**
 * The text without what could pass for our delimiters, for turns of a chat template or for calls of tools: servers
 * of models may read such marks as control tokens wherever they stand.
 */
export function withoutControls(text: string): string {
  return withoutInvisible(text).replace(OPENING, '‹').replace(BRACKETED, '($1)')
}

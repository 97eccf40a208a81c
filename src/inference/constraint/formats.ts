/** @file Values of the keyword `format` as patterns. */
import { type Automaton, textMatching } from './automaton.ts'
import { parsePattern } from './pattern.ts'

const byte = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const ipv4 = `${byte}(\\.${byte}){3}`
const group = '[\\da-fA-F]{1,4}'
// RFC 4291: eight groups, the last two perhaps as IPv4, and one run of zero groups as "::".
const ipv6 = [
  `(${group}:){7}${group}`,
  `(${group}:){6}${ipv4}`,
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((before) => {
    const head = before === 0 ? '' : `${group}(:${group}){${before - 1}}`
    return before === 7 ? `${head}::` : `${head}::((${group}:){0,${6 - before}}${group})?`
  }),
].join('|')

const leapYear = '(\\d\\d(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)'
const date = `(\\d{4}-((0[13578]|1[02])-(0[1-9]|[12]\\d|3[01])|(0[469]|11)-(0[1-9]|[12]\\d|30)|02-(0[1-9]|1\\d|2[0-8]))|${leapYear}-02-29)`
const time = '([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)'
const clock = '(\\d+H(\\d+M(\\d+S)?)?|\\d+M(\\d+S)?|\\d+S)'
const calendar = '(\\d+Y(\\d+M(\\d+D)?)?|\\d+M(\\d+D)?|\\d+D)'
const label = '[a-zA-Z\\d]([a-zA-Z\\d-]{0,61}[a-zA-Z\\d])?'
const mailbox = "[\\w'+-]*[\\w+-]"
const hex = '[\\da-fA-F]'
const urlCharacter = `([\\w.~!$&'()*+,;=:@-]|%${hex}{2})`
const port = '(6553[0-5]|655[0-2]\\d|65[0-4]\\d{2}|6[0-4]\\d{3}|[1-5]\\d{4}|\\d{1,4})'
const path = `(/${urlCharacter}*)*`
// A last label of digits would be read as an IPv4 address.
const authority = `([a-zA-Z\\d]([a-zA-Z\\d-]*[a-zA-Z\\d])?\\.)*[a-zA-Z]([a-zA-Z\\d-]*[a-zA-Z\\d])?(:${port})?`

/**
 * Where standards and common validators differ, what both take: RFC 3339 for dates and times, ISO 8601 for
 * durations, RFC 9562 for UUIDs, RFC 3986 without user and IP address for URIs.
 */
const patterns: Readonly<Record<string, string>> = {
  date,
  time,
  'date-time': `${date}T${time}`,
  duration: `P(${calendar}(T${clock})?|T${clock}|\\d+W)`,
  uuid: `${hex}{8}-${hex}{4}-[1-8]${hex}{3}-[89abAB]${hex}{3}-${hex}{12}`,
  email: `${mailbox}(\\.${mailbox})*@(${label}\\.)+[a-zA-Z]{2,63}`,
  hostname: `${label}(\\.${label})*`,
  ipv4,
  ipv6,
  uri: `[a-zA-Z][a-zA-Z\\d+.-]*:(//${authority}${path}|${urlCharacter}+${path})(\\?(${urlCharacter}|[/?])*)?(#(${urlCharacter}|[/?])*)?`,
}

const automata = new Map<string, Automaton>()

/** The formats that can be kept. */
export const formatNames: readonly string[] = Object.keys(patterns)

/** Texts of a format that `formatNames` lists. */
export function textOfFormat(name: string): Automaton {
  const known = automata.get(name)
  if (known) return known
  const automaton = textMatching(parsePattern(patterns[name]!))
  automata.set(name, automaton)
  return automaton
}

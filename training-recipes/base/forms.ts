/** @file Random answer forms: what an answer looks like around its evidence, and how that is asked for. */
import type { Draw } from './draw.ts'
import * as phrases from './phrases.ts'

/**
 * Lines of text with slots: {first} and {second} are quotes by reference, {number} a citation, {topic},
 * {question} and {title} are copied from the prompt. Lines with {second} are left out where there is one
 * quote only.
 */
export type Form = { lines: readonly string[]; regret: readonly string[] }

export type Filling = {
  topic: string
  question: string
  title: string
  /** The planned sentences; empty when the evidence does not answer. */
  plan: readonly number[]
}

/** What models of the evidence protocol write when they have no answer and no house words for that. */
const NO_ANSWER = 'NO_ANSWER'

/** Quotes alone, one a line: the form of an answer for which nothing is asked. */
export const plainForm: Form = { lines: ['{first}', '{second}'], regret: [NO_ANSWER] }

export function randomForm(draw: Draw): Form {
  const fixed = { name: draw.one(phrases.names), brand: brandName(draw) }
  const dress = (line: string): string => fill(line, fixed)
  const maybe = (probability: number, from: readonly string[]): string[] =>
    draw.chance(probability) ? [dress(draw.one(from))] : []
  const gap = draw.chance(0.5) ? [''] : []
  const before = [...maybe(0.6, phrases.greetings), ...maybe(0.5, phrases.acknowledgements)]
  const after = [...maybe(0.4, phrases.remarks), ...maybe(0.4, phrases.closings)]
  const signed = [...after, ...maybe(after.length > 0 ? 0.5 : 0.15, phrases.signatures)]
  const lines = [
    ...spread(before, gap),
    ...maybe(0.5, phrases.leads),
    ...quoteLines(draw, maybe(0.4, phrases.continuations)),
    ...spread(signed, gap, true),
  ]
  // Without an answer there is no source to name.
  const parting = signed.filter((line) => !/\{(?:number|title)\}/.test(line))
  const regret = draw.chance(0.5)
    ? [...before, ...gap, dress(draw.one(phrases.regrets)), ...parting]
    : [NO_ANSWER]
  return { lines: draw.chance(0.1) ? jsonLines(draw) : lines, regret }
}

/** Writes a form: the text that follows the plan. */
export function writeForm({ lines, regret }: Form, filling: Filling): string {
  const { plan, topic, question, title } = filling
  if (plan.length === 0)
    return regret.map((line) => fill(line, { topic, question, title })).join('\n')
  const [first, second] = plan
  const kept = lines.filter((line) => second !== undefined || !line.includes('{second}'))
  return kept
    .map((line) =>
      fill(line, {
        topic,
        question,
        title,
        first: `[[${first}]]`,
        second: `[[${second}]]`,
        number: `[${first}]`,
      }),
    )
    .join('\n')
    .trim()
}

/** Words that ask for a form, and the form that they ask for: rules in words say nothing of blank lines
 * and of what leads to a second quote. */
export function describeForm(form: Form, draw: Draw): { instructions: string; form: Form } {
  if (draw.chance(0.6)) return { instructions: asTemplate(form, draw), form }
  const isAsked = (line: string): boolean => line !== '' && !/\S.* .*\{second\}/.test(line)
  const dense = { lines: form.lines.filter(isAsked), regret: [NO_ANSWER] }
  return { instructions: asRules(dense, draw), form: dense }
}

function asTemplate({ lines, regret }: Form, draw: Draw): string {
  const opening = draw.one([
    'Answer in this form:',
    'Use this template:',
    'Write the reply like this:',
    'Format of every answer:',
    'House style. Always reply with:',
  ])
  const none = draw.one([
    'If there is no answer:',
    'Without an answer, write:',
    'When nothing fits:',
  ])
  return regret[0] === NO_ANSWER
    ? [opening, ...lines].join('\n')
    : [opening, ...lines, '', none, ...regret].join('\n')
}

function asRules({ lines }: Form, draw: Draw): string {
  const at = lines.findIndex((line) => line.includes('{first}'))
  const start = lines.slice(0, at).filter((line) => line !== '')
  const end = lines.slice(at + 1).filter((line) => line !== '' && !line.includes('{second}'))
  const mark = lines[at]!.replace('{first}', '')
  const rules = [
    ...start.map(
      (line, i) =>
        `${i === 0 ? draw.one(['Begin with', 'Start with', 'First write']) : 'then'}: ${line}`,
    ),
    ...(mark === '' ? [] : [`Put the answer as: ${lines[at]}`]),
    ...end.map(
      (line, i) =>
        `${i === 0 ? draw.one(['End with', 'Close with', 'Finish with']) : 'then'}: ${line}`,
    ),
  ]
  return rules.length > 0 ? rules.join('\n') : 'Quote the evidence and write nothing else.'
}

function quoteLines(draw: Draw, continuation: readonly string[]): string[] {
  const mark = draw.one(['', '', '> ', '> ', '- ', '* ', '"', '=> ', '1. ', '**', '| ', 'A: '])
  const close = mark === '"' || mark === '**' ? mark : ''
  const second = mark === '1. ' ? '2. ' : mark
  const joined = continuation.map((line) => `${line} {second}`)
  const lines = [`${mark}{first}${close}`]
  if (joined.length > 0) return [...lines, ...joined]
  return [...lines, `${second}{second}${close}`]
}

function jsonLines(draw: Draw): string[] {
  const answer = draw.one(['answer', 'reply', 'text', 'response', 'result', 'message'])
  const extra = draw.some(
    [
      '"topic": "{topic}"',
      '"source": "{title}"',
      '"evidence": "{number}"',
      '"found": true',
      '"status": "ok"',
      `"team": "${brandName(draw)}"`,
    ],
    draw.between(0, 3),
  )
  const fields = draw.chance(0.5)
    ? [`"${answer}": "{first}"`, ...extra]
    : [...extra, `"${answer}": "{first}"`]
  return draw.chance(0.5) ? [`{${fields.join(', ')}}`] : ['{', `  ${fields.join(',\n  ')}`, '}']
}

function spread(lines: readonly string[], gap: readonly string[], before = false): string[] {
  if (lines.length === 0) return []
  return before ? [...gap, ...lines] : [...lines, ...gap]
}

function brandName(draw: Draw): string {
  const name = Array.from({ length: draw.between(2, 3) }, () => draw.one(phrases.syllables)).join(
    '',
  )
  return name[0]!.toUpperCase() + name.slice(1)
}

/** Slots without a value stay as they are. */
function fill(line: string, values: Readonly<Record<string, string>>): string {
  return line.replace(/\{(\w+)\}/g, (slot, name: string) => values[name] ?? slot)
}

/** @file Plain instructions without evidence: classify, extract, pick a tool, reply. */
import type { ChatMessage } from '../../src/tokenizers/index.ts'
import type { Draw } from './draw.ts'
import type { Command, Exchange, Labelled } from './sources.ts'

export type InstructionSources = {
  byLabel: ReadonlyMap<string, readonly Labelled[]>
  commands: readonly Command[]
  exchanges: readonly Exchange[]
}

type Maker = (sources: InstructionSources, draw: Draw) => ChatMessage[]

const makers: Record<string, Maker> = { classify, extract, chooseTool, reply }

export function instructionExample(sources: InstructionSources, draw: Draw): ChatMessage[] {
  const kind = draw.one(['classify', 'classify', 'extract', 'chooseTool', 'reply'])
  return makers[kind]!(sources, draw)
}

/** A few labels to choose from, sometimes without the right one. */
function classify({ byLabel }: InstructionSources, draw: Draw): ChatMessage[] {
  const labels = draw.some([...byLabel.keys()], draw.between(2, 10))
  const known = draw.chance(0.85)
  const label = known ? draw.one(labels) : draw.one([...byLabel.keys()])
  const { text } = draw.one(byLabel.get(label)!)
  const other = draw.one(['other', 'none', 'unknown', 'out of scope'])
  const options = labels.includes(label) || !known ? [...labels, other] : labels
  const content = draw
    .one([
      'Classify the message. Labels: {labels}.',
      'Which label fits the message? {labels}',
      'Choose one category: {labels}',
      'Labels: {labels}\nReply with the label only.',
    ])
    .replace('{labels}', draw.some(options, options.length).join(', '))
  return exchange(content, text, labels.includes(label) ? label : other)
}

/** The marked parts of a command as JSON, all that are asked for. */
function extract({ commands }: InstructionSources, draw: Draw): ChatMessage[] {
  const { slots } = draw.one(commands)
  const found = fieldsOf(slots)
  const absent = draw.some(['date', 'city', 'name', 'email', 'order_number', 'price'], 2)
  const asked = draw.some([...new Set([...Object.keys(found), ...absent])], 8)
  const answer = Object.fromEntries(asked.map((key) => [key, found[key] ?? null]))
  const content = draw
    .one([
      'Extract as JSON: {keys}.',
      'Return a JSON object with the keys {keys}; null where the message says nothing.',
      'Fields: {keys}\nAnswer in JSON.',
    ])
    .replace('{keys}', asked.join(', '))
  return exchange(content, textOf(slots), JSON.stringify(answer))
}

/** A command and the tools that could carry it out, of which one does. */
function chooseTool({ commands }: InstructionSources, draw: Draw): ChatMessage[] {
  const { intent, slots } = draw.one(commands)
  const intents = [...new Set(commands.map((command) => command.intent))]
  const others = draw.some(
    intents.filter((name) => name !== intent),
    draw.between(1, 4),
  )
  const fits = draw.chance(0.85)
  const offered = draw.some(fits ? [intent, ...others] : others, 6)
  const tools = offered.map((name) => toolLine(name, commands, draw))
  const call = fits ? { tool: intent, arguments: fieldsOf(slots) } : { tool: null }
  return exchange(
    `Choose a tool and its arguments. Tools:\n${tools.join('\n')}`,
    textOf(slots),
    JSON.stringify(call),
  )
}

function toolLine(intent: string, commands: readonly Command[], draw: Draw): string {
  const sample = Array.from({ length: 400 }, () => draw.one(commands))
  const keys = sample
    .filter((command) => command.intent === intent)
    .flatMap(({ slots }) => Object.keys(fieldsOf(slots)))
  return `- ${intent}(${[...new Set(keys)].slice(0, 7).join(', ')})`
}

function reply({ exchanges }: InstructionSources, draw: Draw): ChatMessage[] {
  const { user, reply: content } = draw.one(exchanges)
  return [
    { role: 'user', content: user.slice(0, 600) },
    { role: 'assistant', content: content.slice(0, 900) },
  ]
}

function exchange(system: string, user: string, assistant: string): ChatMessage[] {
  return [
    { role: 'system', content: system },
    { role: 'user', content: user },
    { role: 'assistant', content: assistant },
  ]
}

function textOf(slots: Command['slots']): string {
  return slots
    .map(({ text }) => text)
    .join('')
    .trim()
}

function fieldsOf(slots: Command['slots']): Record<string, string> {
  return Object.fromEntries(
    slots.flatMap(({ text, entity }) => (entity === undefined ? [] : [[entity, text.trim()]])),
  )
}

/** @file A chat template as fixed pieces around the messages, found by rendering; many templates are just that. */
import {
  type ChatMessage,
  renderChat,
  type Tokenizer,
  TokenizerError,
} from '../../tokenizers/index.ts'

type Around = readonly [before: string, after: string]

export type ChatPieces = {
  /** What a conversation without a system message starts with. */
  readonly start: string
  /** Around a system message, which comes first; undefined where the template takes none. */
  readonly system: Around | undefined
  readonly user: Around
  readonly assistant: Around
  /** What tells the model to answer. */
  readonly prompt: string
}

const [system, user, assistant]: ChatMessage[] = [
  { role: 'system', content: 'S7system' },
  { role: 'user', content: 'U7user' },
  { role: 'assistant', content: 'A7assistant' },
] as const

/** Conversations on which pieces must render what the template does. */
const checks: ChatMessage[][] = [
  [user!],
  [user!, assistant!, { role: 'user', content: 'Two\nlines, {"x": 1} and "quotes".' }],
  [user!, assistant!, user!, { role: 'assistant', content: 'Yes.\n\n- no' }, user!],
]

/** Undefined where the tokenizer has no template, or one that is no row of fixed pieces. */
export function chatPieces(tokenizer: Tokenizer): ChatPieces | undefined {
  const pieces = attempt(() => findPieces(tokenizer))
  if (!pieces) return undefined
  const isExact = (messages: ChatMessage[]): boolean =>
    renderPieces(pieces, messages) === attempt(() => renderChat(tokenizer, messages).text)
  const withSystem = pieces.system ? checks.map((messages) => [system!, ...messages]) : []
  return [...checks, ...withSystem].every(isExact) ? pieces : undefined
}

/** What the pieces make of a conversation, up to where the model goes on. */
function renderPieces(pieces: ChatPieces, messages: readonly ChatMessage[]): string {
  const isSystem = pieces.system && messages[0]?.role === 'system'
  const wrapped = messages.map(({ role, content }) => {
    const [before, after] = pieces[role as 'system' | 'user' | 'assistant'] ?? ['', '']
    return before + content + after
  })
  return `${isSystem ? '' : pieces.start}${wrapped.join('')}${pieces.prompt}`
}

function findPieces(tokenizer: Tokenizer): ChatPieces | undefined {
  const render = (messages: ChatMessage[], addGenerationPrompt = false): string =>
    renderChat(tokenizer, messages, { addGenerationPrompt }).text

  const one = render([user!])
  const two = render([user!, assistant!])
  const three = render([user!, assistant!, user!])
  const opening = split(one, user!.content!)
  const reply = rest(two, one)
  const again = rest(three, two)
  const prompt = rest(render([user!], true), one)
  if (!opening || reply === undefined || again === undefined || prompt === undefined)
    return undefined
  const next = split(again, user!.content!)
  const answer = split(reply, assistant!.content!)
  if (!next || !answer || !opening[0].endsWith(next[0])) return undefined
  return {
    start: opening[0].slice(0, opening[0].length - next[0].length),
    system: attempt(() => systemPieces(render([system!, user!]), next)),
    user: next,
    assistant: answer,
    prompt,
  }
}

function systemPieces(text: string, [beforeUser]: Around): Around | undefined {
  const found = split(text, system!.content!)
  const end = found?.[1].indexOf(beforeUser + user!.content!) ?? -1
  return found && end >= 0 ? [found[0], found[1].slice(0, end)] : undefined
}

function split(text: string, content: string): Around | undefined {
  const parts = text.split(content)
  return parts.length === 2 ? [parts[0]!, parts[1]!] : undefined
}

function rest(text: string, start: string): string | undefined {
  return text.startsWith(start) ? text.slice(start.length) : undefined
}

/** Templates refuse conversations that their model was not made for. */
function attempt<Result>(make: () => Result): Result | undefined {
  try {
    return make()
  } catch (error) {
    if (error instanceof TokenizerError) return undefined
    throw error
  }
}

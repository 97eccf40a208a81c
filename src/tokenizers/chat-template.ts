/** @file Jinja chat templates: messages to the text that a model reads. */
import { Template } from '@huggingface/jinja'
import { type ChatMessage, type ToolDefinition, toTemplateMessages } from './chat-message.ts'
import { TokenizerError } from './errors.ts'
import type { Span } from './offsets.ts'
import type { Tokenizer } from './tokenizer.ts'

export type ChatTemplateOptions = {
  /** Jinja source. Default: the tokenizer's own. */
  template?: string
  tools?: readonly ToolDefinition[]
  /** More names for the template, such as `enable_thinking` or `date_string`. */
  variables?: Readonly<Record<string, unknown>>
}

export type RenderChatOptions = ChatTemplateOptions & {
  /** Ends with the header of an assistant turn, for the model to go on. Default true. */
  addGenerationPrompt?: boolean
}

export type RenderedChat = { text: string; tokens: number[] }

/** A template ready to render any part of a conversation. */
export type ChatTemplate = {
  render(messages: readonly ChatMessage[], addGenerationPrompt: boolean): string
  /** What the template marks with `{% generation %}`, or undefined when it marks nothing. */
  generationSpans(messages: readonly ChatMessage[]): Span[] | undefined
}

/** Noncharacters of Unicode: no text has them, so they can mark places in rendered text. */
const MARK_START = '\ufdd0'
const MARK_END = '\ufdd1'

/**
 * The text and tokens of a conversation as the model is served it.
 * @throws TokenizerError `template_missing` | `template_invalid` | `template_rejected` | `doubled_bos` |
 *   `invalid_message`
 */
export function renderChat(
  tokenizer: Tokenizer,
  messages: readonly ChatMessage[],
  { addGenerationPrompt = true, ...options }: RenderChatOptions = {},
): RenderedChat {
  const text = createChatTemplate(tokenizer, options).render(messages, addGenerationPrompt)
  const tokens = tokenizer.encode(text)
  assertSingleBos(tokenizer, tokens)
  return { text, tokens }
}

/** @throws TokenizerError `template_missing` | `template_invalid` */
export function createChatTemplate(
  tokenizer: Tokenizer,
  { template, tools = [], variables = {} }: ChatTemplateOptions,
): ChatTemplate {
  const source = template ?? defaultTemplate(tokenizer, tools.length > 0)
  const plain = compile(source)
  const markedSource = markGenerations(source)
  const marked = markedSource === source ? undefined : compile(markedSource)

  const renderWith = (
    compiled: Template,
    messages: readonly ChatMessage[],
    addGenerationPrompt: boolean,
  ): string => {
    const input = {
      ...tokenizer.namedTokens,
      ...variables,
      messages: toTemplateMessages(messages),
      tools: tools.length > 0 ? tools : null,
      documents: null,
      add_generation_prompt: addGenerationPrompt,
    }
    try {
      return compiled.render(input)
    } catch (cause) {
      throw rejected(messages, cause as Error)
    }
  }
  return {
    render: (messages, addGenerationPrompt) => renderWith(plain, messages, addGenerationPrompt),
    generationSpans: (messages) => marked && findMarks(renderWith(marked, messages, false)),
  }
}

/** @throws TokenizerError `doubled_bos` */
export function assertSingleBos(tokenizer: Tokenizer, tokens: readonly number[]): void {
  const { bosTokenId } = tokenizer
  if (bosTokenId === undefined || tokens[0] !== bosTokenId || tokens[1] !== bosTokenId) return
  throw new TokenizerError(
    'doubled_bos',
    `the text starts with ${tokenizer.token(bosTokenId)} twice`,
    { hint: 'Write BOS once: in the template or in the first message, not in both.' },
  )
}

function defaultTemplate(tokenizer: Tokenizer, hasTools: boolean): string {
  const { chatTemplates } = tokenizer
  const source = (hasTools ? chatTemplates.tool_use : undefined) ?? chatTemplates.default
  if (source !== undefined) return source
  const names = Object.keys(chatTemplates).join(', ') || 'none'
  throw new TokenizerError(
    'template_missing',
    `the tokenizer has no default chat template (templates: ${names})`,
    { hint: 'Use an instruction-tuned model, or pass a Jinja template as `template`.' },
  )
}

function compile(source: string): Template {
  try {
    return new Template(source)
  } catch (cause) {
    throw new TokenizerError(
      'template_invalid',
      `the chat template is not valid Jinja: ${(cause as Error).message}`,
      { hint: 'Compare it with the one the model was published with.', cause },
    )
  }
}

/**
 * Turns the tags, which the library drops, into marks in the output. Blocks swallow the indentation before
 * them and one line end after them, expressions do not: do it for them.
 */
function markGenerations(source: string): string {
  return source.replace(
    /(?:^[ \t]*(?=\{%[^+]))?\{%([-+]?)\s*(end)?generation\s*([-+]?)%\}(\n?)/gm,
    (_, before: string, end: string | undefined, after: string, newline: string) => {
      const mark = end ? MARK_END : MARK_START
      const open = before === '-' ? '{{-' : '{{'
      const close = after === '-' ? '-}}' : '}}'
      return `${open} "${mark}" ${close}${after === '+' ? newline : ''}`
    },
  )
}

function findMarks(marked: string): Span[] {
  const spans: Span[] = []
  let marks = 0
  let start = 0
  for (const { 0: mark, index } of marked.matchAll(/[\ufdd0\ufdd1]/g)) {
    const at = index - marks++
    if (mark === MARK_START) start = at
    else spans.push([start, at])
  }
  return spans
}

function rejected(messages: readonly ChatMessage[], cause: Error): TokenizerError {
  const roles = messages.map(({ role }) => role)
  const shown = roles.length > 6 ? [...roles.slice(0, 5), '…'] : roles
  const aboutSystem = /system/i.test(cause.message) && roles.includes('system')
  return new TokenizerError(
    'template_rejected',
    `the chat template refuses ${roles.length} messages (${shown.join(', ')}): ${cause.message}`,
    {
      hint: aboutSystem
        ? 'This model knows no system role: put the text in front of the first user message.'
        : 'Arrange roles as the model expects: optional system, then user and assistant in turn.',
      cause,
    },
  )
}

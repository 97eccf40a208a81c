/** @file Assistants of a configuration: what each is made of, and what it takes over from the house. */
import type { AnswererSetting, Answering } from './create-answerer.ts'
import { AssistantError } from './errors.ts'
import type { OutputSetting } from './output/output-schema.ts'
import type { McpServerSetting } from './tools/mcp-setting.ts'
import type { Tool } from './tools/tool.ts'
import type { CallerFunctions } from './tools/tool-call.ts'

export type Budgets = {
  /** Calls of tools in one turn. Default 4. */
  toolCalls?: number
  /** Tokens of one answer. Default 1,024; for the embedded base 300. */
  maxOutputTokens?: number
}

/** What an assistant is: the settings of a configuration that concern answers. */
export type HouseSetting = AnswererSetting & {
  /** Collections that it answers from. Default: all. */
  collections?: readonly string[]
  /** What it can do besides answering. */
  tools?: readonly Tool[]
  /** MCP servers whose tools it may call, by name. */
  mcpServers?: Readonly<Record<string, McpServerSetting>>
  /** The form of its answers, as a zod schema or a JSON Schema: then they are JSON. */
  output?: OutputSetting
  /** Hosts that answers may link to, besides those that their sources come from. */
  linkHosts?: readonly string[]
  budgets?: Budgets
}

export type AssistantSetting = HouseSetting & {
  /** By it requests ask for the assistant, as `graft:NAME`. */
  name: string
}

/** Types an assistant; returns it as it is. */
export function defineAssistant(setting: AssistantSetting): AssistantSetting {
  return setting
}

/**
 * The whole setting of an assistant. Model, policy, abstention, links and budgets come from the house where it
 * has none of its own; instructions, adapter, tools, collections and output are never inherited.
 */
export function settingOfAssistant(
  { name, ...assistant }: AssistantSetting,
  house: HouseSetting,
): HouseSetting {
  const { model, policy, abstention, linkHosts, budgets } = house
  const inherited = {
    ...(policy !== undefined && { policy }),
    ...(abstention !== undefined && { abstention }),
    ...(linkHosts !== undefined && { linkHosts }),
    ...(budgets !== undefined && { budgets }),
    // An adapter belongs to the embedded base.
    ...(model !== undefined && assistant.adapter === undefined && { model }),
  }
  return { ...inherited, ...assistant }
}

/** @throws AssistantError `tools_unavailable` for functions of the caller that nothing can decide on */
export function assertDecides(
  { decide, answerer }: Pick<Answering, 'decide' | 'answerer'>,
  functions: CallerFunctions | undefined,
): void {
  if (decide || !functions?.offers.length || functions.results.length > 0) return
  throw new AssistantError('tools_unavailable', `"${answerer.model}" cannot decide on functions`, {
    hint: 'Ask a language model, or define tools with rules in the configuration.',
  })
}

/**
 * The collections to search: those asked for, among those of the assistant.
 * @throws AssistantError `invalid_filter` when it has none of them
 */
export function collectionsOf(
  { collections: own }: Pick<HouseSetting, 'collections'>,
  asked: readonly string[] | undefined,
): string[] | undefined {
  if (own === undefined || own.length === 0) return asked && [...asked]
  if (asked === undefined || asked.length === 0) return [...own]
  const both = asked.filter((name) => own.includes(name))
  if (both.length > 0) return both
  throw new AssistantError(
    'invalid_filter',
    `the assistant answers from ${own.join(', ')}, not from ${asked.join(', ')}`,
    { hint: 'Leave the collection out, or name one of the assistant.' },
  )
}

/** @file graft config check: is the configuration as it has to be, and what comes of it. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { type AssistantSetting, settingOfAssistant } from '../../assistant/index.ts'
import { findConfig, type GraftConfig, loadConfig } from '../../config.ts'
import { checkConfig } from '../../config-check.ts'
import { count, note, print, printError, printJson } from '../output.ts'
import { type GlobalOptions, withWorkspace } from '../session.ts'

type Summary = {
  id: string
  model: string
  adapter: string | null
  collections: string[] | null
  tools: string[]
  mcpServers: string[]
  output: boolean
}

export function configCommand(program: Command): void {
  const config = program.command('config').description('look at graft.config.ts')
  config
    .command('check')
    .description('check the configuration of this folder: every fault at once')
    .action(async (_: object, command: Command) => {
      try {
        await check(command)
      } catch (error) {
        if (command.optsWithGlobals<GlobalOptions>().json) printJson({ error })
        printError(error)
        process.exitCode = 1
      }
    })
}

async function check(command: Command): Promise<void> {
  const { json, workspace } = command.optsWithGlobals<GlobalOptions>()
  const file = findConfig('.')
  const name = file ? path.basename(file) : null
  const config = checkConfig(await loadConfig('.'), name ?? undefined)
  const assistants = [summaryOf('graft', config), ...(config.assistants ?? []).map(withId(config))]
  const warnings = await collectionWarnings(assistants, workspace, command)
  if (json) return printJson({ file: name, assistants, warnings })
  print(name ? `${name} is fine` : 'There is no graft.config.ts here: everything has its default.')
  for (const one of assistants) {
    const parts = [
      one.adapter ? `${one.model} with ${one.adapter}` : one.model,
      one.collections ? `collections ${one.collections.join(', ')}` : 'all collections',
      count(one.tools.length, 'tool'),
      ...(one.mcpServers.length > 0 ? [`MCP ${one.mcpServers.join(', ')}`] : []),
      ...(one.output ? ['structured output'] : []),
    ]
    print(`${one.id}  ${parts.join('; ')}`)
  }
  for (const warning of warnings) note(`warning: ${warning}`)
}

function withId(house: GraftConfig): (assistant: AssistantSetting) => Summary {
  return (assistant) => summaryOf(`graft:${assistant.name}`, settingOfAssistant(assistant, house))
}

function summaryOf(
  id: string,
  { model, adapter, instructions, collections, tools = [], mcpServers = {}, output }: GraftConfig,
): Summary {
  const asksForForm = [adapter, instructions, output].some((part) => part !== undefined)
  return {
    id,
    model: nameOf(model ?? (asksForForm ? 'graft/base' : 'graft/quoting')),
    adapter: adapter ?? null,
    collections: collections ? [...collections] : null,
    tools: tools.map((tool) => tool.name),
    mcpServers: Object.keys(mcpServers),
    output: output !== undefined,
  }
}

function nameOf(model: NonNullable<GraftConfig['model']>): string {
  if (typeof model === 'string') return model
  return 'baseURL' in model ? `${model.model} at ${new URL(model.baseURL).host}` : model.modelId
}

/** A collection without documents may still get some, so it is no fault. */
async function collectionWarnings(
  assistants: readonly Summary[],
  folder: string,
  command: Command,
): Promise<string[]> {
  const named = assistants.some(({ collections }) => collections)
  if (!named || !existsSync(folder)) return []
  let known: string[] = []
  await withWorkspace(command, async ({ workspace }) => {
    const { collections } = await workspace.knowledge.status()
    known = collections.map(({ name }) => name)
  })
  return assistants.flatMap(({ id, collections }) =>
    (collections ?? [])
      .filter((name) => !known.includes(name))
      .map((name) => `${id}: the collection "${name}" has no documents`),
  )
}

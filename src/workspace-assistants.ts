/** @file Assistants of a workspace: which one a question goes to, with its tools, and what waits for approval. */
import {
  type Answer,
  type AnswererSetting,
  type Answering,
  type AnswerModels,
  type AskEvent,
  type AskOptions,
  type AskParts,
  type AssistantSetting,
  ask,
  assertDecides,
  type ChosenModel,
  collectionsOf,
  createAnswerModels,
  createApprovals,
  createMcpTools,
  createResultStore,
  type House,
  type HouseSetting,
  type McpServers,
  type McpTools,
  type ModelChoice,
  type OutputSetting,
  outputSchema,
  type ToolParts,
  type ToolTurn,
} from './assistant/index.ts'
import type { Registry } from './behavior/index.ts'
import type { Database } from './db/index.ts'
import type { Knowledge } from './knowledge/index.ts'

export type WorkspaceAskOptions = AskOptions &
  ModelChoice & {
    /** The form of this answer, as a zod schema or a JSON Schema. Default: that of the assistant. */
    output?: OutputSetting
  }

export type ApproveOptions = Pick<AskOptions, 'reader' | 'signal' | 'approve'> & {
  /** False: the call is not made, and the answer says so. Default true. */
  approved?: boolean
}

export type AssistantsSetting = HouseSetting & { assistants?: readonly AssistantSetting[] }

export type Assistants = {
  readonly models: AnswerModels
  readonly house: () => House
  ask(question: string, options?: WorkspaceAskOptions): AsyncGenerator<AskEvent, Answer>
  approve(id: string, options?: ApproveOptions): AsyncGenerator<AskEvent, Answer>
  /** Takes another configuration; answers under way finish with the old one. */
  configure(setting: AssistantsSetting): Promise<void>
  close(): Promise<void>
}

export type AssistantsParts = {
  db: Database
  knowledge: Knowledge
  registry: Registry
  create(setting: AnswererSetting): Promise<Answering>
  configured: Answering
  /** How long results of tools are kept. */
  keepDays: number
  traces(): Pick<AskParts, 'traces'>
}

type Waiting = {
  question: string
  options: WorkspaceAskOptions
  chosen: ChosenModel
  turn: ToolTurn
}

const TOOL_CALLS = 4

export function createAssistants(
  { assistants = [], ...setting }: AssistantsSetting,
  { db, knowledge, registry, create, configured, keepDays, traces }: AssistantsParts,
): Assistants {
  let house: House = { setting, assistants, configured }
  const models = createAnswerModels(() => house, { registry, create })
  const approvals = createApprovals<Waiting>()
  const results = createResultStore(db, keepDays)
  const servers = createServerLeases()

  async function* answer(
    question: string,
    options: WorkspaceAskOptions,
    chosen: ChosenModel,
    resumed?: AskParts['resumed'],
  ): AsyncGenerator<AskEvent, Answer> {
    const { model, instructions, output, collections, ...askOptions } = options
    assertDecides(chosen, askOptions.functions)
    const searched = collectionsOf(chosen.setting, collections)
    const form = output ?? chosen.setting.output
    const answerer = form ? await chosen.structured(outputSchema(form)) : chosen.answerer
    const lease = servers.take(chosen.setting.mcpServers)
    try {
      const tools = await toolsOf(chosen, lease.tools, askOptions.functions !== undefined)
      return yield* ask(
        question,
        {
          ...chosen,
          answerer,
          knowledge,
          tools: tools && { ...tools, results },
          resumed,
          linkHosts: chosen.setting.linkHosts,
          choice: { model, instructions },
          ...traces(),
          onWaiting: (turn) =>
            approvals.add(turn.waiting!.id, { question, options, chosen, turn }, options.reader),
        },
        { ...askOptions, ...(searched && { collections: searched }) },
      )
    } finally {
      await lease.end()
    }
  }

  return {
    models,
    house: () => house,
    async *ask(question, options = {}) {
      const { model, instructions } = options
      return yield* answer(question, options, await models.choose({ model, instructions }))
    },
    async *approve(id, { approved = true, reader, ...options } = {}) {
      const { question, options: asked, chosen, turn } = approvals.take(id, reader)
      const { signal: _, approve: __, ...kept } = asked
      return yield* answer(question, { ...kept, ...options }, chosen, { turn, approved })
    },
    async configure({ assistants: others = [], ...changed }) {
      const next = { setting: changed, assistants: others, configured: await create(changed) }
      house = next
      await servers.retire()
    },
    close: () => servers.retire(),
  }
}

/** Undefined where there is nothing to call. */
async function toolsOf(
  { setting, decide }: ChosenModel,
  serverTools: () => Promise<ToolParts['tools']>,
  hasFunctions: boolean,
): Promise<Omit<ToolParts, 'results'> | undefined> {
  const tools = [...(setting.tools ?? []), ...(await serverTools())]
  const maxCalls = setting.budgets?.toolCalls ?? TOOL_CALLS
  return tools.length === 0 && !hasFunctions ? undefined : { tools, decide, maxCalls }
}

type Lease = { tools(): ReturnType<McpTools['tools']>; end(): Promise<void> }

/** Connections to MCP servers, shared by the answers of one configuration and closed behind the last of them. */
function createServerLeases(): {
  take(servers: McpServers | undefined): Lease
  retire(): Promise<void>
} {
  type Entry = { mcp: McpTools; users: number; retired: boolean }
  const entries = new Map<McpServers, Entry>()
  const closeIdle = async (entry: Entry): Promise<void> => {
    if (entry.retired && entry.users === 0) await entry.mcp.close()
  }
  return {
    take(servers) {
      if (!servers) return { tools: async () => [], end: async () => undefined }
      const entry = entries.get(servers) ?? {
        mcp: createMcpTools(servers),
        users: 0,
        retired: false,
      }
      entries.set(servers, entry)
      entry.users++
      return {
        tools: () => entry.mcp.tools(),
        end: async () => {
          entry.users--
          await closeIdle(entry)
        },
      }
    },
    async retire() {
      const old = [...entries.values()]
      entries.clear()
      for (const entry of old) entry.retired = true
      await Promise.all(old.map(closeIdle))
    },
  }
}

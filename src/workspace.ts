/** @file A workspace: store, knowledge and assistant put together from a folder and its configuration. */
import {
  type Answer,
  type AskEvent,
  type AskOptions,
  type AskParts,
  ask,
  createAnswerer,
} from './assistant/index.ts'
import type { GraftConfig } from './config.ts'
import { openDatabase } from './db/index.ts'
import {
  createKnowledge,
  type Knowledge,
  listPrincipals,
  type Reader,
  resolveReader,
  setPrincipal,
} from './knowledge/index.ts'
import { type Behavior, createBehavior } from './workspace-behavior.ts'

export type WorkspaceOptions = GraftConfig

export type Workspace = {
  readonly knowledge: Knowledge
  readonly behavior: Behavior
  /** Name of what answers. */
  readonly model: string
  /** Streams an answer with verified citations; the generator's return value is the whole answer. */
  ask(question: string, options?: AskOptions): AsyncGenerator<AskEvent, Answer>
  /** Principals and the groups that give them rights. */
  readonly access: {
    reader(principal?: string): Promise<Reader>
    set(principal: string, groups: string[]): Promise<void>
    list(): Promise<{ name: string; groups: string[] }[]>
  }
  close(): Promise<void>
}

/** Opens a workspace folder, made when missing. Close it: the process that owns it holds a lock. */
export async function openWorkspace(
  folder = '.graft',
  options: WorkspaceOptions = {},
): Promise<Workspace> {
  const { databaseUrl = process.env.DATABASE_URL } = options
  // A faulty configuration is reported before anything is opened.
  const answering = await createAnswerer(options, (reference) => ({
    use: (model, ticket) => behavior.adapter(reference).use(model, ticket),
  }))
  const db = await openDatabase({ workspace: folder, ...(databaseUrl && { databaseUrl }) })
  const knowledge = await createKnowledge(db, options).catch(async (error: unknown) => {
    await db.close()
    throw error
  })
  const behavior = createBehavior(folder, { db, knowledge })
  const parts: AskParts = { knowledge, ...answering }
  return {
    knowledge,
    behavior,
    model: answering.answerer.model,
    ask: (question, askOptions) => ask(question, parts, askOptions),
    access: {
      reader: (principal) => resolveReader(db, principal),
      set: (principal, groups) => setPrincipal(db, principal, groups),
      list: () => listPrincipals(db),
    },
    async close() {
      await answering.answerer.close?.()
      await knowledge.close()
      await db.close()
    },
  }
}

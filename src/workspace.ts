/** @file A workspace: store, knowledge and assistant put together from a folder and its configuration. */
import { type MeasureOptions, measureWorkspace, type Signals } from './advise/index.ts'
import {
  type Answer,
  type AnswererSetting,
  type AnswerModels,
  type AskEvent,
  createAnswerer,
  createBaseModel,
  createFeedback,
  createTraces,
  type Feedback,
  type Traces,
  traceSettings,
} from './assistant/index.ts'
import type { GraftConfig } from './config.ts'
import { checkConfig } from './config-check.ts'
import { openDatabase } from './db/index.ts'
import {
  type ApiKey,
  authenticate,
  createApiKey,
  createKnowledge,
  type DocumentVersion,
  type Knowledge,
  listApiKeys,
  listDocumentVersions,
  listPrincipals,
  type NewApiKey,
  type Reader,
  resolveReader,
  revokeApiKey,
  setPrincipal,
  spendTokens,
  tokensSpent,
} from './knowledge/index.ts'
import {
  type ApproveOptions,
  type Assistants,
  createAssistants,
  type WorkspaceAskOptions,
} from './workspace-assistants.ts'
import { type Behavior, createBehavior } from './workspace-behavior.ts'
import { type Comparing, createComparing } from './workspace-compare.ts'

export type WorkspaceOptions = GraftConfig

export type Workspace = {
  readonly knowledge: Knowledge
  readonly behavior: Behavior
  /** Name of what answers. */
  readonly model: string
  /** What else can be asked to answer, by the ids that requests name. */
  readonly models: Pick<AnswerModels, 'list'>
  /** Streams an answer with verified citations; the generator's return value is the whole answer. */
  ask(question: string, options?: WorkspaceAskOptions): AsyncGenerator<AskEvent, Answer>
  /**
   * Goes on with an answer that ended with `approval`, by its id: for whoever asked, once.
   * @throws AssistantError unknown_approval
   */
  approve(id: string, options?: ApproveOptions): AsyncGenerator<AskEvent, Answer>
  /**
   * Answers with another configuration from now on; answers under way finish with the old one. Of the store,
   * the embedder, the trainer, traces and limits, the workspace keeps what it was opened with.
   * @throws GraftError invalid_configuration, and then keeps the old one
   */
  configure(config: GraftConfig): Promise<void>
  /** Newest first; none for a document that is unknown or that the reader may not see. */
  documentVersions(documentId: string, reader?: Reader): Promise<DocumentVersion[]>
  /** What was searched, found, chosen and said for every answer. */
  readonly traces: Traces
  /** Votes on answers, and the examples that become of them. */
  readonly feedback: Feedback
  /** Measures what advice asks of documents: their length, their pace, what they answer. */
  measure(options?: MeasureOptions): Promise<Signals>
  /** The same questions, asked of several arms: which one is worth its trouble. */
  readonly compare: Comparing['compare']
  /** Where there is something to win, in minutes. */
  readonly probe: Comparing['probe']
  /** Principals and the groups that give them rights. */
  readonly access: {
    reader(principal?: string): Promise<Reader>
    set(principal: string, groups: string[]): Promise<void>
    list(): Promise<{ name: string; groups: string[] }[]>
    /** Keys of the HTTP API. */
    readonly keys: {
      /** Makes a key for a principal, or for the owner; its text is given out this once. */
      create(key: NewApiKey): Promise<{ key: string; record: ApiKey }>
      list(): Promise<ApiKey[]>
      revoke(id: string): Promise<ApiKey>
      /** The record of a key that is valid now. */
      authenticate(given: string): Promise<ApiKey | undefined>
      /** Tokens that the answers to a key have cost since midnight UTC. */
      spent(id: string): Promise<number>
      spend(id: string, tokens: number): Promise<void>
    }
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
  const base = createBaseModel()
  const create = (setting: AnswererSetting): ReturnType<typeof createAnswerer> =>
    createAnswerer(
      setting,
      (reference) => ({
        use: (model, ticket) => behavior.adapter(reference).use(model, ticket),
      }),
      base,
    )
  checkConfig(options)
  const configured = await create(options)
  const kept = options.traces !== false && traceSettings(options.traces)
  const db = await openDatabase({ workspace: folder, ...(databaseUrl && { databaseUrl }) })
  const knowledge = await createKnowledge(db, options).catch(async (error: unknown) => {
    await db.close()
    throw error
  })
  const behavior = createBehavior(folder, { db, knowledge, trainer: options.trainer })
  const assistants: Assistants = createAssistants(options, {
    db,
    knowledge,
    registry: behavior.registry,
    create,
    configured,
    keepDays: kept ? kept.keepDays : traceSettings().keepDays,
    traces: () => (traces.sink ? { traces: traces.sink } : {}),
  })
  const { models, house, ask, approve } = assistants
  const traces = createTraces(db, kept, { knowledge, house, create, choose: models.choose })
  return {
    knowledge,
    behavior,
    get model() {
      return house().configured.answerer.model
    },
    models,
    ask,
    approve,
    async configure(config) {
      checkConfig(config)
      await assistants.configure(config)
    },
    documentVersions: (documentId, reader) => listDocumentVersions(db, documentId, reader),
    traces,
    feedback: createFeedback({ db, traces }),
    measure: (measureOptions) => measureWorkspace({ db, knowledge }, measureOptions),
    ...createComparing(folder, { knowledge, behavior, setting: () => house().setting }),
    access: {
      reader: (principal) => resolveReader(db, principal),
      set: (principal, groups) => setPrincipal(db, principal, groups),
      list: () => listPrincipals(db),
      keys: {
        create: (key) => createApiKey(db, key),
        list: () => listApiKeys(db),
        revoke: (id) => revokeApiKey(db, id),
        authenticate: (given) => authenticate(db, given),
        spent: (id) => tokensSpent(db, id),
        spend: (id, tokens) => spendTokens(db, id, tokens),
      },
    },
    async close() {
      await behavior.jobs.close()
      await house().configured.answerer.close?.()
      await assistants.close()
      await base.close()
      await traces.close()
      await knowledge.close()
      await db.close()
    },
  }
}

/** @file Graft as a library. */
export type {
  Answer,
  AskEvent,
  AskOptions,
  Citation,
  ConversationTurn,
  ModelSetting,
  Verdict,
} from './assistant/index.ts'
export { defineConfig, type GraftConfig, loadConfig } from './config.ts'
export { GraftError } from './errors.ts'
export {
  aiSdkEmbedder,
  type Embedder,
  type EmbedderSetting,
  type IngestReport,
  type Knowledge,
  type Reader,
} from './knowledge/index.ts'
export { openWorkspace, type Workspace, type WorkspaceOptions } from './workspace.ts'

/** @file Graft as a library. */
export {
  type Answer,
  type AskEvent,
  type AskOptions,
  type AssistantSetting,
  type Citation,
  type ConversationTurn,
  defineAssistant,
  defineTool,
  type FeedbackInput,
  type ModelSetting,
  type Replay,
  type ReviewItem,
  type Tool,
  type ToolApproval,
  type ToolCall,
  ToolError,
  type ToolResult,
  type TraceOptions,
  type TraceSummary,
  type TraceView,
  type Verdict,
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

/** @file Public face of the assistant part. */

export { type AdapterSource, registeredAdapter } from './adapters.ts'
export {
  type AnswerModels,
  type ChosenModel,
  createAnswerModels,
  type House,
  type ModelEntry,
} from './answer-models.ts'
export type { ModelChoice } from './answerer.ts'
export { type AskOptions, type AskParts, ask } from './ask.ts'
export {
  type AssistantSetting,
  assertDecides,
  type Budgets,
  collectionsOf,
  defineAssistant,
  type HouseSetting,
  settingOfAssistant,
} from './assistants.ts'
export { type BaseModel, createBaseModel } from './base-model.ts'
export { type ContextOptions, contextualize } from './contextualize.ts'
export {
  type AdapterFinder,
  type AnswererSetting,
  type Answering,
  createAnswerer,
  type EmbeddedModel,
} from './create-answerer.ts'
export type { AssistantErrorCode } from './errors.ts'
export type {
  Answer,
  AnswerSource,
  AskEvent,
  Citation,
  ConversationTurn,
  DroppedReference,
  Support,
  Timings,
  Usage,
  Verdict,
  VerificationPolicy,
} from './events.ts'
export {
  createFeedback,
  type Feedback,
  type FeedbackInput,
  type GivenFeedback,
  type ReviewItem,
} from './feedback/feedback.ts'
export type { ModelSetting } from './model.ts'
export { type OutputSetting, outputSchema } from './output/output-schema.ts'
export { createApprovals } from './tools/approvals.ts'
export type { Approve, ToolParts, ToolTurn } from './tools/call-tools.ts'
export type { McpServerSetting } from './tools/mcp-setting.ts'
export { createMcpTools, type McpServers, type McpTools } from './tools/mcp-tools.ts'
export { createResultStore } from './tools/result-store.ts'
export { defineTool, type Tool, type ToolDefinition, ToolError } from './tools/tool.ts'
export type { ToolApproval, ToolCall, ToolResult } from './tools/tool-call.ts'
export type { AnswerChange } from './traces/compare-answers.ts'
export { createTraces, type TraceKeeper, type Traces } from './traces/create-traces.ts'
export type { Replay, ReplayedAnswer, ReplayOptions } from './traces/replay.ts'
export type { SentenceState, SourceSentence } from './traces/sources.ts'
export type { Trace, TraceOutcome, TraceSummary } from './traces/trace.ts'
export { type ModelPrice, type TraceOptions, traceSettings } from './traces/trace-settings.ts'
export type { TraceView } from './traces/trace-view.ts'
export type { TraceListOptions } from './traces/traces.ts'
export { createWriter, type WriteRequest, type Writer } from './writer.ts'

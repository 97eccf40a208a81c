/** @file Public face of the assistant part. */

export { type AdapterSource, registeredAdapter } from './adapters.ts'
export { type AskOptions, type AskParts, ask } from './ask.ts'
export { type ContextOptions, contextualize } from './contextualize.ts'
export {
  type AdapterFinder,
  type AnswererSetting,
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
export type { ModelSetting } from './model.ts'

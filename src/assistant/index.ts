/** @file Public face of the assistant part. */

export { type AskOptions, type AskParts, ask } from './ask.ts'
export { type AnswererSetting, createAnswerer } from './create-answerer.ts'
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

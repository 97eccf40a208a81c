/** @file Calls of tools: decided, approved or not, with what came of them. */
import type { JsonSchema } from './tool.ts'

export type ToolCall = {
  /** `call_…` */
  id: string
  name: string
  /** As they were decided; the tool gets them checked. */
  input: unknown
  /** A rule of the house, or the model. */
  decidedBy: 'rule' | 'model'
}

/** Why a call waits: it changes something, its arguments are not the user's words, or its tool is not trusted. */
export type ApprovalReason = 'side-effects' | 'unfounded-arguments' | 'untrusted-tool'

export type ToolApproval = {
  /** Names the approval once: `appr_…` */
  id: string
  call: ToolCall
  reason: ApprovalReason
  /** The arguments that are not the user's words, as JSON pointers. */
  unfounded: string[]
  description: string
}

export type ToolStatus = 'done' | 'failed' | 'declined'

export type ToolResult = {
  callId: string
  name: string
  status: ToolStatus
  /** What is told of it: the result in lines, or what went wrong. */
  text: string
  /** The stored version that citations of it name; null where it is not cited. */
  versionId: string | null
  durationMs: number
}

export type ToolEvent =
  | { type: 'tool-call'; call: ToolCall }
  /** The call waits for a yes or no. */
  | { type: 'tool-approval'; approval: ToolApproval }
  | { type: 'tool-result'; result: ToolResult }

/** What a model is told of a tool that it may ask for. */
export type ToolOffer = { name: string; description: string; inputSchema: JsonSchema }

export type ToolDecision = { name: string; input: unknown }

/** Functions of the caller: it runs them itself, and asks again with what they gave. */
export type CallerFunctions = {
  offers: readonly ToolOffer[]
  /** What earlier calls for this question gave; then no further tool is called. */
  results: readonly { callId: string; name: string; text: string }[]
}

/** Asks a model which tools a conversation calls for; it sees the turns of the user alone. */
export type DecideTools = (
  turns: readonly string[],
  offers: readonly ToolOffer[],
  signal?: AbortSignal,
) => Promise<ToolDecision[]>

/**
 * @file The tools of one turn: which calls the question asks for, which of them need approval, and what they
 * give. Documents have no part in it: calls are decided before anything is searched, from the turns of the user.
 */
import type { Reader } from '../../knowledge/index.ts'
import { randomId } from '../../util/hash.ts'
import type { ConversationTurn } from '../events.ts'
import { unfoundedArguments } from './grounding.ts'
import type { ResultStore, ToolSource } from './result-store.ts'
import { runTool } from './run-tool.ts'
import type { Tool } from './tool.ts'
import type {
  CallerFunctions,
  DecideTools,
  ToolApproval,
  ToolCall,
  ToolDecision,
  ToolEvent,
  ToolResult,
} from './tool-call.ts'

export type ToolParts = {
  tools: readonly Tool[]
  /** Without it, rules alone decide. */
  decide?: DecideTools | undefined
  results: ResultStore
  /** Calls in one turn. */
  maxCalls: number
}

/** How far the calls of a turn have come; what waits for approval goes on from here. */
export type ToolTurn = {
  calls: readonly ToolCall[]
  results: ToolResult[]
  sources: ToolSource[]
  /** Calls of the caller's own functions, which end the turn. */
  forCaller: readonly ToolCall[]
  /** What the next call waits for. */
  waiting?: ToolApproval
}

/** Whether a call may be made. */
export type Approve = (approval: ToolApproval) => Promise<boolean>

export type ToolTurnOptions = {
  question: string
  history: readonly ConversationTurn[]
  reader: Reader
  signal?: AbortSignal | undefined
  /** Asked while the answer waits. Without it, the turn ends where approval is needed. */
  approve?: Approve | undefined
  functions?: CallerFunctions | undefined
}

/**
 * The calls that a rule asks for, or where none does, the model.
 * @throws AssistantError what the model throws
 */
export async function decideCalls(
  { tools, decide, maxCalls }: ToolParts,
  { question, history, signal, functions }: ToolTurnOptions,
): Promise<ToolCall[]> {
  const named = (decidedBy: ToolCall['decidedBy'], decisions: ToolDecision[]): ToolCall[] =>
    decisions
      .slice(0, maxCalls)
      .map(({ name, input }) => ({ id: randomId('call'), name, input, decidedBy }))
  const byRule = tools.flatMap((tool): ToolDecision[] => {
    const input = ruleOf(tool, question)
    return input === undefined ? [] : [{ name: tool.name, input }]
  })
  const offers = [...tools, ...(functions?.offers ?? [])]
  if (byRule.length > 0 || !decide || offers.length === 0) return named('rule', byRule)
  return named('model', await decide(userTurns(question, history), offers, signal))
}

/** Makes the calls of the turn that are still to be made; the first that has to wait ends it. */
export async function* makeCalls(
  turn: ToolTurn,
  parts: ToolParts,
  options: ToolTurnOptions & { approved?: boolean | undefined },
): AsyncGenerator<ToolEvent> {
  let { approved } = options
  for (const call of turn.calls.slice(turn.results.length)) {
    const tool = parts.tools.find(({ name }) => name === call.name)
    if (!tool) {
      yield* settle(turn, call, {
        status: 'failed',
        text: `${call.name} is no tool.`,
        durationMs: 0,
      })
      continue
    }
    if (approved === undefined) yield { type: 'tool-call', call }
    const needed = approved === undefined ? approvalFor(tool, call, options) : undefined
    if (needed) {
      yield { type: 'tool-approval', approval: needed }
      if (!options.approve) {
        turn.waiting = needed
        return
      }
      approved = await options.approve(needed)
    }
    const run =
      approved === false
        ? { status: 'declined' as const, text: `${call.name} was declined.`, durationMs: 0 }
        : await runTool(tool, call, { principal: options.reader.principal, signal: options.signal })
    approved = undefined
    const source = tool.cites
      ? await parts.results.keep(
          { callId: call.id, name: call.name, text: run.text },
          options.reader,
        )
      : undefined
    yield* settle(turn, call, run, source)
  }
}

function* settle(
  turn: ToolTurn,
  { id: callId, name }: ToolCall,
  run: Pick<ToolResult, 'status' | 'text' | 'durationMs'>,
  source?: ToolSource,
): Generator<ToolEvent> {
  const result: ToolResult = { callId, name, ...run, versionId: source?.versionId ?? null }
  turn.results.push(result)
  if (source) turn.sources.push(source)
  yield { type: 'tool-result', result }
}

/** Rules are the house's own: what they take from the question needs no second look. */
function approvalFor(
  tool: Tool,
  call: ToolCall,
  { question, history }: ToolTurnOptions,
): ToolApproval | undefined {
  const unfounded =
    call.decidedBy === 'rule'
      ? []
      : unfoundedArguments(call.input, tool.inputSchema, userTurns(question, history))
  const approval = { id: randomId('appr'), call, unfounded, description: tool.description }
  if (tool.sideEffects) return { ...approval, reason: 'side-effects' }
  if (tool.guarded) return { ...approval, reason: 'untrusted-tool' }
  if (unfounded.length > 0) return { ...approval, reason: 'unfounded-arguments' }
  return undefined
}

/** Turns of the assistant quote documents: they take no part in what is called. */
function userTurns(question: string, history: readonly ConversationTurn[]): string[] {
  return [...history.flatMap(({ role, content }) => (role === 'user' ? [content] : [])), question]
}

/** A rule that fails is as if it had not fired; whoever runs the house is told. */
function ruleOf({ name, when }: Tool, question: string): unknown {
  try {
    return when?.(question)
  } catch (error) {
    process.emitWarning(`the rule of the tool "${name}" failed: ${(error as Error).message}`, {
      type: 'GraftWarning',
      code: 'GRAFT_TOOLS',
    })
    return undefined
  }
}

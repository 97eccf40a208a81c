/** @file What kind of task examples teach: replies in a voice, labels, JSON, or calls of tools. */

import { inferFormat } from '../../evaluate/index.ts'
import type { Example } from '../../examples/example.ts'

export const taskKinds = ['reply', 'label', 'json', 'tool-calls'] as const
export type TaskKind = (typeof taskKinds)[number]

/** Where tools are offered some replies decline to call one; where they are called at all, calls are the task. */
const CALLING_SHARE = 0.5

/** The kind that nearly all replies have; replies of several kinds are text. */
export function inferTask(examples: readonly Example[]): TaskKind {
  const calling = examples.filter(({ messages }) => messages.at(-1)?.tool_calls?.length)
  if (calling.length >= CALLING_SHARE * examples.length) return 'tool-calls'
  const { kind } = inferFormat(examples.map(({ messages }) => messages.at(-1)?.content ?? ''))
  return kind === 'label' || kind === 'json' ? kind : 'reply'
}

/** Whether only one reply is right, so that no voice is heard and no document needed. */
export function hasOneRightReply(task: TaskKind): task is Exclude<TaskKind, 'reply'> {
  return task !== 'reply'
}

/** @file Counts what the answers of each key cost, whichever route they go out by. */
import type { Answer, AskEvent } from '../../assistant/index.ts'
import type { Workspace } from '../../workspace.ts'
import type { Callers } from '../auth/caller.ts'

type Events = AsyncGenerator<AskEvent, Answer>

/** The workspace, whose answers are charged to the key that asked for them. */
export function withTokenCount(workspace: Workspace, callers: Callers): Workspace {
  const { keys } = workspace.access
  const charged = (events: Events): Events => {
    const { keyId } = callers.current()
    return keyId === null ? events : counted(events, (tokens) => keys.spend(keyId, tokens))
  }
  const ask: Workspace['ask'] = (...given) => charged(workspace.ask(...given))
  const approve: Workspace['approve'] = (...given) => charged(workspace.approve(...given))
  return Object.create(workspace, {
    ask: { value: ask, enumerable: true },
    approve: { value: approve, enumerable: true },
  })
}

/** Charged before the event that says so goes out: whoever has it may not come back. */
async function* counted(events: Events, spend: (tokens: number) => Promise<void>): Events {
  let step: IteratorResult<AskEvent, Answer> | undefined
  try {
    for (;;) {
      step = await events.next()
      if (step.done) return step.value
      if (step.value.type === 'usage') {
        const { inputTokens, outputTokens } = step.value.usage
        await spend(inputTokens + outputTokens)
      }
      yield step.value
    }
  } finally {
    // Only its own clean-up is wanted.
    if (!step?.done) await events.return(undefined as never)
  }
}

/** @file Works through the tasks of a phase; an arm that keeps failing is given up, the others go on. */
import type { ArmName } from '../arms/arm.ts'
import type { OpenArm } from '../arms/arm-context.ts'
import type { ItemRecord } from '../result.ts'
import { type AskSettings, askItem, isHopeless } from './ask-item.ts'
import type { CompareEvent } from './events.ts'
import type { Task } from './plan.ts'
import { type ArmRecord, keyOf, type RecordLog } from './record.ts'

export type RunTasksOptions = AskSettings & {
  readonly arms: ReadonlyMap<ArmName, OpenArm>
  /** Keys of the items that are there already. */
  readonly done: ReadonlySet<string>
  readonly log: RecordLog
  readonly onEvent?: ((event: CompareEvent) => void) | undefined
}

/** So many failures in a row are no accident. */
const MOST_FAILURES = 5

/** Appends an item for each task that is not done. Arms that were given up are taken out of `arms`. */
export async function runTasks(tasks: readonly Task[], options: RunTasksOptions): Promise<void> {
  const { arms, done, log, signal, onEvent } = options
  const failures = new Map<ArmName, number>()
  const stopped = new Set<ArmName>()
  const open = tasks.filter((task) => arms.has(task.arm) && !isDone(task, done))
  const started = performance.now()
  await warmUp(open, options)
  for (const [at, task] of open.entries()) {
    signal.throwIfAborted()
    const { arm, phase } = task
    if (!stopped.has(arm)) {
      const item = await askItem(task, arms.get(arm)!, options)
      await log.append(item)
      const inARow = item.outcome.status === 'failed' ? (failures.get(arm) ?? 0) + 1 : 0
      failures.set(arm, inARow)
      if (isHopeless(item) || inARow >= MOST_FAILURES) {
        stopped.add(arm)
        const record = stopRecord(item, inARow)
        await log.append(record)
        onEvent?.(record)
      }
    }
    const secondsLeft = ((performance.now() - started) / 1000 / (at + 1)) * (open.length - at - 1)
    onEvent?.({ type: 'progress', phase, arm, done: at + 1, of: open.length, secondsLeft })
  }
}

function isDone({ arm, phase, question }: Task, done: ReadonlySet<string>): boolean {
  return done.has(keyOf({ arm, phase, question: question.id }))
}

/** The first request of an arm loads what later ones find ready; it is not timed. */
async function warmUp(
  open: readonly Task[],
  { arms, signal, timeoutMs }: RunTasksOptions,
): Promise<void> {
  const settings = { signal, timeoutMs, hasForm: undefined, judge: undefined }
  for (const name of arms.keys()) {
    const task = open.find(({ arm }) => arm === name)
    if (task) await askItem({ ...task, phase: 'initial' }, arms.get(name)!, settings)
  }
}

function stopRecord({ arm, outcome }: ItemRecord, inARow: number): ArmRecord {
  const message = outcome.status === 'failed' ? outcome.message : ''
  const times = inARow === 1 ? '' : ` ${inARow} times in a row`
  return {
    type: 'arm',
    arm,
    status: 'stopped',
    reason: `it failed${times}: ${message}`,
    model: null,
    training: null,
  }
}

/** @file Opens the arms of a run one after the other: what cannot be opened is noted, and the others go on. */
import type { BaseModel } from '../../assistant/index.ts'
import { entriesOf } from '../../behavior/index.ts'
import type { ArmName } from '../arms/arm.ts'
import type { AdapterKind, ArmContext, OpenArm, ReadyAdapter } from '../arms/arm-context.ts'
import { openArm } from '../arms/open-arm.ts'
import type { ArmRecord, RecordLog } from './record.ts'
import type { Run } from './run.ts'
import type { StoredRun } from './run-folder.ts'

/** The arms that are ready, trained where they have to be. */
export async function openArms(
  run: Run,
  before: StoredRun,
  log: RecordLog,
  base: BaseModel,
): Promise<Map<ArmName, OpenArm>> {
  const { options, manifest, signal } = run
  const context = contextOf(run, base)
  const arms = new Map<ArmName, OpenArm>()
  for (const arm of manifest.arms) {
    signal.throwIfAborted()
    const known = before.records
      .filter((one) => one.type === 'arm')
      .filter((one) => one.arm === arm)
    const last = known.at(-1)?.status
    if (last !== undefined && last !== 'ready' && options.retry !== true) continue
    options.onEvent?.({ type: 'opening', arm })
    const { record, open } = await tryOpen(arm, context, signal)
    if (open) arms.set(arm, open)
    // A training that was done before is not timed again.
    if (last !== 'ready' || !open) await log.append(record)
    options.onEvent?.(record)
  }
  return arms
}

async function tryOpen(
  arm: ArmName,
  context: ArmContext,
  signal: AbortSignal,
): Promise<{ record: ArmRecord; open?: OpenArm }> {
  const none = { type: 'arm' as const, arm, reason: null, model: null, training: null }
  try {
    const open = await openArm(arm, context)
    if ('skipped' in open) return { record: { ...none, status: 'skipped', reason: open.skipped } }
    const { model, training } = open
    return { record: { ...none, status: 'ready', model, training }, open }
  } catch (error) {
    signal.throwIfAborted()
    return { record: { ...none, status: 'failed', reason: (error as Error).message } }
  }
}

function contextOf({ options, parts, manifest, signal }: Run, base: BaseModel): ArmContext {
  const { adapter: _, ...setting } = parts.setting
  const { instructions = setting.instructions, examples, tunedModel, reader } = options
  const adapters: Partial<Record<AdapterKind, Promise<ReadyAdapter | undefined>>> = {}
  return {
    knowledge: parts.knowledge,
    reader,
    setting: { ...setting, ...(instructions !== undefined && { instructions }) },
    isEmbedded: manifest.model === 'graft/base',
    tunedModel,
    findAdapter: parts.findAdapter,
    base,
    examples,
    contextTokens: manifest.settings.contextTokens,
    async adapterFor(kind) {
      adapters[kind] ??= readyAdapter(kind, { options, parts, signal })
      return await adapters[kind]
    },
  }
}

async function readyAdapter(
  kind: AdapterKind,
  { options, parts, signal }: Pick<Run, 'options' | 'parts' | 'signal'>,
): Promise<ReadyAdapter | undefined> {
  const { examples, heldOut, adapter, training, instructions, reader, onEvent } = options
  if (!examples)
    return adapter === undefined
      ? undefined
      : {
          reference: adapter,
          training: { adapter, hash: null, examples: 0, seconds: 0, gate: null },
        }
  const arm = kind === 'alone' ? 'tuned' : 'tuned_rag'
  const started = performance.now()
  const { adapter: made } = await parts.tune({
    name: kind === 'alone' ? 'compare-alone' : 'compare-in-context',
    examples,
    context: kind === 'in_context',
    ...(reader && { reader }),
    ...(heldOut && { test: heldOut }),
    ...(instructions !== undefined && { instructions }),
    ...training,
    signal,
    onEvent: (event) => onEvent?.({ type: 'training', arm, event }),
  })
  const reference = `${made.name}:${made.version}`
  return {
    reference,
    training: {
      adapter: reference,
      hash: made.hash,
      examples: entriesOf(examples).length,
      seconds: (performance.now() - started) / 1000,
      gate: made.verdict,
    },
  }
}

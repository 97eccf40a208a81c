/** @file Behavior of a workspace: tuning with its documents, its registry, and the adapters it serves. */
import path from 'node:path'
import { type AdapterSource, contextualize, registeredAdapter } from './assistant/index.ts'
import {
  assertServedHere,
  createRegistry,
  createTrainer,
  type ExportOptions,
  type ExportResult,
  exportAdapter,
  type FineTuningJobs,
  materializeAdapter,
  type Registry,
  type Trainer,
  type TrainerSetting,
  type TuneOptions,
  type TuneResult,
  tune,
} from './behavior/index.ts'
import type { Database } from './db/index.ts'
import type { Knowledge, Reader } from './knowledge/index.ts'
import { embeddedBase } from './models/index.ts'
import { createWorkspaceJobs } from './workspace-jobs.ts'

export type WorkspaceTuneOptions = Omit<
  TuneOptions,
  'jobs' | 'registry' | 'base' | 'contextualize' | 'trainer'
> & {
  /** Model folder of the base. Default: the embedded base. */
  base?: string
  /** Learn each reply behind the evidence that its question finds. Default: where there are documents. */
  context?: boolean
  /** With whose rights evidence is looked up. Default: the owner's. */
  reader?: Reader
  /** Default: that of the configuration, or this machine. */
  trainer?: Trainer | TrainerSetting
  /** End the job that a hosted trainer has, instead of waiting for it. */
  cancel?: boolean
}

export type Behavior = {
  readonly registry: Registry
  /** Checks, trains, evaluates, gates and registers; the same call goes on where an earlier one was ended. */
  tune(options: WorkspaceTuneOptions): Promise<TuneResult>
  /** Writes an adapter in a format of others into a folder, and compares what it computes with what is served. */
  export(
    reference: string,
    folder: string,
    options?: ExportOptions & { base?: string },
  ): Promise<ExportResult>
  /** An adapter of the registry as a model serves it. */
  adapter(reference: string): AdapterSource
  /** Fine-tuning jobs as clients of the OpenAI-compatible API create them. */
  readonly jobs: FineTuningJobs
}

const EMBEDDED_BASE = 'graft/base'

/** Jobs and adapter files are kept below `folder`. */
export function createBehavior(
  folder: string,
  {
    db,
    knowledge,
    trainer: configured = { type: 'embedded' },
  }: { db: Database; knowledge: Knowledge; trainer?: TrainerSetting | undefined },
): Behavior {
  const registry = createRegistry(db)
  const adapters = path.join(folder, 'adapters')
  const sources = new Map<string, AdapterSource>()
  const behavior: Behavior = {
    registry,
    async tune({ base, context, reader, trainer: given = configured, cancel = false, ...options }) {
      const trainer = 'train' in given ? given : createTrainer(given, { cancel, base })
      // A service is asked without our evidence, so it is not trained with it.
      const useContext =
        context ?? (!trainer.service && (await knowledge.status(reader)).documents > 0)
      return await tune({
        ...options,
        trainer,
        registry,
        jobs: path.join(folder, 'tuning'),
        base: { name: base ?? EMBEDDED_BASE, folder: base ?? (await embeddedBase()) },
        ...(useContext && {
          contextualize: (examples, signal) =>
            contextualize(examples, { knowledge, signal, reader }),
        }),
      })
    },
    async export(reference, target, { base, ...options } = {}) {
      const adapter = await registry.get(reference)
      const files = await registry.files(adapter)
      const served = await materializeAdapter(adapters, adapter, async () => files)
      await assertServedHere(served)
      const named = base ?? (adapter.base === EMBEDDED_BASE ? await embeddedBase() : adapter.base)
      return await exportAdapter({ adapter, files, served, base: named }, target, options)
    },
    adapter(reference) {
      const known = sources.get(reference)
      if (known) return known
      const source = registeredAdapter(registry, reference, async (adapter, files) => {
        const materialized = await materializeAdapter(adapters, adapter, files)
        await assertServedHere(materialized)
        return materialized
      })
      sources.set(reference, source)
      return source
    },
    jobs: createWorkspaceJobs(db, { knowledge, tune: (options) => behavior.tune(options) }),
  }
  return behavior
}

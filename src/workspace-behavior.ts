/** @file Behavior of a workspace: tuning with its documents, its registry, and the adapters it serves. */
import path from 'node:path'
import { type AdapterSource, contextualize, registeredAdapter } from './assistant/index.ts'
import {
  createRegistry,
  materializeAdapter,
  type Registry,
  type TuneOptions,
  type TuneResult,
  tune,
} from './behavior/index.ts'
import type { Database } from './db/index.ts'
import type { Knowledge } from './knowledge/index.ts'
import { embeddedBase } from './models/index.ts'

export type WorkspaceTuneOptions = Omit<
  TuneOptions,
  'jobs' | 'registry' | 'base' | 'contextualize'
> & {
  /** Model folder of the base. Default: the embedded base. */
  base?: string
  /** Learn each reply behind the evidence that its question finds. Default: where there are documents. */
  context?: boolean
}

export type Behavior = {
  readonly registry: Registry
  /** Checks, trains, evaluates, gates and registers; the same call goes on where an earlier one was ended. */
  tune(options: WorkspaceTuneOptions): Promise<TuneResult>
  /** An adapter of the registry as a model serves it. */
  adapter(reference: string): AdapterSource
}

const EMBEDDED_BASE = 'graft/base'

/** Jobs and adapter files are kept below `folder`. */
export function createBehavior(
  folder: string,
  { db, knowledge }: { db: Database; knowledge: Knowledge },
): Behavior {
  const registry = createRegistry(db)
  const sources = new Map<string, AdapterSource>()
  return {
    registry,
    async tune({ base, context, ...options }) {
      const useContext = context ?? (await knowledge.status()).documents > 0
      return await tune({
        ...options,
        registry,
        jobs: path.join(folder, 'tuning'),
        base: { name: base ?? EMBEDDED_BASE, folder: base ?? (await embeddedBase()) },
        ...(useContext && {
          contextualize: (examples, signal) => contextualize(examples, { knowledge, signal }),
        }),
      })
    },
    adapter(reference) {
      const known = sources.get(reference)
      if (known) return known
      const source = registeredAdapter(registry, reference, (adapter, files) =>
        materializeAdapter(path.join(folder, 'adapters'), adapter, files),
      )
      sources.set(reference, source)
      return source
    },
  }
}

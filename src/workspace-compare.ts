/** @file Comparisons in a workspace: its documents, its model and its adapters, on the same questions. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { AnswererSetting } from './assistant/index.ts'
import type { Compared, CompareOptions, CompareParts, ProbeOptions } from './compare/index.ts'
import type { Knowledge } from './knowledge/index.ts'
import type { Behavior } from './workspace-behavior.ts'

export type Comparing = {
  /** Asks the same questions of several arms; goes on where the same call was stopped. */
  compare(options: CompareOptions): Promise<Compared>
  /** The arms that need no training, on a sample: where there is something to win. */
  probe(options: ProbeOptions): Promise<Compared>
}

/** Runs are kept below `folder`. */
export function createComparing(
  folder: string,
  {
    knowledge,
    behavior,
    setting,
  }: {
    knowledge: Knowledge
    behavior: Behavior /** As it is configured now. */
    setting(): AnswererSetting
  },
): Comparing {
  const { version } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  ) as { version: string }
  const parts = (): CompareParts => ({
    knowledge,
    setting: setting(),
    findAdapter: (reference) => behavior.adapter(reference),
    tune: (options) => behavior.tune(options),
    folder: path.join(folder, 'comparisons'),
    version,
  })
  // Loaded when needed: a workspace that only answers need not wait for it.
  return {
    compare: async (options) => (await import('./compare/index.ts')).compare(options, parts()),
    probe: async (options) => (await import('./compare/index.ts')).probe(options, parts()),
  }
}

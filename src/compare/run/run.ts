/** @file One run: what it was told, what it works with, where it is kept. */
import type { AdapterFinder, AnswererSetting } from '../../assistant/index.ts'
import type { TuneOptions, TuneResult } from '../../behavior/index.ts'
import type { Knowledge, Reader } from '../../knowledge/index.ts'
import type { RunManifest } from '../result.ts'
import type { CompareOptions } from '../settings.ts'
import type { RunInputs } from './run-folder.ts'

/** What a comparison works with; a workspace has all of it. */
export type CompareParts = {
  readonly knowledge: Knowledge
  readonly setting: AnswererSetting
  readonly findAdapter: AdapterFinder
  tune(
    options: Omit<TuneOptions, 'jobs' | 'registry' | 'base' | 'contextualize' | 'trainer'> & {
      context: boolean
      reader?: Reader
    },
  ): Promise<TuneResult>
  /** Where runs are kept. */
  readonly folder: string
  readonly version: string
}

export type Run = {
  readonly options: CompareOptions
  readonly parts: CompareParts
  readonly manifest: RunManifest
  readonly inputs: RunInputs
  readonly folder: string
  readonly signal: AbortSignal
}

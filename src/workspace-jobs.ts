/** @file Fine-tuning jobs of a workspace: their files are its uploads, their evidence is what their owner may read. */
import {
  createJobs,
  type FineTuningJobs,
  type JobTuneOptions,
  type TuneResult,
} from './behavior/index.ts'
import type { Database } from './db/index.ts'
import { type Knowledge, type Reader, resolveReader } from './knowledge/index.ts'

type Tune = (options: Omit<JobTuneOptions, 'principal'> & { reader: Reader }) => Promise<TuneResult>

export function createWorkspaceJobs(
  db: Database,
  { knowledge, tune }: { knowledge: Knowledge; tune: Tune },
): FineTuningJobs {
  const { files } = knowledge.uploads
  const readerOf = (principal: string | null): Promise<Reader> =>
    resolveReader(db, principal ?? undefined)
  return createJobs(db, {
    async readFile(id, principal) {
      const reader = await readerOf(principal)
      const { filename } = await files.get(id, reader)
      return { id, filename, bytes: await files.read(id, reader) }
    },
    async saveResult(csv, principal) {
      const upload = await files.begin(await readerOf(principal))
      await upload.write(new TextEncoder().encode(csv))
      const { id } = await upload.complete({
        filename: 'step_metrics.csv',
        purpose: 'fine-tune-results',
      })
      return id
    },
    async tune({ principal, ...options }) {
      return await tune({ ...options, reader: await readerOf(principal) })
    },
  })
}

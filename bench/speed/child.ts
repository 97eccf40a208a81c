/** @file The child process of the speed bench: does one job and reports to its parent. */
import { measurePeer } from '../peers/measure-peer.ts'
import { measureGraftIngest, measureGraftServe } from './graft.ts'
import type { Job, JobResult } from './job.ts'

process.once('message', async (job: Job) => {
  const result = await work(job)
  process.send!(result, () => process.disconnect())
})

function work(job: Job): Promise<JobResult> {
  if (job.kind === 'graft-ingest') return measureGraftIngest(job)
  if (job.kind === 'graft-serve') return measureGraftServe(job)
  return measurePeer(job)
}

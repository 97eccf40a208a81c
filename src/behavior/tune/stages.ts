/** @file A job in stages: what is done is read again, so that a job ended anywhere goes on from there. */
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { writeWhole } from '../../util/write-whole.ts'

export type Stages = {
  /** The result of a stage: from its file if it was finished, else by doing the work. */
  run<T>(name: string, work: () => Promise<T>): Promise<T>
  /** A folder of the job, for what is no JSON. */
  folder(name: string): string
}

/** Results are JSON files in `folder`, each written whole or not at all. */
export async function openStages(folder: string): Promise<Stages> {
  await mkdir(folder, { recursive: true })
  return {
    async run<T>(name: string, work: () => Promise<T>): Promise<T> {
      const file = path.join(folder, `${name}.json`)
      const done = await readDone(file)
      if (done !== undefined) return JSON.parse(done) as T
      const result = await work()
      await writeWhole(file, JSON.stringify(result))
      return result
    },
    folder: (name) => path.join(folder, name),
  }
}

async function readDone(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** @file Puts a corpus into a fresh workspace the way a user would: files in a folder, then add. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type Database, openDatabase } from '../../src/db/index.ts'
import {
  createKnowledge,
  type Knowledge,
  type KnowledgeOptions,
} from '../../src/knowledge/index.ts'
import type { Passage } from './data.ts'

export type TemporaryKnowledge = Knowledge & { db: Database; close(): Promise<void> }

export async function knowledgeOf(
  folder: string,
  options: KnowledgeOptions = {},
): Promise<TemporaryKnowledge> {
  const workspace = mkdtempSync(path.join(os.tmpdir(), 'graft-bench-'))
  const db = await openDatabase({ workspace })
  const knowledge = await createKnowledge(db, options)
  const report = await knowledge.add(folder)
  if (report.failed.length > 0)
    throw new Error(`${report.failed.length} documents failed: ${JSON.stringify(report.failed[0])}`)
  return {
    ...knowledge,
    db,
    async close() {
      await knowledge.close()
      await db.close()
      rmSync(workspace, { recursive: true, force: true })
    },
  }
}

/** Writes each passage as one text file named by its id; the title is the first line, as a heading. */
export async function knowledgeOfPassages(
  passages: Passage[],
  options: KnowledgeOptions = {},
): Promise<TemporaryKnowledge> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'graft-passages-'))
  mkdirSync(folder, { recursive: true })
  for (const { id, title, text } of passages)
    writeFileSync(path.join(folder, `${id}.md`), title ? `# ${title}\n\n${text}\n` : `${text}\n`)
  const knowledge = await knowledgeOf(folder, options)
  rmSync(folder, { recursive: true, force: true })
  return knowledge
}

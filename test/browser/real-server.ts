/** @file The real server over a folder of documents, for tests in a browser. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { startServer as start } from '../../src/server/index.ts'
import { openWorkspace, type Workspace } from '../../src/workspace.ts'

export type RealServer = {
  url: string
  workspace: Workspace
  /** Writes a document and waits until it is indexed. */
  edit(name: string, text: string): Promise<void>
  close(): Promise<void>
}

export async function startServer(documents: Record<string, string>): Promise<RealServer> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'graft-page-'))
  const docs = path.join(folder, 'docs')
  mkdirSync(docs)
  for (const [name, text] of Object.entries(documents)) writeFileSync(path.join(docs, name), text)
  const workspace = await openWorkspace(path.join(folder, 'workspace'), { databaseUrl: '' })
  await workspace.knowledge.add(docs)
  const server = await start(workspace, { port: 0 })
  return {
    url: server.url,
    workspace,
    async edit(name, text) {
      writeFileSync(path.join(docs, name), text)
      await workspace.knowledge.add(docs)
    },
    async close() {
      await server.close()
      await workspace.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

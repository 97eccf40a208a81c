/** @file Worker thread that owns the embedded Postgres and serves it on a local socket. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { pg_textsearch } from '@electric-sql/pglite-pg_textsearch'
import { vector } from '@electric-sql/pglite-pgvector'
import { DurableFs, durableStartParams } from './durable-fs.ts'
import { templateFile } from './template.ts'
import { serveWire } from './wire-server.ts'

/** What the starting thread hands over. */
export type EngineData = { dataDir: string; socketFile: string }
export type EngineMessage =
  | { type: 'ready' }
  | { type: 'closed' }
  | { type: 'failed'; message: string }

const { dataDir, socketFile } = workerData as EngineData
const port = parentPort!
const send = (message: EngineMessage): void => port.postMessage(message)

async function start(): Promise<void> {
  const engine = await PGlite.create({
    fs: new DurableFs(dataDir),
    startParams: durableStartParams,
    extensions: { vector, pg_textsearch },
    ...template(),
  })
  const server = await serveWire(engine, socketFile)
  send({ type: 'ready' })
  port.once('message', async () => {
    await server.close()
    await engine.close()
    send({ type: 'closed' })
    port.close()
  })
}

/** A fresh folder starts from the shipped initdb result, which is four times faster than initdb. */
function template(): { loadDataDir: Blob } | undefined {
  if (existsSync(path.join(dataDir, 'PG_VERSION')) || !existsSync(templateFile)) return undefined
  return { loadDataDir: new Blob([readFileSync(templateFile)]) }
}

start().catch((error: unknown) => {
  send({ type: 'failed', message: error instanceof Error ? error.message : String(error) })
})

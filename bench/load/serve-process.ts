/** @file The process under load: `graft serve` over one document and a model server, and a bare Hono echo beside it. */
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ServerType, serve } from '@hono/node-server'
import { Hono } from 'hono'
import { startServer } from '../../src/server/index.ts'
import { openWorkspace } from '../../src/workspace.ts'

/** What it says once it is ready. */
export type Ready = { type: 'ready'; url: string; echoUrl: string }
/** Its answer to any further message. */
export type Memory = { type: 'memory'; rssMb: number; heapMb: number }

export type LoadJob = { modelUrl: string; streams: number }

process.once('message', (job: LoadJob) => void start(job))

async function start({ modelUrl, streams }: LoadJob): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'graft-load-'))
  const workspace = await openWorkspace(path.join(folder, 'workspace'), {
    databaseUrl: '',
    model: { baseURL: modelUrl, model: 'stub' },
    policy: 'off',
  })
  const text = '# Refunds\n\nRefunds are paid within 14 days.\n'
  await workspace.knowledge.add({ name: 'refunds.md', text })
  const server = await startServer(workspace, { port: 0, maxConcurrent: streams })
  const echo = await startEcho()
  process.on('message', (message) => {
    if (message === 'stop') return void stop()
    const { rss, heapUsed } = process.memoryUsage()
    send({ type: 'memory', rssMb: rss / 2 ** 20, heapMb: heapUsed / 2 ** 20 })
  })
  send({ type: 'ready', url: server.url, echoUrl: echo.url })

  async function stop(): Promise<void> {
    await server.close()
    // Answers that were left still write their traces.
    await sleep(1_000)
    echo.server.close()
    await workspace.close()
    rmSync(folder, { recursive: true, force: true })
    process.disconnect()
  }
}

function send(message: Ready | Memory): void {
  process.send?.(message)
}

/** What the framework alone takes: the body comes back at once, as one event. */
async function startEcho(): Promise<{ url: string; server: ServerType }> {
  const app = new Hono().post('/', async (context) => {
    const headers = { 'content-type': 'text/event-stream' }
    return context.body(`data: ${await context.req.text()}\n\n`, 200, headers)
  })
  const server = await new Promise<ServerType>((resolve) => {
    const started: ServerType = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, () =>
      resolve(started),
    )
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server }
}

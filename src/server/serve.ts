/** @file Binds the application to an address. */
import type { AddressInfo } from 'node:net'
import { type ServerType, serve } from '@hono/node-server'
import type { ServerLimits } from '../config.ts'
import type { Workspace } from '../workspace.ts'
import { createApp } from './app.ts'
import { ServerError } from './errors.ts'
import { isLoopback } from './guard.ts'
import { type LogFormat, logWriter } from './log.ts'

export type ServeOptions = {
  /** Default 127.0.0.1. Any other address than loopback requires `apiKey` or a stored key. */
  host?: string
  /** Default 4747; 0 takes a free port. */
  port?: number
  apiKey?: string
  /** Answers in flight at once; more are refused with 429. Default 64. */
  maxConcurrent?: number
  limits?: ServerLimits
  /** One line for each request, on standard error. Default `off`. */
  log?: LogFormat
}

export type RunningServer = { url: string; close(): Promise<void> }

/** @throws ServerError key_required, address_in_use */
export async function startServer(
  workspace: Workspace,
  options: ServeOptions = {},
): Promise<RunningServer> {
  const { host = '127.0.0.1', port = 4747, apiKey, maxConcurrent, limits, log = 'off' } = options
  if (!isLoopback(host) && !apiKey && !(await hasKeys(workspace))) {
    throw new ServerError(
      'key_required',
      `binding ${host} would open the workspace to the network`,
      {
        hint: 'Set GRAFT_API_KEY to a long random value, make a key with graft keys create, or bind 127.0.0.1.',
      },
    )
  }
  const write = logWriter(log)
  const app = createApp(workspace, {
    host,
    ...(limits && { limits }),
    ...(write && { log: write }),
    ...(apiKey && { apiKey }),
    ...(maxConcurrent && { maxConcurrent }),
  })
  const server = await new Promise<ServerType>((resolve, reject) => {
    const listening = { fetch: app.fetch, hostname: host, port, serverOptions }
    const started: ServerType = serve(listening, () => resolve(started))
    started.once('error', (cause: NodeJS.ErrnoException) =>
      reject(cause.code === 'EADDRINUSE' ? inUse(host, port) : cause),
    )
  })
  const address = server.address() as AddressInfo
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return {
    url: `http://${shown}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        // Open event streams would keep the server alive.
        if ('closeAllConnections' in server) server.closeAllConnections()
      }),
  }
}

/** Whoever sends slowly gives the connection back: headers within 20 s, a whole request within 2 minutes. */
const serverOptions = {
  headersTimeout: 20_000,
  requestTimeout: 120_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16_384,
}

async function hasKeys({ access }: Workspace): Promise<boolean> {
  const keys = await access.keys.list()
  return keys.some(
    ({ revokedAt, expiresAt }) =>
      revokedAt === null && (expiresAt === null || Date.parse(expiresAt) > Date.now()),
  )
}

function inUse(host: string, port: number): ServerError {
  return new ServerError('address_in_use', `port ${port} on ${host} is in use`, {
    hint: 'Stop the other program or choose another --port.',
  })
}

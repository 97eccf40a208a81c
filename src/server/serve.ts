/** @file Binds the application to an address. */
import type { AddressInfo } from 'node:net'
import { type ServerType, serve } from '@hono/node-server'
import type { Workspace } from '../workspace.ts'
import { createApp } from './app.ts'
import { ServerError } from './errors.ts'
import { isLoopback } from './guard.ts'

export type ServeOptions = {
  /** Default 127.0.0.1. Any other address than loopback requires `apiKey`. */
  host?: string
  /** Default 4747; 0 takes a free port. */
  port?: number
  apiKey?: string
}

export type RunningServer = { url: string; close(): Promise<void> }

/** @throws ServerError key_required, address_in_use */
export async function startServer(
  workspace: Workspace,
  options: ServeOptions = {},
): Promise<RunningServer> {
  const { host = '127.0.0.1', port = 4747, apiKey } = options
  if (!isLoopback(host) && !apiKey) {
    throw new ServerError(
      'key_required',
      `binding ${host} would open the workspace to the network`,
      {
        hint: 'Set GRAFT_API_KEY to a long random value, or bind 127.0.0.1.',
      },
    )
  }
  const app = createApp(workspace, { host, ...(apiKey && { apiKey }) })
  const server = await new Promise<ServerType>((resolve, reject) => {
    const started: ServerType = serve({ fetch: app.fetch, hostname: host, port }, () =>
      resolve(started),
    )
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

function inUse(host: string, port: number): ServerError {
  return new ServerError('address_in_use', `port ${port} on ${host} is in use`, {
    hint: 'Stop the other program or choose another --port.',
  })
}

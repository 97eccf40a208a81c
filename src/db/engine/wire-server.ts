/**
 * @file Serves one PGlite engine to many Postgres clients over a socket. PGlite has a single session, so
 * messages are passed on in whole units (up to Query or Sync) and a client that opened a transaction
 * keeps the engine until it ends. Protocol: https://www.postgresql.org/docs/18/protocol-message-formats.html
 */
import { createServer, type Socket } from 'node:net'
import type { PGlite } from '@electric-sql/pglite'

export type WireServer = { close(): Promise<void> }

type Client = {
  socket: Socket
  pending: Buffer
  started: boolean
  unit: Buffer[]
  idleTimer?: NodeJS.Timeout
}
type Unit = { client: Client; bytes: Buffer }

const QUERY = 0x51
const SYNC = 0x53
const TERMINATE = 0x58
const SSL_REQUEST = 80877103
const CANCEL_REQUEST = 80877102
/** A client that hangs inside a transaction would stop everyone else. */
const IDLE_IN_TRANSACTION_MS = 60_000
/** One statement of the bulk loader is below 20 MB; a length beyond this is not our protocol. */
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024

export async function serveWire(engine: PGlite, socketFile: string): Promise<WireServer> {
  const clients = new Set<Client>()
  const queue: Unit[] = []
  let owner: Client | undefined
  let running = false

  async function drain(): Promise<void> {
    if (running) return
    running = true
    for (let unit = next(); unit; unit = next()) await execute(unit)
    running = false
  }

  function next(): Unit | undefined {
    const index = owner ? queue.findIndex((unit) => unit.client === owner) : 0
    return index < 0 ? undefined : queue.splice(index, 1)[0]
  }

  async function execute({ client, bytes }: Unit): Promise<void> {
    clearTimeout(client.idleTimer)
    await engine.execProtocolRawStream(bytes, {
      syncToFs: false,
      onRawData: (data) => {
        if (client.socket.writable) client.socket.write(Buffer.from(data))
      },
    })
    owner = engine.isInTransaction() ? client : undefined
    if (owner) client.idleTimer = setTimeout(() => client.socket.destroy(), IDLE_IN_TRANSACTION_MS)
    if (owner && !clients.has(owner)) await rollBack()
  }

  async function rollBack(): Promise<void> {
    await engine.execProtocolRawStream(queryMessage('rollback'), {
      syncToFs: false,
      onRawData: () => undefined,
    })
    owner = undefined
  }

  async function disconnect(client: Client): Promise<void> {
    clearTimeout(client.idleTimer)
    clients.delete(client)
    for (let i = queue.length - 1; i >= 0; i--) if (queue[i]?.client === client) queue.splice(i, 1)
    if (owner === client && !running) await rollBack()
    await drain()
  }

  const server = createServer((socket) => {
    const client: Client = { socket, pending: Buffer.alloc(0), started: false, unit: [] }
    clients.add(client)
    socket.on('data', (data) => {
      client.pending = client.pending.length ? Buffer.concat([client.pending, data]) : data
      for (const bytes of takeUnits(client)) queue.push({ client, bytes })
      void drain()
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => void disconnect(client))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socketFile, resolve)
  })
  return {
    async close() {
      for (const client of clients) client.socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** Cuts the client's bytes into units that end with Query or Sync; answers the start-up itself. */
function takeUnits(client: Client): Buffer[] {
  const units: Buffer[] = []
  for (;;) {
    const message = client.started ? takeMessage(client) : takeStartup(client)
    if (!message) return units
    const type = message[0]
    if (type === TERMINATE) client.socket.end()
    else client.unit.push(message)
    if (type === QUERY || type === SYNC) units.push(Buffer.concat(client.unit.splice(0)))
  }
}

function takeMessage(client: Client): Buffer | undefined {
  if (client.pending.length < 5) return undefined
  const length = 1 + client.pending.readInt32BE(1)
  if (length < 5 || length > MAX_MESSAGE_BYTES) {
    client.socket.destroy()
    client.pending = Buffer.alloc(0)
    return undefined
  }
  return take(client, length)
}

/** Answers SSL and start-up requests; returns the first ordinary message once the client is started. */
function takeStartup(client: Client): Buffer | undefined {
  if (client.pending.length < 8) return undefined
  const length = client.pending.readInt32BE(0)
  const code = client.pending.readInt32BE(4)
  if (!take(client, length)) return undefined
  if (code === CANCEL_REQUEST) client.socket.end()
  else if (code === SSL_REQUEST) client.socket.write('N')
  else {
    client.started = true
    client.socket.write(greeting)
    return takeMessage(client)
  }
  return takeStartup(client)
}

function take(client: Client, length: number): Buffer | undefined {
  if (client.pending.length < length) return undefined
  const message = client.pending.subarray(0, length)
  client.pending = client.pending.subarray(length)
  return message
}

function backendMessage(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(type, 0, 'latin1')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

function queryMessage(sql: string): Buffer {
  return backendMessage('Q', Buffer.from(`${sql}\0`))
}

const parameterStatus = {
  server_version: '18.6',
  server_encoding: 'UTF8',
  client_encoding: 'UTF8',
  DateStyle: 'ISO, MDY',
  TimeZone: 'UTC',
  integer_datetimes: 'on',
  standard_conforming_strings: 'on',
}

/** AuthenticationOk, the parameters clients read, BackendKeyData (unused) and ReadyForQuery(idle). */
const greeting = Buffer.concat([
  backendMessage('R', Buffer.alloc(4)),
  ...Object.entries(parameterStatus).map(([name, value]) =>
    backendMessage('S', Buffer.from(`${name}\0${value}\0`)),
  ),
  backendMessage('K', Buffer.alloc(8)),
  backendMessage('Z', Buffer.from('I')),
])

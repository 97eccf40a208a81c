/** @file A model server that answers each question with numbered pieces that carry the question's own mark. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export type StubModel = { url: string; close(): Promise<void> }

export type StubOptions = { pieces: number; pauseMs: number }

/** How the bench marks a question: every piece of its answer has to carry it. */
const MARK: RegExp = /mark(\d+)x/

/** `mark7x-0 mark7x-1 …` */
export function pieceOf(mark: string, index: number): string {
  return `mark${mark}x-${index} `
}

export async function startStubModel(options: StubOptions): Promise<StubModel> {
  const server = createServer(async (incoming, response) => {
    const body = (await Array.fromAsync(incoming)).join('')
    await answer(response, MARK.exec(body)?.[1] ?? '', options)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(
  response: ServerResponse,
  mark: string,
  { pieces, pauseMs }: StubOptions,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (let index = 0; index < pieces && !response.destroyed; index++) {
    send(response, { content: pieceOf(mark, index) })
    await sleep(pauseMs)
  }
  send(response, {}, 'stop')
  response.end('data: [DONE]\n\n')
}

function send(response: ServerResponse, delta: object, finish_reason: string | null = null): void {
  const choices = [{ index: 0, delta, finish_reason }]
  const chunk = { id: 'c', object: 'chat.completion.chunk', created: 0, model: 'stub', choices }
  response.write(`data: ${JSON.stringify(chunk)}\n\n`)
}

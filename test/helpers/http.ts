/** @file Requests to the HTTP application as tests send them. */
import type { Hono } from 'hono'
import type { AskEvent } from '../../src/assistant/index.ts'

export async function get(app: Hono, url: string): Promise<Response> {
  return await app.request(`http://localhost${url}`)
}

export async function ask(app: Hono, body: object): Promise<Response> {
  return await askRaw(app, JSON.stringify(body))
}

/** Sends any body to `/api/ask`, declared as JSON unless the headers say otherwise. */
export async function askRaw(
  app: Hono,
  body: string | ReadableStream,
  headers: Record<string, string> = {},
): Promise<Response> {
  return await app.request('http://localhost/api/ask', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    ...(typeof body !== 'string' && { duplex: 'half' }),
  })
}

/** Parses server-sent events; the name of each has to be the type of its data. */
export function readEvents(stream: string): AskEvent[] {
  return stream
    .split('\n\n')
    .filter(Boolean)
    .map((block) => {
      const [, name, data = ''] = /^event: ([\w-]+)\ndata: (.*)$/.exec(block) ?? []
      const event = JSON.parse(data) as AskEvent
      if (event.type !== name) throw new Error(`event ${name} carries a ${event.type}`)
      return event
    })
}

export async function codeOf(response: Response): Promise<string> {
  const { error } = (await response.json()) as { error: { code: string } }
  return error.code
}

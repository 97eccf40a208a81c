/** @file /v1/files through the official client: bytes in, the same bytes out, each file for those it is for. */
import fc from 'fast-check'
import { Hono } from 'hono'
import type OpenAI from 'openai'
import { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errorResponse } from '../../src/server/errors.ts'
import { filesRoutes } from '../../src/server/openai/files/index.ts'
import { type MultipartEvent, readMultipart } from '../../src/server/openai/files/multipart.ts'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'
import { type ServedClient, serveClient } from './openai-client.ts'
import { expectRefused } from './openai-uploads.ts'

let test: TestWorkspace
let served: ServedClient
let client: OpenAI

beforeAll(async () => {
  test = await openTestWorkspace()
  await test.workspace.access.set('ana', ['hr'])
  await test.workspace.access.set('bo', ['sales'])
  served = await serveClient(test.workspace)
  client = served.client
})

afterAll(async () => {
  await served.close()
  await test.close()
})

function as(principal: string): OpenAI {
  return client.withOptions({ defaultQuery: { as: principal } })
}

async function upload(
  content: string | Uint8Array<ArrayBuffer>,
  name = 'a.md',
  by = client,
): Promise<OpenAI.FileObject> {
  const file = await toFile(typeof content === 'string' ? Buffer.from(content) : content, name)
  return await by.files.create({ file, purpose: 'assistants' })
}

async function contentOf(id: string, by = client): Promise<Buffer> {
  return Buffer.from(await (await by.files.content(id)).arrayBuffer())
}

/** A form written by hand, for what no client would send. */
async function postForm(body: string, boundary = 'x'): Promise<Response> {
  return await fetch(`${served.url}/v1/files`, {
    method: 'POST',
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body,
  })
}

describe('a file', () => {
  it('is kept to the byte, listed, read and deleted', async () => {
    const bytes = Uint8Array.from({ length: 3_000_001 }, (_, i) => (i * 7919) % 251)
    const created = await upload(bytes, 'Grüße "1".bin')
    expect(created).toMatchObject({
      object: 'file',
      bytes: bytes.length,
      filename: 'Grüße "1".bin',
      purpose: 'assistants',
      status: 'processed',
    })
    expect(created.id).toMatch(/^file-[0-9a-f]{20}$/)
    expect(Math.abs(created.created_at - Date.now() / 1000)).toBeLessThan(600)
    expect(await client.files.retrieve(created.id)).toEqual(created)
    expect((await client.files.list()).data).toContainEqual(created)
    expect(Buffer.compare(await contentOf(created.id), bytes)).toBe(0)
    expect(await client.files.delete(created.id)).toEqual({
      id: created.id,
      object: 'file',
      deleted: true,
    })
    await expect(client.files.retrieve(created.id)).rejects.toMatchObject({ status: 404 })
    await expect(client.files.content(created.id)).rejects.toMatchObject({ code: 'unknown_file' })
    const store = await test.openStore()
    expect(await store.query('select 1 from graft.uploaded_part')).toEqual([])
  })

  it('may be empty', async () => {
    const { id, bytes } = await upload('', 'nothing.txt')
    expect([bytes, (await contentOf(id)).length]).toEqual([0, 0])
    await client.files.delete(id)
  })

  it('expires when it was told to', async () => {
    const file = await toFile(Buffer.from('x'), 'x.txt')
    const created = await client.files.create({
      file,
      purpose: 'user_data',
      expires_after: { anchor: 'created_at', seconds: 3_600 },
    })
    expect(created.expires_at).toBe(created.created_at + 3_600)
    const store = await test.openStore()
    await store.query('update graft.uploaded_file set expires_at = now() where id = $1', [
      created.id,
    ])
    await expect(client.files.retrieve(created.id)).rejects.toMatchObject({ status: 404 })
    await expect
      .poll(() => store.query('select 1 from graft.uploaded_file where id = $1', [created.id]), {
        timeout: 20_000,
      })
      .toEqual([])
  })

  it('keeps no path and no control characters in its name', async () => {
    const { id, filename } = await upload('x', 'a\r\nb.md')
    expect(filename).toBe('a  b.md')
    const form = [
      '--x\r\nContent-Disposition: form-data; name="file"; filename="..\\\\..\\\\etc/passwd"\r\n\r\nx',
      '--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nuser_data',
      '--x--\r\n',
    ]
    const other = (await (await postForm(form.join('\r\n'))).json()) as OpenAI.FileObject
    expect(other.filename).toBe('passwd')
    await client.files.delete(id)
    await client.files.delete(other.id)
  })
})

describe('the list', () => {
  it('is paged by the client, in both orders, and filtered by purpose', async () => {
    const made: string[] = []
    for (const name of ['1', '2', '3', '4', '5']) made.push((await upload(name)).id)
    const file = await toFile(Buffer.from('{}'), 'train.jsonl')
    const training = await client.files.create({ file, purpose: 'fine-tune' })
    const ids = async (order: 'asc' | 'desc'): Promise<string[]> => {
      const listed: string[] = []
      for await (const { id } of client.files.list({ limit: 2, order })) listed.push(id)
      return listed
    }
    expect(await ids('asc')).toEqual([...made, training.id])
    expect(await ids('desc')).toEqual([training.id, ...made.toReversed()])
    const page = await client.files.list({ limit: 2, order: 'asc', after: made[0]! })
    expect(page.data.map(({ id }) => id)).toEqual([made[1], made[2]])
    expect(page.has_more).toBe(true)
    const found = await client.files.list({ purpose: 'fine-tune' })
    expect(found.data.map(({ id }) => id)).toEqual([training.id])
    for (const id of [...made, training.id]) await client.files.delete(id)
  })
})

describe('rights', () => {
  it('keep a file to the principal who uploaded it, and to the owner of the workspace', async () => {
    const { id } = await upload('secret', 'plan.md', as('ana'))
    expect((await contentOf(id, as('ana'))).toString()).toBe('secret')
    expect((await contentOf(id)).toString()).toBe('secret')
    const bo = as('bo').files
    await expectRefused([() => bo.retrieve(id), () => bo.content(id), () => bo.delete(id)], {
      status: 404,
      code: 'unknown_file',
    })
    expect((await as('bo').files.list()).data).toEqual([])
    // A cursor must not tell that there is a row.
    await expect(as('bo').files.list({ after: id })).rejects.toMatchObject({
      code: 'unknown_cursor',
    })
    await as('ana').files.delete(id)
  })

  it('let a file be shared with groups that one is in, to be read and not to be deleted', async () => {
    const share = async (by: OpenAI, groups: string[]): Promise<OpenAI.FileObject> =>
      await by.files.create({
        file: await toFile(Buffer.from('shared'), 's.md'),
        purpose: 'user_data',
        groups,
      } as OpenAI.FileCreateParams)
    await expect(share(as('ana'), ['sales'])).rejects.toMatchObject({
      status: 403,
      code: 'not_shareable',
    })
    const { id } = await share(as('ana'), ['everyone'])
    expect((await contentOf(id, as('bo'))).toString()).toBe('shared')
    await expect(as('bo').files.delete(id)).rejects.toMatchObject({
      status: 403,
      code: 'not_yours',
    })
    await client.files.delete(id)
  })

  it("keep the owner's own files from every principal", async () => {
    const { id } = await upload('owner')
    await expect(as('ana').files.retrieve(id)).rejects.toMatchObject({ status: 404 })
    await client.files.delete(id)
  })
})

describe('bad input', () => {
  const part = (name: string, value: string): string =>
    `--x\r\nContent-Disposition: form-data; name="${name}"${name === 'file' ? '; filename="a"' : ''}\r\n\r\n${value}\r\n`
  const end = '--x--\r\n'

  it.each([
    ['no file', part('purpose', 'assistants') + end, 'file'],
    ['no purpose', part('file', 'x') + end, 'purpose'],
    ['an unknown purpose', part('file', 'x') + part('purpose', 'batch') + end, 'purpose'],
    ['two files', part('file', 'x') + part('file', 'y') + end, 'file'],
    [
      'a time to live without its anchor',
      part('file', 'x') +
        part('purpose', 'assistants') +
        part('expires_after[seconds]', '3600') +
        end,
      'expires_after',
    ],
    [
      'a time to live that is too short',
      part('file', 'x') +
        part('purpose', 'assistants') +
        part('expires_after[anchor]', 'created_at') +
        part('expires_after[seconds]', '5') +
        end,
      'expires_after',
    ],
    ['a long field', part('purpose', 'x'.repeat(5_000)) + end, 'purpose'],
    ['a form that ends early', part('file', 'x'), null],
    ['a part without a name', '--x\r\n\r\nvalue\r\n--x--', null],
    ['endless headers', `--x\r\n${'a: b\r\n'.repeat(3_000)}`, null],
    ['nothing', '', null],
  ])('is refused: %s', async (_, body, param) => {
    const response = await postForm(body)
    expect(response.status).toBe(400)
    const { error } = (await response.json()) as { error: Record<string, unknown> }
    expect(error).toMatchObject({ type: 'invalid_request_error', param })
    expect(error.message).toEqual(expect.any(String))
    expect((await client.files.list()).data).toEqual([])
    const store = await test.openStore()
    expect(await store.query('select 1 from graft.uploaded_file')).toEqual([])
  })

  it.each(['application/json', 'multipart/form-data', 'text/plain'])(
    'is refused: a body declared as %s',
    async (type) => {
      const response = await fetch(`${served.url}/v1/files`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: '{}',
      })
      expect(response.status).toBe(400)
    },
  )

  it.each(['limit=0', 'limit=x', 'order=up', 'after=none', 'before=%00', 'purpose=%00'])(
    'is refused or empty: a list with %s',
    async (query) => {
      const response = await fetch(`${served.url}/v1/files?${query}`)
      expect(response.status).toBe(400)
    },
  )

  it('is refused: a file that is larger than the limit, before it has been read', async () => {
    const app = new Hono()
    app.route('/', filesRoutes(test.workspace, { maxBytes: 2_000_000 }))
    app.onError((error, context) => errorResponse(context, error))
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const head = '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        controller.enqueue(sent === 0 ? Buffer.from(head) : new Uint8Array(100_000))
        sent++
      },
    })
    const response = await app.request('/files', {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body,
      duplex: 'half',
    } as RequestInit)
    expect(response.status).toBe(413)
    expect(sent).toBeLessThan(40)
    const store = await test.openStore()
    expect(await store.query('select 1 from graft.uploaded_file')).toEqual([])
  })
})

describe('readMultipart', () => {
  type Part = { name: string; filename: string | undefined; bytes: Buffer }

  async function read(body: AsyncIterable<Uint8Array>, contentType: string): Promise<Part[]> {
    const parts: Part[] = []
    for await (const event of readMultipart(body, contentType)) take(parts, event)
    return parts
  }

  function take(parts: Part[], event: MultipartEvent): void {
    if (event.type === 'part')
      parts.push({ name: event.name, filename: event.filename, bytes: Buffer.alloc(0) })
    else {
      const part = parts.at(-1)!
      part.bytes = Buffer.concat([part.bytes, event.bytes])
    }
  }

  async function* cut(bytes: Buffer, sizes: number[]): AsyncGenerator<Uint8Array> {
    let at = 0
    for (let i = 0; at < bytes.length; i++) {
      const size = sizes[i % sizes.length]!
      yield bytes.subarray(at, at + size)
      at += size
    }
  }

  it('reads what a form of the platform says, however it is cut', async () => {
    const value = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      // What looks like a boundary and is none.
      fc
        .constantFrom('\r\n--', '\r\n', '--', '\r\n------formdata', '\r')
        .map((text) => Uint8Array.from(Buffer.from(text))),
    )
    const name = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !text.includes('\\'))
    const property = fc.asyncProperty(
      fc.array(fc.tuple(name, fc.option(name, { nil: undefined }), value), { maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
      async (fields, sizes) => {
        const form = new FormData()
        for (const [field, filename, bytes] of fields) {
          if (filename === undefined) form.append(field, Buffer.from(bytes).toString('latin1'))
          else form.append(field, new Blob([Buffer.from(bytes)]), filename)
        }
        const response = new Response(form)
        const body = Buffer.from(await response.arrayBuffer())
        const parts = await read(cut(body, sizes), response.headers.get('content-type')!)
        const expected = await Promise.all(
          [...form].map(async ([field, entry]) => ({
            name: field,
            filename: typeof entry === 'string' ? undefined : entry.name,
            bytes:
              typeof entry === 'string'
                ? Buffer.from(entry.replace(/\r\n|\r|\n/g, '\r\n'))
                : Buffer.from(await entry.arrayBuffer()),
          })),
        )
        expect(parts).toEqual(expected)
      },
    )
    await fc.assert(property, { numRuns: 150 })
  })
})

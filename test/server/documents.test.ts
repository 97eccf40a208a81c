/** @file The routes of documents: versions, uploads, removal, and what they refuse. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DocumentInfo } from '../../src/knowledge/index.ts'
import type {
  DocumentResponse,
  DocumentsResponse,
  RemovalResponse,
  UploadResponse,
} from '../../src/server/contract.ts'
import { createApp } from '../../src/server/index.ts'
import { codeOf, get } from '../helpers/http.ts'
import { openTestWorkspace, type TestWorkspace, temporaryFolder } from '../helpers/workspace.ts'

const folder = temporaryFolder()
let test: TestWorkspace
let app: ReturnType<typeof createApp>

beforeAll(async () => {
  mkdirSync(path.join(folder, 'guides'))
  writeFileSync(path.join(folder, 'terms.md'), '# Terms\n\nPay within 14 days.\n')
  writeFileSync(path.join(folder, 'guides', 'lamps.md'), '# Lamps\n\nLamps last ten years.\n')
  test = await openTestWorkspace()
  await test.workspace.knowledge.add(folder)
  await test.workspace.access.set('ana', ['hr'])
  await test.workspace.access.set('bo', ['sales'])
  app = createApp(test.workspace, { host: '127.0.0.1' })
})
afterAll(async () => {
  await test.close()
  rmSync(folder, { recursive: true, force: true })
})

type Form = { name?: string; text?: string; collection?: string; groups?: string[] }

async function upload(
  { name = 'note.md', text = '# Note\n\nA note.\n', collection, groups = [] }: Form,
  query = '',
): Promise<Response> {
  const form = new FormData()
  form.set('file', new File([text], name))
  if (collection !== undefined) form.set('collection', collection)
  for (const group of groups) form.append('groups', group)
  return await send('POST', `/api/documents${query}`, form)
}

async function send(method: string, url: string, body?: FormData | string): Promise<Response> {
  return await app.request(`http://localhost${url}`, { method, ...(body && { body }) })
}

async function read<T>(response: Response): Promise<T> {
  expect(response.status, await response.clone().text()).toBeLessThan(300)
  return (await response.json()) as T
}

async function find(uri: string): Promise<DocumentInfo | undefined> {
  const { documents } = await read<DocumentsResponse>(await get(app, '/api/documents'))
  return documents.find((document) => document.uri === uri)
}

async function open(uri: string): Promise<DocumentResponse> {
  const { documentId } = (await find(uri))!
  return await read<DocumentResponse>(await get(app, `/api/documents/${documentId}`))
}

describe('POST /api/documents', () => {
  it('adds a file, keeps the same one, and makes another text a new version', async () => {
    const outcomes = []
    for (const text of [
      '# Hours\n\nOpen at nine.\n',
      '# Hours\n\nOpen at nine.\n',
      '# Hours\n\nTen.\n',
    ])
      outcomes.push((await read<UploadResponse>(await upload({ name: 'hours.md', text }))).outcome)
    expect(outcomes).toEqual(['added', 'unchanged', 'updated'])
    const { versions } = await open('hours.md')
    expect(versions).toHaveLength(2)
    expect(versions[0]).toMatchObject({ title: 'Hours', validTo: null })
    expect(versions[1]!.validTo).toBe(versions[0]!.validFrom)
  })

  it('takes collection and groups, and says who may read', async () => {
    const groups = ['hr', 'board']
    await read(await upload({ name: 'pay.md', collection: 'people', groups }))
    const { document, readers } = await open('pay.md')
    expect(document).toMatchObject({ collection: 'people', groups })
    expect(readers).toEqual(['ana'])
    expect((await open('terms.md')).readers).toEqual(['ana', 'bo'])
  })

  it('keeps only the last part of a name', async () => {
    const uploaded = await read<UploadResponse>(await upload({ name: '../../etc/na\nme.md' }))
    expect(uploaded.name).not.toMatch(/[/\n]/)
    expect(uploaded.name).toMatch(/me\.md$/)
  })

  it('refuses the name of a file that is read from a folder', async () => {
    const refused = await upload({ name: 'terms.md', text: '# Terms\n\nPay never.\n' })
    expect(refused.status).toBe(409)
    expect(await codeOf(refused)).toBe('name_taken')
    expect((await open('terms.md')).versions).toHaveLength(1)
  })

  it.each([
    ['no form', 'POST', 'text', 'invalid_request'],
    ['a form without a file', 'POST', new FormData(), 'invalid_request'],
  ])('refuses %s', async (_, method, body, code) => {
    const refused = await send(method, '/api/documents', body)
    expect(refused.status).toBe(400)
    expect(await codeOf(refused)).toBe(code)
  })

  it('refuses what holds no text, and what is too large', async () => {
    const binary = await upload({ name: 'a.pdf', text: 'no PDF' })
    expect(binary.status).toBe(422)
    const large = await upload({ text: 'x'.repeat(21 * 1024 * 1024) })
    expect(large.status).toBe(413)
    expect(await codeOf(large)).toBe('body_too_large')
  })

  it('is for the owner alone', async () => {
    const refused = await upload({}, '?as=ana')
    expect(refused.status).toBe(403)
    expect(await codeOf(refused)).toBe('not_the_owner')
  })
})

describe('DELETE /api/documents/:id', () => {
  it('removes one document, of whatever origin, and nothing beside it', async () => {
    await upload({ name: 'gone.md' })
    await upload({ name: 'gone.md.old' })
    for (const uri of ['gone.md', 'guides/lamps.md']) {
      const { documentId } = (await find(uri))!
      const response = await send('DELETE', `/api/documents/${documentId}`)
      expect(await read<RemovalResponse>(response)).toEqual({ name: uri, removed: 1 })
      expect(await find(uri)).toBeUndefined()
    }
    expect(await find('gone.md.old')).toBeDefined()
    expect(await find('terms.md')).toBeDefined()
  })

  it('does not know documents that are gone, and is for the owner alone', async () => {
    const unknown = await send('DELETE', '/api/documents/doc_0')
    expect(unknown.status).toBe(404)
    expect(await codeOf(unknown)).toBe('unknown_document')
    const { documentId } = (await find('terms.md'))!
    expect((await send('DELETE', `/api/documents/${documentId}?as=bo`)).status).toBe(403)
    expect(await find('terms.md')).toBeDefined()
  })
})

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { listUrl } from './url.ts'

let server: Server | undefined
afterEach(() => server?.close())

/** Serves fixed bodies by path; `ORIGIN` in a body becomes the server's own origin. */
async function serve(pages: Record<string, string>): Promise<string> {
  server = createServer((request, response) => {
    const body = pages[request.url ?? '']
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'text/html' })
    response.end(body?.replaceAll('ORIGIN', `http://${request.headers.host}`))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server!.once('listening', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const allowed = { allowPrivateNetwork: true }

describe('listUrl', () => {
  it('lists the pages of a sitemap that are on its own site', async () => {
    const origin = await serve({
      '/sitemap.xml':
        '<urlset><url><loc>ORIGIN/a?x=1&amp;y=2</loc></url><url><loc>https://elsewhere.example/b</loc></url></urlset>',
    })
    const { items, failures } = await listUrl(`${origin}/sitemap.xml`, allowed)
    expect(items.map(({ uri }) => uri)).toEqual([`${origin}/a?x=1&y=2`])
    expect(failures).toEqual([])
  })

  it('follows a sitemap index one level down and reports a part that is missing', async () => {
    const origin = await serve({
      '/sitemap.xml':
        '<sitemapindex><sitemap><loc>ORIGIN/one.xml</loc></sitemap><sitemap><loc>ORIGIN/gone.xml</loc></sitemap></sitemapindex>',
      '/one.xml': '<urlset><url><loc>ORIGIN/a</loc></url></urlset>',
    })
    const { items, failures } = await listUrl(`${origin}/sitemap.xml`, allowed)
    expect(items.map(({ uri }) => uri)).toEqual([`${origin}/a`])
    expect(failures).toMatchObject([{ uri: `${origin}/gone.xml`, error: { code: 'fetch_failed' } }])
  })

  it('reads a page with the media type that the server states', async () => {
    const origin = await serve({ '/page': '<p>Hello</p>' })
    const { items } = await listUrl(`${origin}/page#part`, allowed)
    expect(items[0]!.location).toBe(`${origin}/page`)
    const { bytes, mediaType } = await items[0]!.read()
    expect(new TextDecoder().decode(bytes)).toBe('<p>Hello</p>')
    expect(mediaType).toBe('text/html')
  })

  it('refuses addresses that are not public', async () => {
    const origin = await serve({ '/page': 'secret' })
    const { items } = await listUrl(`${origin}/page`)
    await expect(items[0]!.read()).rejects.toMatchObject({ code: 'address_not_allowed' })
  })
})

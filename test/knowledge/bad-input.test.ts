/** @file What cannot be indexed fails alone, with code, message and hint, and takes nothing else down. */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { IngestFailure, IngestReport, Knowledge } from '../../src/knowledge/index.ts'
import { makeDocx, paragraph } from '../fixtures/documents/docx.ts'
import { fixture } from '../fixtures/documents/fixture.ts'
import { openTestWorkspace, type TestWorkspace, temporaryFolder } from '../helpers/workspace.ts'

const isRoot = process.getuid?.() === 0
const home = temporaryFolder()
const folder = path.join(home, 'documents')
const outside = path.join(home, 'outside')
const at = (name: string): string => path.join(folder, name)

let test: TestWorkspace
let knowledge: Knowledge

beforeAll(async () => {
  mkdirSync(folder)
  mkdirSync(outside)
  writeFileSync(path.join(outside, 'secret.md'), '# Secret\n\nThe outsidesecret is here.\n')
  test = await openTestWorkspace({
    fetchLimits: {
      allowPrivateNetwork: true,
      maxBytes: 200_000,
      timeoutMs: 1_500,
      maxRedirects: 3,
    },
  })
  knowledge = test.workspace.knowledge
})

afterAll(async () => {
  await test.close()
  rmSync(home, { recursive: true, force: true })
})

describe('a folder of bad files', () => {
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk', 'base64')
  const files: [string, Uint8Array | string, string][] = [
    ['empty.md', '', 'empty_document'],
    ['blank.md', ' \n\t\n   \n', 'empty_document'],
    ['random.md', Buffer.concat([Buffer.alloc(16), randomBytes(5_000)]), 'binary_document'],
    ['picture.md', png, 'mismatched_type'],
    [
      'latin1.md',
      Buffer.from('# Pr\xe9cis\n\nCaf\xe9 \xff\xfe au lait.\n', 'latin1'),
      'invalid_encoding',
    ],
    [
      'cut-off.md',
      Buffer.from('# Text\n\nThe last character is cut: \u20ac').subarray(0, -1),
      'invalid_encoding',
    ],
    ['encrypted.pdf', fixture('encrypted.pdf').bytes, 'encrypted_document'],
    ['scanned.pdf', fixture('scanned.pdf').bytes, 'empty_document'],
    ['truncated.pdf', fixture('handbook.pdf').bytes.subarray(0, 400), 'malformed_document'],
    ['truncated.docx', fixture('handbook.docx').bytes.subarray(0, 700), 'malformed_document'],
    ['bomb.docx', bomb(), 'decompression_limit'],
    ['quote.csv', 'name,price\n"chair,20\ntable,30\n', 'malformed_document'],
    ['comma.json', '{"name": "chair", "price": }', 'malformed_document'],
    ['nested.json', '['.repeat(200_000), 'malformed_document'],
  ]
  let report: IngestReport

  beforeAll(async () => {
    for (const [name, content] of files) writeFileSync(at(name), content)
    writeFileSync(at('huge.txt'), '')
    truncateSync(at('huge.txt'), 51 * 1024 * 1024)
    writeFileSync(at('sparse.txt'), '')
    truncateSync(at('sparse.txt'), 3 * 1024 ** 3)
    symlinkSync(path.join(outside, 'secret.md'), at('link.md'))
    symlinkSync(outside, at('link-folder'))
    symlinkSync(at('nowhere.md'), at('dangling.md'))
    symlinkSync(at('loop.md'), at('loop.md'))
    symlinkSync(folder, at('self'))
    execFileSync('mkfifo', [at('pipe.md')])
    mkdirSync(at('folder.md'))
    writeFileSync(at('folder.md/inner.md'), '# Inner\n\nThe innergood page is fine.\n')
    writeFileSync(at('good.md'), '# Good\n\nThe goodpage survives its neighbours.\n')
    symlinkSync(at('good.md'), at('alias.md'))
    report = await knowledge.add(folder)
  })

  const failureOf = (name: string): IngestFailure | undefined =>
    report.failed.find(({ uri }) => uri === name)

  it.each([
    ...files.map(([name, , code]) => [name, code]),
    ['huge.txt', 'document_too_large'],
    ['sparse.txt', 'document_too_large'],
    ['link.md', 'path_outside_root'],
    ['link-folder', 'path_outside_root'],
    ['dangling.md', 'path_outside_root'],
    ['loop.md', 'path_outside_root'],
  ])('reports %s as %s', (name, code) => {
    const failure = failureOf(name!)
    expect(failure).toMatchObject({ uri: name, code })
    expect(failure?.message).toContain(`"${name}"`)
    expect(failure?.hint).toMatch(/^[A-Z].*\.$/s)
  })

  it('indexes the good files, and reports nothing else', async () => {
    expect(report.failed).toHaveLength(files.length + 6)
    expect(report.added).toBe(3)
    const uris = (await knowledge.documents()).map(({ uri }) => uri)
    expect(uris).toEqual(['alias.md', 'folder.md/inner.md', 'good.md'])
    expect((await knowledge.search('goodpage')).map(({ uri }) => uri).sort()).toEqual([
      'alias.md',
      'good.md',
    ])
    expect(await knowledge.search('outsidesecret')).toEqual([])
  })

  it('tells the same the next time', async () => {
    const again = await knowledge.add(folder)
    expect(again).toMatchObject({ added: 0, updated: 0, removed: 0, unchanged: 3 })
    expect(again.failed).toHaveLength(report.failed.length)
  })

  it('reports a file that is named directly in the same way', async () => {
    for (const name of ['empty.md', 'random.md', 'bomb.docx', 'sparse.txt']) {
      const single = await knowledge.add(at(name))
      expect(single.failed).toMatchObject([{ code: failureOf(name)?.code }])
    }
    expect(await failed(at('pipe.md'))).toMatchObject({ code: 'source_unreadable' })
    expect(await failed('/dev/zero')).toMatchObject({ code: 'source_unreadable' })
  })

  it.skipIf(isRoot)('reports a file and a folder that it may not read', async () => {
    writeFileSync(at('closed.md'), '# Closed\n\nNobody reads this.\n')
    mkdirSync(at('closed'))
    writeFileSync(at('closed/inner.md'), '# Inner\n\nThe closedinner page.\n')
    await knowledge.add(folder)
    chmodSync(at('closed.md'), 0)
    chmodSync(at('closed'), 0)
    const { failed: failures, removed } = await knowledge.add(folder)
    chmodSync(at('closed.md'), 0o600)
    chmodSync(at('closed'), 0o700)
    const codes = new Map(failures.map(({ uri, code }) => [uri, code]))
    expect([codes.get('closed.md'), codes.get('closed')]).toEqual([
      'source_unreadable',
      'source_unreadable',
    ])
    expect(removed).toBe(0)
    expect(await knowledge.search('closedinner')).toHaveLength(1)
  })

  it('does not follow a link out of a folder that it watches', async () => {
    const watched = path.join(home, 'watched')
    mkdirSync(watched)
    const reports: IngestReport[] = []
    const watcher = await knowledge.watch(watched, { onReport: (report) => reports.push(report) })
    symlinkSync(path.join(outside, 'secret.md'), path.join(watched, 'later.md'))
    symlinkSync(outside, path.join(watched, 'later'))
    // Saved again each second: what is asked here is what links lead to, not how soon an event comes.
    const told = (): unknown[] => {
      writeFileSync(path.join(watched, 'real.md'), '# Real\n\nThe watchedreal page.\n')
      return reports.map(({ added, failed: failures }) => [added, failures])
    }
    await expect.poll(told, { timeout: 8_000, interval: 1_000 }).toContainEqual([1, []])
    expect(await knowledge.search('watchedreal')).toHaveLength(1)
    writeFileSync(path.join(outside, 'more.md'), '# More\n\nAnother outsidesecret.\n')
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(await knowledge.search('outsidesecret')).toEqual([])
    await watcher.close()
  })
})

describe('a target that is not there', () => {
  it.each([
    'nowhere.md',
    '../../../../no/such/../../passwd',
    'file:///etc/passwd',
    'ftp://example.com/a.md',
    'a\0b',
    '',
  ])('is named in the error: %j', async (target) => {
    // The empty path is the current folder, which Node resolves; an absolute one cannot be meant.
    const failure = await failed(target || path.join(home, 'missing'))
    expect(failure).toMatchObject({ code: 'source_not_found', hint: expect.stringMatching(/\.$/) })
  })
})

describe('a web address', () => {
  let server: Server
  let origin: string

  beforeAll(async () => {
    server = createServer((request, response) => {
      ;(routes[request.url ?? ''] ?? missing)(response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })

  afterAll(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  const page = '<h1>Web page</h1><p>The webgood page is served.</p>'
  const html = { 'content-type': 'text/html; charset=utf-8' }
  const redirect =
    (location: string) =>
    (response: ServerResponse): void =>
      void response.writeHead(302, { location }).end()
  const missing = (response: ServerResponse): void => void response.writeHead(404).end()
  const repeat = (response: ServerResponse, part: Buffer, everyMs: number): void => {
    const timer = setInterval(() => response.write(part), everyMs)
    response.on('close', () => clearInterval(timer))
  }
  const routes: Record<string, (response: ServerResponse) => void> = {
    '/good.html': (response) => void response.writeHead(200, html).end(page),
    '/moved.html': redirect('/good.html'),
    '/round': redirect('/round'),
    '/to-file': redirect('file:///etc/passwd'),
    '/to-credentials': redirect('http://root:secret@127.0.0.1/'),
    '/empty': (response) => void response.writeHead(200, html).end(),
    '/picture.html': (response) =>
      void response
        .writeHead(200, html)
        .end(Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')),
    '/error': (response) => void response.writeHead(500).end('the database password is wrong'),
    '/endless': (response) => repeat(response.writeHead(200, html), Buffer.alloc(20_000, 'a '), 1),
    '/drip': (response) => repeat(response.writeHead(200, html), Buffer.from('a '), 100),
    '/silent': () => undefined,
    '/cut': (response) => {
      response.writeHead(200, { ...html, 'content-length': '5000' })
      response.write('half of ')
      setTimeout(() => response.destroy(), 50)
    },
    '/sitemap.xml': (response) =>
      void response.writeHead(200, { 'content-type': 'application/xml' }).end(
        `<urlset><url><loc>${origin}/good.html</loc></url><url><loc>javascript:alert(1)</loc></url>
           <url><loc>http://169.254.169.254/latest</loc></url><url><loc>${origin}/gone.html</loc></url></urlset>`,
      ),
  }

  it('is indexed when it is good, and the other page when it redirects', async () => {
    expect(await knowledge.add(`${origin}/good.html`)).toMatchObject({ added: 1, failed: [] })
    expect(await knowledge.add(`${origin}/moved.html`)).toMatchObject({ added: 1, failed: [] })
    expect(await knowledge.search('webgood')).toHaveLength(2)
  })

  it.each([
    ['/gone', 'fetch_failed', '404'],
    ['/error', 'fetch_failed', '500'],
    ['/round', 'fetch_failed', '3 redirects'],
    ['/to-file', 'invalid_url', 'file:///etc/passwd'],
    ['/to-credentials', 'invalid_url', 'credentials'],
    ['/empty', 'empty_document', '0 bytes'],
    ['/picture.html', 'mismatched_type', 'image/png'],
    ['/endless', 'document_too_large', '200000'],
    ['/drip', 'fetch_failed', 'longer than 1500 ms'],
    ['/silent', 'fetch_failed', 'longer than 1500 ms'],
    ['/cut', 'fetch_failed', 'could not be fetched'],
  ])('fails at %s with %s', async (url, code, fact) => {
    const failure = await failed(origin + url)
    expect(failure).toMatchObject({ code, hint: expect.stringMatching(/\.$/) })
    expect(failure?.message).toContain(fact)
    expect(JSON.stringify(failure)).not.toContain('password is wrong')
    expect(await knowledge.search('webgood')).toHaveLength(2)
  })

  it('that nobody serves is named in the error', async () => {
    expect(await failed('http://127.0.0.1:1/')).toMatchObject({
      code: 'fetch_failed',
      message: expect.stringContaining('127.0.0.1:1'),
    })
  })

  it('of a sitemap leads to the good pages of its own site', async () => {
    const report = await knowledge.add(`${origin}/sitemap.xml`, { collection: 'site' })
    expect(report.added).toBe(1)
    expect(report.failed.map(({ uri, code }) => [uri, code])).toEqual([
      ['javascript:alert(1)', 'invalid_url'],
      [`${origin}/gone.html`, 'fetch_failed'],
    ])
  })

  it.each(['http://', 'https://', 'http://root:secret@example.com/', 'http://[zz]/'])(
    'without a proper form is refused: %s',
    async (url) => {
      expect(await failed(url)).toMatchObject({ code: 'invalid_url', hint: expect.any(String) })
    },
  )

  it('of the private network is refused before anything is sent', async () => {
    const closed = (await test.reopen({})).knowledge
    const { port } = server.address() as AddressInfo
    let requests = 0
    server.on('request', () => requests++)
    for (const host of privateHosts) {
      const failure = await failed(`http://${host}:${port}/good.html`, closed)
      expect(failure, host).toMatchObject({
        code: 'address_not_allowed',
        message: expect.stringContaining('not a public address'),
        hint: expect.stringMatching(/\.$/),
      })
    }
    expect(requests).toBe(0)
  })
})

const privateHosts = [
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  'localhost',
  '0.0.0.0',
  '[::1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[64:ff9b::7f00:1]',
  '[2002:7f00:1::]',
  '[fe80::1]',
  '[fd00::1]',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '100.64.0.1',
  '169.254.169.254',
  '[fd00:ec2::254]',
  '224.0.0.1',
  '255.255.255.255',
]

/** The failure of adding a target, whether it is thrown or reported. */
async function failed(
  target: string,
  to: Knowledge = knowledge,
): Promise<IngestFailure | undefined> {
  try {
    const { failed: failures } = await to.add(target)
    return failures[0]
  } catch (error) {
    return error as IngestFailure
  }
}

/** 150 MB of one letter, packed to less than 1 MB. */
function bomb(): Uint8Array {
  const filler = new Uint8Array(150 * 1024 * 1024).fill(97)
  return makeDocx([paragraph('The bomb ticks.')], { extraFiles: { 'word/filler.xml': filler } })
}

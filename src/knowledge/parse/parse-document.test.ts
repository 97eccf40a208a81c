import fc from 'fast-check'
import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { makeDocx, paragraph } from '../../../test/fixtures/documents/docx.ts'
import { fixture, textInput } from '../../../test/fixtures/documents/fixture.ts'
import { KnowledgeError } from '../errors.ts'
import { parseDocument } from './parse-document.ts'
import type { ParseInput } from './parsed-document.ts'

const png = Uint8Array.from(
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
)

async function failure(input: ParseInput): Promise<KnowledgeError> {
  try {
    await parseDocument(input)
  } catch (error) {
    if (error instanceof KnowledgeError) return error
    throw error
  }
  throw new Error('the document was parsed')
}

const cut = (input: ParseInput, bytes: number): ParseInput => ({
  ...input,
  bytes: input.bytes.slice(0, bytes),
})

describe('parseDocument', () => {
  const bad: [string, ParseInput, string, RegExp][] = [
    ['an empty file', textInput('a.md', ''), 'empty_document', /"a.md" \(0 bytes\)/],
    ['blanks only', textInput('a.txt', '\uFEFF \n\t\n'), 'empty_document', /contains no text/],
    [
      'markup without words',
      textInput('a.mdx', "import A from 'a'\n\n<A />\n"),
      'empty_document',
      /no text/,
    ],
    ['a CSV file of a header', textInput('a.csv', 'a,b\n'), 'empty_document', /no text/],
    [
      '51 MB',
      { name: 'big.txt', bytes: new Uint8Array(51 * 1024 * 1024).fill(97) },
      'document_too_large',
      /51 MB; the limit is 50 MB/,
    ],
    [
      'unknown bytes',
      { name: 'a.bin', bytes: Uint8Array.from({ length: 999 }, (_, i) => (i * 37) % 256) },
      'binary_document',
      /999 bytes/,
    ],
    [
      'an image named like Markdown',
      { name: 'a.md', bytes: png },
      'mismatched_type',
      /named like Markdown but contains image\/png/,
    ],
    ['an image', { name: 'a.png', bytes: png }, 'unsupported_type', /image\/png/],
    [
      'a PDF named like text',
      fixture('handbook.pdf', 'a.txt'),
      'mismatched_type',
      /plain text but contains PDF/,
    ],
    [
      'text named like a PDF',
      textInput('a.pdf', 'Hello'),
      'mismatched_type',
      /PDF but contains plain text/,
    ],
    ['a PDF behind a password', fixture('encrypted.pdf'), 'encrypted_document', /password/],
    ['scanned pages', fixture('scanned.pdf'), 'empty_document', /2 pages and no text layer/],
    [
      'a truncated DOCX',
      cut(fixture('handbook.docx'), 900),
      'malformed_document',
      /could not be read as DOCX/,
    ],
    [
      'a truncated PDF',
      cut(fixture('handbook.pdf'), 60),
      'malformed_document',
      /could not be read as PDF/,
    ],
    [
      'a zip without a document',
      { name: 'a.docx', bytes: zipSync({ 'a.txt': new Uint8Array(9) }) },
      'malformed_document',
      /DOCX/,
    ],
    [
      'Latin-1',
      { name: 'a.txt', bytes: new Uint8Array(Buffer.from('abc caf\xe9 xyz', 'latin1')) },
      'invalid_encoding',
      /UTF-8 at byte 7/,
    ],
    ['an unclosed quote', textInput('a.csv', 'a,b\n1,"2\n3,4\n'), 'malformed_document', /line/i],
    ['a row too short', textInput('a.csv', 'a,b\n1,2\n3\n'), 'malformed_document', /line 3/],
    [
      'broken JSON',
      textInput('a.json', '{\n  "a": 1,\n  b: 2\n}'),
      'malformed_document',
      /line 3, column 3/,
    ],
    [
      'JSON that ends early',
      textInput('a.json', '{"a": [1,\n2'),
      'malformed_document',
      /line 2, column 2/,
    ],
    [
      'a broken JSON line',
      textInput('a.jsonl', '{"a":1}\n{"a":}\n'),
      'malformed_document',
      /line 2, column 6/,
    ],
  ]

  it.each(bad)('rejects %s', async (_name, input, code, message) => {
    const error = await failure(input)
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
    expect(error.hint).toMatch(/\.$/)
  })

  it('rejects an Office file behind a password', async () => {
    const container = Buffer.concat([
      Buffer.from('d0cf11e0a1b11ae1', 'hex'),
      Buffer.alloc(600),
      Buffer.from('EncryptedPackage', 'utf16le'),
    ])
    const bytes = new Uint8Array(container)
    expect((await failure({ name: 'a.docx', bytes })).code).toBe('encrypted_document')
    expect((await failure({ name: 'a', bytes })).code).toBe('encrypted_document')
    expect((await failure({ name: 'a.doc', bytes: bytes.slice(0, 600) })).code).toBe(
      'unsupported_type',
    )
  })

  it('rejects a zip bomb without unpacking it', async () => {
    const bytes = makeDocx([paragraph('Boom.')], {
      extraFiles: { 'word/big.xml': new Uint8Array(60_000_000) },
    })
    const before = process.memoryUsage().arrayBuffers
    const error = await failure({ name: 'bomb.docx', bytes })
    expect(error.code).toBe('decompression_limit')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000)
  })

  it('gives an entry no more room than its directory declares', async () => {
    const bytes = makeDocx([paragraph('A long paragraph. '.repeat(5000))])
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let at = 0; at < bytes.length - 46; at++) {
      const isDirectoryEntry = view.getUint32(at, true) === 0x02014b50
      if (isDirectoryEntry && view.getUint32(at + 24, true) > 50_000)
        view.setUint32(at + 24, 300, true)
    }
    expect((await failure({ name: 'liar.docx', bytes })).code).toBe('malformed_document')
  })

  it('takes text that begins like an image for text', async () => {
    const { text } = await parseDocument(textInput('a.txt', 'BM25 is a ranking function.'))
    expect(text).toBe('BM25 is a ranking function.')
  })

  it('honours another size limit', async () => {
    await expect(parseDocument(textInput('a.txt', 'Hello'), { maxBytes: 4 })).rejects.toMatchObject(
      { code: 'document_too_large' },
    )
  })

  it('throws nothing but KnowledgeError on arbitrary bytes under any name', async () => {
    const heads = fc.constantFrom(
      '',
      '%PDF-1.4\n',
      'PK\u0003\u0004',
      '<html>',
      '---\n',
      '{',
      '[',
      'a,b\n',
      '```',
      '<!--',
    )
    const names = fc.constantFrom(
      'a',
      'a.md',
      'a.mdx',
      'a.html',
      'a.pdf',
      'a.docx',
      'a.csv',
      'a.json',
      'a.jsonl',
      'a.ts',
      'a.txt',
      '',
    )
    const bodies = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.string({ unit: 'binary' }).map((text) => new TextEncoder().encode(text)),
    )
    await fc.assert(
      fc.asyncProperty(names, heads, bodies, async (name, head, body) => {
        const bytes = new Uint8Array(Buffer.concat([Buffer.from(head, 'latin1'), body]))
        const outcome = await parseDocument({ name, bytes }).catch((error: unknown) => error)
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(KnowledgeError)
        else expect(outcome).toHaveProperty('blocks')
      }),
      { numRuns: 400 },
    )
  })
})

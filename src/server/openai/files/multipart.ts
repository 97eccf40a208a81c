/** @file multipart/form-data as it arrives: no part is ever in memory as a whole (RFC 7578). */
import { openaiError } from '../shared.ts'

export type MultipartEvent =
  | { type: 'part'; name: string; filename: string | undefined }
  /** A piece of the part's value. */
  | { type: 'data'; bytes: Uint8Array }

const CRLF = '\r\n'
/** Headers of a part: names of fields and files, no more. */
const MAX_HEADER_BYTES = 8 * 1024

/**
 * Reads the parts of a form in order. What precedes the first and follows the last is skipped.
 * @throws RequestError 400 when the form is malformed or ends early
 */
export async function* readMultipart(
  body: AsyncIterable<Uint8Array>,
  contentType: string,
): AsyncGenerator<MultipartEvent> {
  const reader = createByteReader(body)
  const delimiter = Buffer.from(`${CRLF}--${boundaryOf(contentType)}`)
  for await (const _ of reader.until(delimiter)) {
    // Whatever stands before the first part means nothing.
  }
  while (await isAnotherPart(reader)) {
    yield { type: 'part', ...(await readHeaders(reader)) }
    for await (const bytes of reader.until(delimiter)) yield { type: 'data', bytes }
  }
}

function boundaryOf(contentType: string): string {
  const [, quoted, plain] =
    /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(
      contentType,
    ) ?? []
  const boundary = quoted ?? plain
  if (boundary !== undefined) return boundary
  throw malformed('the body is not declared as multipart/form-data with a boundary')
}

/** Behind a delimiter: the next part, or the end of the form. */
async function isAnotherPart(reader: ByteReader): Promise<boolean> {
  const next = await reader.take(2)
  if (next === CRLF) return true
  if (next === '--') return false
  throw malformed('a boundary of the form is followed by something else than a line break')
}

async function readHeaders(
  reader: ByteReader,
): Promise<{ name: string; filename: string | undefined }> {
  let headers = ''
  // The line break that ends the last header may also end none.
  while (!headers.endsWith(CRLF + CRLF) && headers !== CRLF) {
    if (headers.length > MAX_HEADER_BYTES) throw malformed('the headers of a part are too long')
    headers += await reader.take(1, 'latin1')
  }
  const text = Buffer.from(headers, 'latin1').toString('utf8')
  const [, disposition = ''] = /^content-disposition:(.*)$/im.exec(text) ?? []
  const name = parameter(disposition, 'name')
  if (name === undefined) throw malformed('a part of the form has no name')
  return { name, filename: parameter(disposition, 'filename') }
}

/** Quotes and line breaks in names are written as browsers do (%22, %0D, %0A), or behind a backslash. */
function parameter(disposition: string, name: string): string | undefined {
  const pattern = new RegExp(`[;\\s]${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;]+))`, 'i')
  const [, quoted, plain] = pattern.exec(disposition) ?? []
  return (quoted ?? plain)
    ?.replace(/\\(["\\])/g, '$1')
    .replace(/%(22|0D|0A)/gi, (hex) => decodeURIComponent(hex))
}

type ByteReader = {
  /** Exactly so many bytes, as text. */
  take(count: number, encoding?: 'latin1'): Promise<string>
  /** All bytes before the delimiter, which is skipped. */
  until(delimiter: Buffer): AsyncGenerator<Uint8Array>
}

function createByteReader(body: AsyncIterable<Uint8Array>): ByteReader {
  const chunks = body[Symbol.asyncIterator]()
  // The first delimiter needs no line break before it.
  let pending = Buffer.from(CRLF)

  async function more(): Promise<void> {
    const { done, value } = await chunks.next()
    if (done) throw malformed('the form ends in the middle of a part')
    pending = pending.length === 0 ? Buffer.from(value) : Buffer.concat([pending, value])
  }

  return {
    async take(count, encoding = 'latin1') {
      while (pending.length < count) await more()
      const text = pending.toString(encoding, 0, count)
      pending = pending.subarray(count)
      return text
    },
    async *until(delimiter) {
      for (;;) {
        const at = pending.indexOf(delimiter)
        // The end of what is there may be the beginning of a delimiter.
        const end = at >= 0 ? at : Math.max(0, pending.length - delimiter.length + 1)
        if (end > 0) yield pending.subarray(0, end)
        pending = pending.subarray(at >= 0 ? end + delimiter.length : end)
        if (at >= 0) return
        await more()
      }
    },
  }
}

function malformed(message: string): Error {
  return openaiError(400, {
    message,
    hint: 'Send a form with the fields "file" and "purpose", as the OpenAI clients do.',
  })
}

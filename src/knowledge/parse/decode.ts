/** @file Bytes to text: UTF-8, or UTF-16 behind a byte order mark; line ends become LF. */
import { KnowledgeError } from '../errors.ts'

/**
 * Decodes a text file to its stored text: the byte order mark is dropped and CRLF becomes LF.
 * @throws KnowledgeError `invalid_encoding` naming the first bad byte.
 */
export function decodeText(bytes: Uint8Array, name: string): string {
  return decodeBytes(bytes, name).replaceAll('\r\n', '\n')
}

function decodeBytes(bytes: Uint8Array, name: string): string {
  const encoding = byteOrderMark(bytes) ?? 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new KnowledgeError(
      'invalid_encoding',
      `"${name}" is not valid ${encoding.toUpperCase()}${encoding === 'utf-8' ? ` at byte ${firstInvalidByte(bytes)}` : ''}`,
      {
        hint: `Convert the file to UTF-8 first, for example: iconv -f WINDOWS-1252 -t UTF-8 "${name}".`,
        cause,
      },
    )
  }
}

/** The Unicode encoding that a byte order mark announces. */
export function byteOrderMark(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8'
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return undefined
}

/** Offset of the first byte that no UTF-8 sequence accounts for, found by halving. */
function firstInvalidByte(bytes: Uint8Array): number {
  let valid = 0
  let invalid = bytes.length
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1
    if (isUtf8Prefix(bytes.subarray(0, middle))) valid = middle
    else invalid = middle
  }
  return startOfSequence(bytes, valid)
}

function isUtf8Prefix(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

/** A sequence that breaks off at `at` is reported where it begins. */
function startOfSequence(bytes: Uint8Array, at: number): number {
  for (let back = 1; back <= 3; back++) {
    const byte = bytes[at - back] ?? 0
    const isContinuation = (byte & 0xc0) === 0x80
    if (!isContinuation) return back < sequenceLength(byte) ? at - back : at
  }
  return at
}

function sequenceLength(lead: number): number {
  if (lead >= 0xf0) return 4
  if (lead >= 0xe0) return 3
  return lead >= 0xc0 ? 2 : 1
}

/** @file Bytes to text, remembering whether they were valid. */

export type DecodedText = { readonly text: string; readonly isValid: boolean }

/** UTF-8, or UTF-16 behind a byte order mark; the mark is dropped and line ends become LF. */
export function decodeText(source: string | Uint8Array): DecodedText {
  if (typeof source === 'string') return { text: normalised(source), isValid: true }
  const encoding = byteOrderMark(source)
  try {
    return {
      text: normalised(new TextDecoder(encoding, { fatal: true }).decode(source)),
      isValid: true,
    }
  } catch {
    return { text: normalised(new TextDecoder(encoding).decode(source)), isValid: false }
  }
}

function byteOrderMark([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
}

function normalised(text: string): string {
  return text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n')
}

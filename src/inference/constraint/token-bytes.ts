/** @file The bytes that tokens of text add to an output. */
import type { Tokenizer } from '../../tokenizers/index.ts'

/**
 * Bytes by token id, of tokens that are text: control tokens, the unknown token and ids that the vocabulary
 * does not have are left out.
 */
export function textTokens(
  tokenizer: Tokenizer,
  { without }: { without: ReadonlySet<number> },
): Map<number, Uint8Array> {
  const tokens = new Map<number, Uint8Array>()
  for (let id = 0; id < tokenizer.vocabSize; id++) {
    const token = tokenizer.token(id)
    if (token === undefined || tokenizer.isSpecial(id) || without.has(id)) continue
    const bytes = tokenizer.bytes(id) ?? pieceBytes(token)
    if (bytes.length > 0 && !isUnknown(tokenizer, id, token)) tokens.set(id, bytes)
  }
  return tokens
}

function isUnknown(tokenizer: Tokenizer, id: number, token: string): boolean {
  const { model } = tokenizer.json as { model?: { unk_token?: unknown } }
  return id === tokenizer.unknownTokenId || token === model?.unk_token
}

/** A SentencePiece: `<0x0A>` is one byte, U+2581 a space. */
function pieceBytes(piece: string): Uint8Array {
  const byte = /^<0x([\dA-F]{2})>$/.exec(piece)
  if (byte) return Uint8Array.of(Number.parseInt(byte[1]!, 16))
  return Buffer.from(piece.replaceAll('\u2581', ' '))
}

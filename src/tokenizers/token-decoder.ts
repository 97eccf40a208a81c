/** @file Tokens to text while they arrive, never with half a character. */
import type { Tokenizer } from './tokenizer.ts'

export type TokenDecoder = {
  /** The text that the token completes; '' while a character is unfinished. */
  push(id: number): string
  /** What is left; an unfinished character becomes U+FFFD, as `decode` has it. */
  end(): string
}

export type TokenDecoderOptions = {
  /** Leaves out control tokens such as end-of-turn. Default true. */
  skipSpecialTokens?: boolean
}

/** A decoder for one stream. The pieces in a row are what `decode` gives for all tokens. */
export function createTokenDecoder(
  tokenizer: Tokenizer,
  { skipSpecialTokens = true }: TokenDecoderOptions = {},
): TokenDecoder {
  const decoder = tokenizer.isByteLevel ? createByteDecoder(tokenizer) : createWindow(tokenizer)
  return {
    push: (id) => (skipSpecialTokens && tokenizer.isSpecial(id) ? '' : decoder.push(id)),
    end: decoder.end,
  }
}

/** Tokens are bytes: UTF-8 itself says where a character ends. */
function createByteDecoder(tokenizer: Tokenizer): TokenDecoder {
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
  return {
    push: (id) => utf8.decode(tokenizer.bytes(id) ?? new Uint8Array(), { stream: true }),
    end: () => utf8.decode(),
  }
}

/**
 * Tokens depend on their neighbours (a leading space is dropped at the start, bytes fall back to several
 * tokens): decode them behind the last settled ones, and give out what is new once it ends in a character.
 */
function createWindow(tokenizer: Tokenizer): TokenDecoder {
  let context: number[] = []
  let pending: number[] = []
  const flush = (isEnd: boolean): string => {
    const before = tokenizer.decode(context)
    const text = tokenizer.decode([...context, ...pending])
    if (text.length <= before.length || (text.endsWith('\ufffd') && !isEnd)) return ''
    context = pending
    pending = []
    return text.slice(before.length)
  }
  return {
    push: (id) => {
      pending.push(id)
      return flush(false)
    },
    end: () => flush(true),
  }
}

/** @file Which tokens of an example are trained. */
import { createTokenDecoder, renderTraining, type Tokenizer } from '../../tokenizers/index.ts'
import type { Example } from './example.ts'

/** Text of one token, or of several that make one character. */
export type PreviewPiece = { readonly text: string; readonly isTrained: boolean }

export type Preview = {
  readonly line: number
  readonly tokens: number
  readonly trainedTokens: number
  readonly pieces: readonly PreviewPiece[]
}

/** The example as it is trained, token by token. @throws TokenizerError as `renderTraining` does */
export function previewExample(
  tokenizer: Tokenizer,
  { line, messages, tools = [] }: Example,
): Preview {
  const { tokens, mask } = renderTraining(tokenizer, messages, { tools })
  const pieces: PreviewPiece[] = []
  const decoder = createTokenDecoder(tokenizer, { skipSpecialTokens: false })
  for (const [at, token] of tokens.entries()) {
    const text = decoder.push(token)
    if (text !== '') pieces.push({ text, isTrained: mask[at] === 1 })
  }
  const rest = decoder.end()
  if (rest !== '') pieces.push({ text: rest, isTrained: mask.at(-1) === 1 })
  return {
    line,
    tokens: tokens.length,
    trainedTokens: mask.reduce((sum, bit) => sum + bit, 0),
    pieces,
  }
}

/** Green in two shades, so that the borders of tokens can be seen. */
const SHADES = ['\u001b[30;42m', '\u001b[30;102m']
const RESET = '\u001b[0m'

/** Trained tokens in colour; without colour as ⟦one│after│another⟧. */
export function formatPreview({ pieces }: Preview, { isColored }: { isColored: boolean }): string {
  if (isColored) {
    const shaded = pieces.map(({ text, isTrained }, at) =>
      isTrained
        ? `${SHADES[at % 2]}${text.replaceAll('\n', `⏎${RESET}\n${SHADES[at % 2]}`)}${RESET}`
        : text,
    )
    return shaded.join('')
  }
  return pieces
    .map(({ text, isTrained }, at) => {
      if (!isTrained) return text
      const isFirst = !pieces[at - 1]?.isTrained
      const isLast = !pieces[at + 1]?.isTrained
      return `${isFirst ? '⟦' : '│'}${text}${isLast ? '⟧' : ''}`
    })
    .join('')
}

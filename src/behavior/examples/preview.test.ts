import { beforeAll, describe, expect, it } from 'vitest'
import { fixturePath } from '../../../test/fixtures/engine/read-fixture.ts'
import { loadTokenizer, type Tokenizer } from '../../tokenizers/index.ts'
import type { Example } from './example.ts'
import { formatPreview, previewExample } from './preview.ts'

let tokenizer: Tokenizer
beforeAll(async () => {
  tokenizer = await loadTokenizer(fixturePath('models/llama'))
})

const example: Example = {
  line: 1,
  messages: [
    { role: 'user', content: 'Hé 🐟?' },
    { role: 'assistant', content: 'no', weight: 0 },
    { role: 'user', content: 'And?' },
    { role: 'assistant', content: 'ok' },
  ],
  extra: {},
}

describe('previewExample', () => {
  it('marks what is trained, with the end of the turn and nothing else', () => {
    const { pieces, tokens, trainedTokens } = previewExample(tokenizer, example)
    const trained = pieces.filter(({ isTrained }) => isTrained).map(({ text }) => text)
    expect(trained.join('')).toBe('ok<|im_end|>')
    expect(trained).toHaveLength(trainedTokens)
    expect(tokens).toBeGreaterThan(pieces.length)
    const text = pieces.map((piece) => piece.text).join('')
    expect(text).toContain('<|im_start|>user\nHé 🐟?<|im_end|>')
  })
})

describe('formatPreview', () => {
  it('writes marks without colour', () => {
    const text = formatPreview(previewExample(tokenizer, example), { isColored: false })
    expect(text).toContain('assistant\n⟦o│k│<|im_end|>⟧')
    expect(text.split('⟦')).toHaveLength(2)
  })

  it('shades trained tokens, and resets the colour behind each', () => {
    const pieces = [
      { text: 'a', isTrained: false },
      { text: 'b\n', isTrained: true },
    ]
    const preview = { line: 1, tokens: 2, trainedTokens: 1, pieces }
    expect(formatPreview(preview, { isColored: true })).toBe(
      'a\u001b[30;102mb⏎\u001b[0m\n\u001b[30;102m\u001b[0m',
    )
  })
})

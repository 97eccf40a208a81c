import { describe, expect, it } from 'vitest'
import { embeddedBase } from '../../models/index.ts'
import { loadTokenizer } from '../../tokenizers/index.ts'
import { servedTokens, type TrainingTurn, trainingTokens } from './turn.ts'

const tokenizer = await loadTokenizer(await embeddedBase())
const turn: TrainingTurn = {
  prompt: [{ role: 'user', content: '[1] Five days.\n\nQuestion: How long?' }],
  given: 'EVIDENCE: 1\n',
  text: 'Hello!\n> [[1]]',
}

describe('trainingTokens', () => {
  it('learns the text and the end of the turn, not what is given', () => {
    const { tokens, mask } = trainingTokens(tokenizer, turn)
    const learned = tokens.filter((_, at) => mask[at] === 1)
    expect(tokenizer.decode(learned)).toBe('Hello!\n> [[1]]<|end|>')
  })

  it('begins with the very tokens that are served', () => {
    const served = servedTokens(tokenizer, turn)
    const { tokens, mask } = trainingTokens(tokenizer, turn)
    expect(tokens.slice(0, served.length)).toEqual(served)
    expect(mask.indexOf(1)).toBe(served.length)
  })

  it('learns calls of tools as the chat template writes them', () => {
    const tools = [
      {
        type: 'function',
        function: { name: 'find_order', parameters: { properties: { id: { type: 'string' } } } },
      },
    ]
    const { tokens, mask } = trainingTokens(tokenizer, {
      prompt: [{ role: 'user', content: 'Where is order 7?' }],
      given: '',
      text: '',
      toolCalls: [{ function: { name: 'find_order', arguments: '{"id":"7"}' } }],
      tools,
    })
    const learned = tokens.filter((_, at) => mask[at] === 1)
    expect(tokenizer.decode(learned)).toBe('{"tool":"find_order","arguments":{"id":"7"}}<|end|>')
  })
})

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { tinyConfig } from '../../../test/engine/tiny-training.ts'
import { fixturePath } from '../../../test/fixtures/engine/read-fixture.ts'
import {
  type ChatMessage,
  parseTokenizer,
  renderChat,
  type Tokenizer,
  trainBpe,
} from '../../tokenizers/index.ts'
import { modelfile } from './modelfile.ts'

const specialTokens = ['<|begin_of_text|>', '<|eot_id|>', '<|im_start|>', '<|im_end|>', '</s>']
const json = trainBpe(['How long does a refund take?'], { vocabSize: 300, specialTokens })

function tokenizerWith(template: string): Tokenizer {
  return parseTokenizer(json, {
    bos_token: '<|begin_of_text|>',
    eos_token: '</s>',
    chat_template: template,
  })
}

function fixtureTemplate(name: string): string {
  return readFileSync(fixturePath(`templates/${name}.jinja`), 'utf8')
}

function write(tokenizer: Tokenizer, options: { system?: string; adapter?: string } = {}): string {
  return modelfile({ model: 'model.gguf', config: tinyConfig, tokenizer, ...options })
}

function templateOf(text: string): string | undefined {
  return /^TEMPLATE """(.*?)"""$/ms.exec(text)?.[1]
}

/** What Go makes of the few constructs that are written: conditions on the system message and on roles. */
function runGo(template: string, messages: readonly ChatMessage[]): string {
  const system = messages.find(({ role }) => role === 'system')?.content
  const [before, turns, after] = template
    .split(/\{\{ range \.Messages \}\}|\{\{ end \}\}(?=(?:(?!\{\{).)*$)/s)
    .filter((part) => part !== undefined) as [string, string, string]
  const opening = /^\{\{ if \.System \}\}(.*?)(?:\{\{ else \}\}(.*?))?\{\{ end \}\}$/s.exec(before)
  const start = opening
    ? system === undefined || system === null
      ? (opening[2] ?? '')
      : opening[1]!.replace('{{ .System }}', () => system)
    : before
  const [, user, assistant] =
    /^\{\{ if eq \.Role "user" \}\}(.*)\{\{ else if eq \.Role "assistant" \}\}(.*)\{\{ end \}\}$/s.exec(
      turns,
    )!
  const forms: Record<string, string> = { user: user!, assistant: assistant! }
  const rendered = messages.map(({ role, content }) =>
    (forms[role] ?? '').replace('{{ .Content }}', () => content!),
  )
  return start + rendered.join('') + after
}

const user: ChatMessage = { role: 'user', content: 'Is {{ it }} "open" on $& days?\nThanks.' }
const assistant: ChatMessage = { role: 'assistant', content: 'Yes:\n\n- always' }
const system: ChatMessage = { role: 'system', content: 'Be brief.\nBe kind.' }
const plain = [[user], [user, assistant, user]]
const withSystem = plain.map((messages) => [system, ...messages])

describe('modelfile', () => {
  it.each([
    ['chatml', [...plain, ...withSystem]],
    ['llama-3', [...plain, ...withSystem]],
    ['qwen2', [...plain, ...withSystem]],
    ['smollm2', [...plain, ...withSystem]],
    ['mistral', plain],
    ['gemma', plain],
  ])('writes a TEMPLATE that gives what the chat template %s does', (name, conversations) => {
    const tokenizer = tokenizerWith(fixtureTemplate(name))
    const template = templateOf(write(tokenizer))!
    for (const messages of conversations)
      expect(runGo(template, messages)).toBe(renderChat(tokenizer, messages).text)
  })

  it.each([
    ['leaves thoughts out of earlier turns', fixtureTemplate('qwen3')],
    [
      'numbers its turns',
      '{% for m in messages %}{{ loop.index }}. {{ m.role }}: {{ m.content }}\n{% endfor %}',
    ],
    [
      'treats long conversations otherwise',
      '{% for m in messages %}{{ m.role }}: {{ m.content }}{% if messages|length > 4 %};{% endif %}\n{% endfor %}',
    ],
    [
      'writes what would end the text',
      '{% for m in messages %}"""{{ m.role }}: {{ m.content }}\n{% endfor %}',
    ],
  ])('writes no TEMPLATE for a chat template that %s', (_, template) => {
    const text = write(tokenizerWith(template))
    expect(templateOf(text)).toBeUndefined()
    expect(text).toContain('# The chat template is in the GGUF file')
  })

  it('refuses a system message that the chat template would leave out', () => {
    const tokenizer = tokenizerWith(fixtureTemplate('gemma'))
    expect(() => write(tokenizer, { system: 'Be brief.' })).toThrow(/takes no system message/)
  })

  it('ends a turn where the template and the tokenizer end one', () => {
    const text = write(tokenizerWith(fixtureTemplate('chatml')))
    const stops = [...text.matchAll(/^PARAMETER stop "(.*)"$/gm)].map(([, stop]) => stop)
    expect(stops).toEqual(['<|im_end|>', '</s>'])
  })

  it('names files beside it, the context that the model was made for, and a system message', () => {
    const tokenizer = tokenizerWith(fixtureTemplate('chatml'))
    const text = write(tokenizer, { adapter: 'adapter.gguf', system: 'Be brief.\nBe kind.' })
    expect(text.split('\n').slice(0, 2)).toEqual(['FROM ./model.gguf', 'ADAPTER ./adapter.gguf'])
    expect(text).toContain(`PARAMETER num_ctx ${tinyConfig.maxPositions}\n`)
    expect(text).toContain('SYSTEM """Be brief.\nBe kind."""\n')
    expect(write(tokenizer)).not.toMatch(/^(ADAPTER|SYSTEM)/m)
  })
})

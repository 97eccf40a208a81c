import { describe, expect, it } from 'vitest'
import { instructedForm } from './instructed-form.ts'

const FORM = `You are the support desk.
Answer in this form:
Hello! About {topic}:

> {first}
> {second}

Yours (always), [{number}]`

function matches(text: string, numbers: readonly number[], instructions = FORM): boolean {
  return new RegExp(`^(?:${instructedForm(instructions, numbers)})$`, 'u').test(text)
}

describe('instructed form', () => {
  it('is the fixed lines to the letter, with both quotes in their order', () => {
    const text = 'Hello! About your refund:\n\n> [[2]]\n> [[1]]\n\nYours (always), [2]'
    expect(matches(text, [2, 1])).toBe(true)
    expect(matches(text, [1, 2])).toBe(false)
    expect(matches(text.replace('Yours', 'Ours'), [2, 1])).toBe(false)
    expect(matches(text.replace('\n> [[1]]', ''), [2, 1])).toBe(false)
  })

  it('leaves lines out whose second quote there is not', () => {
    expect(matches('Hello! About it:\n\n> [[3]]\n\nYours (always), [3]', [3])).toBe(true)
  })

  it('keeps slots to a few words of one line', () => {
    const topic = (words: string): boolean =>
      matches(`Hello! About ${words}:\n\n> [[1]]\n\nYours (always), [1]`, [1])
    expect(topic('the deadline of your refund')).toBe(true)
    expect(topic('a b c d e f g h i')).toBe(false)
    expect(topic('a\nb')).toBe(false)
    expect(topic('[1]')).toBe(false)
  })

  it.each([
    ['there is no form', 'Answer in two sentences about {first}.'],
    ['the form has no quote', 'Answer in this form:\nHello {topic}!'],
  ])('is none where %s', (_, instructions) => {
    expect(instructedForm(instructions, [1])).toBeUndefined()
  })

  it('is none without evidence', () => {
    expect(instructedForm(FORM, [])).toBeUndefined()
  })
})

import { describe, expect, it } from 'vitest'
import { answerUnits } from './answer-units.ts'

const unitsOf = (text: string): string[] =>
  answerUnits(text).map(({ start, end }) => text.slice(start, end))

describe('answerUnits', () => {
  it('cuts prose into sentences', () => {
    expect(unitsOf('One is first. Two follows!\n\nThree?')).toEqual([
      'One is first.',
      'Two follows!',
      'Three?',
    ])
  })

  it('keeps bullets with the first sentence of their item', () => {
    expect(unitsOf('Intro:\n- One is here. Two too.\n2. Three')).toEqual([
      'Intro:',
      '- One is here.',
      'Two too.',
      '2. Three',
    ])
  })

  it('takes headings and table rows one by one', () => {
    expect(unitsOf('# Title. Here\n| a | b. C |\n|---|---|')).toEqual([
      '# Title. Here',
      '| a | b. C |',
      '|---|---|',
    ])
  })

  it('takes a code block as one unit, even while it is open', () => {
    expect(unitsOf('Run:\n```sh\na. B\n\nc\n```\nDone.')).toEqual([
      'Run:',
      '```sh\na. B\n\nc\n```',
      'Done.',
    ])
    expect(unitsOf('```\na\n\nb')).toEqual(['```\na\n\nb'])
  })

  it('finds nothing in white space', () => {
    expect(unitsOf(' \n\n ')).toEqual([])
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AnswerPart, createReferenceStream } from './reference-stream.ts'

describe('reference stream', () => {
  it.each<[string, AnswerPart[]]>([
    ['Yes [3].', [{ text: 'Yes ' }, { cite: 3 }, { text: '.' }]],
    ['a [3, 5]', [{ text: 'a ' }, { cite: 3 }, { cite: 5 }]],
    ['a [3-5]', [{ text: 'a ' }, { cite: 3 }, { cite: 4 }, { cite: 5 }]],
    ['a [^3]', [{ text: 'a ' }, { cite: 3 }]],
    ['a [3][5]', [{ text: 'a ' }, { cite: 3 }, { cite: 5 }]],
    ['a 【3】', [{ text: 'a ' }, { cite: 3 }]],
    ['a 【4:3†source】', [{ text: 'a ' }, { cite: 3 }]],
    ['a [source 3]', [{ text: 'a ' }, { cite: 3 }]],
    ['a \\[3\\]', [{ text: 'a ' }, { cite: 3 }]],
    ['word[3]', [{ text: 'word' }, { cite: 3 }]],
    ['[[3]]', [{ quote: 3 }]],
    ['[[3, 4]]', [{ quote: 3 }, { quote: 4 }]],
    ['x [[3] y', [{ text: 'x ' }, { cite: 3 }, { text: ' y' }]],
    ['x [3](https://a.example/b) y', [{ text: 'x ' }, { cite: 3 }, { text: ' y' }]],
    ['x [3](see below)', [{ text: 'x ' }, { cite: 3 }, { text: '(see below)' }]],
  ])('reads references in %j', (text, parts) => {
    expect(parse([text])).toEqual(parts)
  })

  it.each([
    'See [the guide](https://docs.example/a) for more.',
    '- [x] done\n- [ ] open',
    'items[0] is the first',
    'call `a[7]` twice',
    'the interval [0, 1]',
    '## [1.2.3] - 2024-01-02',
    'at [12:30] or [2024-05-01]',
    'see [note] and [^note]',
    '[3 apples and a pear]',
    'The status NO_ANSWER means that nobody picked up.',
    '~~struck~~ out',
  ])('leaves %j alone', (text) => {
    const kept = parse([text]).map((part) => ('text' in part ? part.text : ''))
    expect(kept.join('')).toBe(text)
  })

  it.each([
    ['```\na[7]\n```\nthen [3]', '```\na[7]\n```'],
    ['~~~py\nx[1] = [2]\n```\n~~~\n[3]', '~~~py\nx[1] = [2]\n```\n~~~'],
    ['`` a[7] ` ``[3]', '`` a[7] ` ``'],
  ])('keeps brackets in the code of %j', (text, code) => {
    const parts = parse([text])
    expect(parts[0]).toEqual({ text: code, code: true })
    expect(parts).toContainEqual({ cite: 3 })
  })

  it('closes a code span that its line leaves open', () => {
    expect(parse(['a `b\nc [3]'])).toEqual([
      { text: 'a ' },
      { text: '`b`', code: true },
      { text: '\nc ' },
      { cite: 3 },
    ])
  })

  it.each(['[-1]', '[1e9]', '[5-3]', '[1-1000]', '[9999999999]', '[007]', '[3, -1]', '[3'])(
    'reports %j as malformed',
    (reference) => {
      expect(parse([`a ${reference}`])).toEqual([{ text: 'a ' }, { malformed: reference }])
    },
  )

  it.each([
    'EVIDENCE: 3, 5\nRefunds take 5 days.',
    '**EVIDENCE:** [3], [5]\n\nRefunds take 5 days.',
    'evidence: 3 and 5\nRefunds take 5 days.',
    'EVIDENCE: 3, 5 Refunds take 5 days.',
    `EVIDENCE: ${Array.from({ length: 90 }, (_, n) => n).join(', ')}\nRefunds take 5 days.`,
  ])('strips the plan line of %j', (text) => {
    expect(parse([text])).toEqual([{ text: 'Refunds take 5 days.' }])
  })

  it('keeps a first line that only looks like a plan', () => {
    expect(parse(['Evidence: the study shows 3 effects.'])).toEqual([
      { text: 'Evidence: the study shows 3 effects.' },
    ])
  })

  it.each([
    'NO_ANSWER',
    '**NO_ANSWER**',
    'NO_ANSWER.',
    '`NO_ANSWER`',
    'NO\\_ANSWER',
    ' "NO_ANSWER"',
    'EVIDENCE: none\nNO_ANSWER',
    'NO_ANSWER. The documents are silent.',
  ])('reads %j as an abstention and nothing else', (text) => {
    expect(parse([...text])).toEqual([{ abstain: true }])
  })

  it('reads NO_ANSWER as a sentence of its own after other text', () => {
    expect(parse(['I am sorry. NO_ANSWER'])).toEqual([{ text: 'I am sorry. ' }, { abstain: true }])
  })

  it('passes plain text on at once', () => {
    const stream = createReferenceStream()
    stream.push('Plain')
    expect(stream.push(' words')).toEqual([{ text: ' words' }])
  })

  it('holds back at most 64 characters', () => {
    const stream = createReferenceStream()
    const text = `Well [${' '.repeat(200)}`
    const shown = stream.push(text).map((part) => ('text' in part ? part.text : ''))
    expect(shown.join('').length).toBeGreaterThanOrEqual(text.length - 64)
  })

  it.each([
    `[${' '.repeat(70)}3]`,
    `Evidence: ${'3, '.repeat(30)}\nYes`,
    `NO_ANSWER${' '.repeat(70)}\n`,
  ])('decides on the same 64 characters of %j, whole or cut', (construct) => {
    expect(parse([`Well. ${construct}`])).toEqual(parse([...`Well. ${construct}`]))
    expect(parse([construct])).toEqual(parse([...construct]))
  })

  it('never splits a surrogate pair over two parts', () => {
    const stream = createReferenceStream()
    const parts = [...stream.push('a \uD83D'), ...stream.push('\uDE00 b'), ...stream.end()]
    for (const part of parts) expect('text' in part && /\p{Surrogate}/u.test(part.text)).toBe(false)
    expect(merge(parts)).toEqual([{ text: 'a \u{1F600} b' }])
  })

  it('gives the same parts however the text is cut', () => {
    fc.assert(
      fc.property(modelText(), fc.array(fc.nat(400), { maxLength: 30 }), (text, cuts) => {
        const whole = parse([text])
        expect(parse(cutAt(text, cuts))).toEqual(whole)
        expect(parse(text.split(''))).toEqual(whole)
      }),
      { numRuns: 1000 },
    )
  })
})

function modelText(): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(
      '[3]',
      '[[3]]',
      '[99]',
      '[-1]',
      '[3',
      '[',
      ']',
      '【3】',
      '`',
      '```',
      '~~~',
      '\n',
      '\\',
      '(',
      ' ',
      '. ',
    ),
    fc.constantFrom(
      'NO_ANSWER',
      'EVIDENCE: 3, 5',
      'evidence:',
      'https://a.example',
      '[3](http',
      '- ',
      'a[0]',
      '\uD83D\uDE00',
      '\uD83D',
    ),
    fc.string({ maxLength: 6 }),
    fc.constantFrom('Refunds take 5 days', 'None', ' and ', 'x'.repeat(70), ' '.repeat(70)),
  )
  return fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''))
}

function cutAt(text: string, cuts: number[]): string[] {
  const points = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length]
  return points.slice(1).map((point, index) => text.slice(points[index], point))
}

function parse(deltas: string[]): AnswerPart[] {
  const stream = createReferenceStream()
  return merge([...deltas.flatMap((delta) => stream.push(delta)), ...stream.end()])
}

function merge(parts: AnswerPart[]): AnswerPart[] {
  const merged: AnswerPart[] = []
  for (const part of parts) {
    const last = merged.at(-1)
    if (last && 'text' in last && 'text' in part && last.code === part.code) last.text += part.text
    else merged.push({ ...part })
  }
  return merged
}

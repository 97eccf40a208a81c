import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type EvidenceFixture, evidenceOf } from '../../test/fixtures/evidence.ts'
import type { AnswerBody } from './answerer.ts'
import { createComposer } from './compose.ts'
import type { AskEvent, VerificationPolicy } from './events.ts'
import { createReferenceStream } from './reference-stream.ts'

const POLICIES: VerificationPolicy[] = ['strict', 'flag', 'off']
const ABSTENTION = 'The documents do not say.'

const shop = evidenceOf([
  'Refunds take 5 days.',
  'The fee is 20 dollars.',
  'Returns are not accepted after 30 days.',
  'Ask Ana Torres at the help desk.',
])

describe('composer', () => {
  it('numbers markers by first use and sends each citation once, right after its marker', () => {
    const { events, body } = compose('The fee is 20 dollars [2]. Refunds take 5 days [1][2].')
    expect(body.answer).toBe('The fee is 20 dollars [1]. Refunds take 5 days [2][1].')
    expect(body.citations.map(({ marker, quote }) => [marker, quote])).toEqual([
      [1, 'The fee is 20 dollars.'],
      [2, 'Refunds take 5 days.'],
    ])
    const sent = events.filter(({ type }) => type === 'citation')
    expect(sent).toHaveLength(2)
    for (const citation of sent) {
      const before = events[events.indexOf(citation) - 1]
      expect(before).toMatchObject({ delta: expect.stringMatching(/\[\d+\]$/) })
    }
  })

  it.each([
    ['Quoted: [[1]]', 'Quoted: Refunds take 5 days. [1]'],
    ['[[1]]. Then more.', 'Refunds take 5 days. [1] Then more.'],
    ['[[1]] [1] Then.', 'Refunds take 5 days. [1] Then.'],
    ['Five [1] [1][1] days [1].', 'Five [1] days [1].'],
    ['Gone [99]. And [98] more [97] , ([96]) yes', 'Gone. And more, yes'],
    ['See [1](https://evil.example/x).', 'See [1].'],
    ['See [1] [2]: yes', 'See [1] [2]: yes'],
    ['[1]: yes', '[1] : yes'],
    ['See [1](both)', 'See [1] (both)'],
    ['Dropped [[99]7] end', 'Dropped 7] end'],
    ['```x[7]``` and [7]', '```x[7]``` and'],
    ['`a`[99]`b[7]`', '`a` `b[7]`'],
    ['\\\\【99】`b[7]`', '\\\\ `b[7]`'],
    ['Dropped [7[99]] end', 'Dropped [7) end'],
  ])('lays %j out as %j', (output, answer) => {
    expect(compose(output, { policy: 'off' }).body.answer).toBe(answer)
  })

  it('reports unknown, malformed and unverifiable references', () => {
    const { evidence, versionTexts } = evidenceOf(['Refunds take 5 days.', 'Fees apply.'])
    const altered = new Map(
      [...versionTexts].map(([id, text]) => [id, text.replace('Fees', 'Fine')]),
    )
    const fixture = { evidence, versionTexts: altered }
    const { body, events } = compose('A [9] b [0] c [-1] d [2] e [[2]] f.', {
      fixture,
      policy: 'off',
    })
    expect(body.answer).toBe('A b c d e f.')
    expect(body.citations).toEqual([])
    expect(body.droppedReferences).toEqual([
      { reference: '[9]', reason: 'unknown_number' },
      { reference: '[0]', reason: 'unknown_number' },
      { reference: '[-1]', reason: 'malformed' },
      { reference: '[2]', reason: 'quote_mismatch' },
      { reference: '[[2]]', reason: 'quote_mismatch' },
    ])
    expect(events.filter(({ type }) => type === 'reference-dropped')).toHaveLength(5)
  })

  it("shows a source's own bracketed numbers in round brackets, and cites it to the letter", () => {
    const fixture = evidenceOf(['As shown in [7], `a[7]` holds.'])
    const { body } = compose('[[1]]', { fixture })
    expect(body.answer).toBe('As shown in (7), `a[7]` holds. [1]')
    expect(body.citations[0]!.quote).toBe('As shown in [7], `a[7]` holds.')
  })

  it('judges every sentence under `flag`, with its range in the answer', () => {
    const { body } = compose('Sure! Refunds take 5 days [1]. Elephants eat cheese. Fine?', {
      policy: 'flag',
    })
    expect(verdicts(body)).toEqual([
      ['no-claim', 'Sure!', []],
      ['supported', 'Refunds take 5 days [1].', [1]],
      ['unsupported', 'Elephants eat cheese.', []],
      ['no-claim', 'Fine?', []],
    ])
  })

  it('counts a marker after the full stop to the sentence before it', () => {
    const { body } = compose('Refunds take 5 days. [1] The fee is 20 dollars. [2]', {
      policy: 'flag',
    })
    expect(verdicts(body)).toEqual([
      ['supported', 'Refunds take 5 days. [1]', [1]],
      ['supported', 'The fee is 20 dollars. [2]', [2]],
    ])
  })

  it('lets items under a cited lead-in share its citation', () => {
    const { body } = compose('Refunds [1]:\n\n- Take 5 days\n- Take 9 days', { policy: 'flag' })
    expect(verdicts(body).map(([support]) => support)).toEqual([
      'supported',
      'supported',
      'unsupported',
    ])
  })

  it('keeps unsupported sentences out under `strict`, and numbers only what is shown', () => {
    const output =
      'Sure! Elephants eat cheese [2]. Refunds take 5 days [1]. Refunds take 9 days [1].'
    const { body } = compose(output, { policy: 'strict' })
    expect(body.answer).toBe('Sure! Refunds take 5 days [1].')
    expect(body.citations.map(({ quote }) => quote)).toEqual(['Refunds take 5 days.'])
    expect(body.verdicts.filter(({ withheld }) => withheld)).toHaveLength(2)
    for (const { start, end, withheld } of body.verdicts) expect(end === start).toBe(withheld)
  })

  it('keeps paragraphs and lists in shape where sentences were withheld', () => {
    const output =
      '## Fees\n\nHere they are:\n\n- Elephants eat cheese [1]\n- The fee is 20 dollars [2]\n\nLet me know!'
    const { body } = compose(output, { policy: 'strict' })
    expect(body.answer).toBe(
      '## Fees\n\nHere they are:\n\n- The fee is 20 dollars [1]\n\nLet me know!',
    )
  })

  it('drops a lead-in whose items were all withheld', () => {
    const output = 'Refunds take 5 days [1].\n\nAlso note:\n- Elephants eat cheese [2]\n'
    expect(compose(output, { policy: 'strict' }).body.answer).toBe('Refunds take 5 days [1].')
  })

  it('releases a sentence under `strict` before the next one is complete', () => {
    const composer = composerOf(shop, 'strict')
    composer.push({ text: 'Refunds take 5 days ' })
    composer.push({ cite: 1 })
    expect(composer.push({ text: '.' })).toEqual([])
    expect(composer.push({ text: ' The' })).toEqual([])
    const released = composer.push({ text: ' fee' })
    expect(deltasOf(released)).toBe('Refunds take 5 days [1].')
  })

  it.each([
    ['strict', 'Sure! Here you go. Elephants eat cheese [1].'],
    ['strict', 'Refunds take 5 days.'],
    ['strict', 'Returns are accepted after 30 days [3].'],
    ['strict', 'Ask Eva Torres at the help desk [4].'],
    ['flag', 'NO_ANSWER'],
    ['off', '**NO_ANSWER**.'],
    ['flag', ''],
    ['off', '[99]'],
  ] as const)('abstains under `%s` for %j', (policy, output) => {
    const { body } = compose(output, { policy })
    expect(body).toMatchObject({ answer: ABSTENTION, abstained: true, citations: [] })
  })

  it.each(POLICIES)('holds its invariants for any output, cut anywhere, under `%s`', (policy) => {
    fc.assert(
      fc.property(
        anyEvidence(),
        anyOutput(),
        fc.integer({ min: 1, max: 9 }),
        (fixture, output, size) => {
          const { events, body } = compose(output, { fixture, policy, size })
          expect(deltasOf(events)).toBe(body.answer)
          expect(body.answer).not.toBe('')
          const text = fixture.versionTexts.get('version-1')!
          for (const { quote, start, end } of body.citations)
            expect(text.slice(start, end)).toBe(quote)
          expect(body.citations.map(({ marker }) => marker)).toEqual(
            body.citations.map((_, i) => i + 1),
          )
          const shown = [...withoutCode(body.answer).matchAll(/\[([1-9]\d*)\]/g)].map((m) =>
            Number(m[1]),
          )
          expect(shown.filter((marker) => marker > body.citations.length)).toEqual([])
          for (const { start, end, markers } of body.verdicts) {
            expect(start).toBeLessThanOrEqual(end)
            expect(end).toBeLessThanOrEqual(body.answer.length)
            expect(markers.every((marker) => marker <= body.citations.length)).toBe(true)
          }
          if (policy === 'strict' && !body.abstained)
            expect(body.verdicts.some((v) => v.support === 'supported' && !v.withheld)).toBe(true)
          if (policy === 'strict')
            expect(body.verdicts.some((v) => v.support === 'unsupported' && !v.withheld)).toBe(
              false,
            )
        },
      ),
      { numRuns: 500 },
    )
  })

  it('takes a thousand markers', () => {
    const output = Array.from({ length: 1000 }, (_, index) => `x[${(index % 4) + 1}]`).join(' ')
    const { body } = compose(output, { policy: 'flag' })
    expect(body.citations).toHaveLength(4)
    expect(body.answer.match(/\[\d\]/g)).toHaveLength(1000)
  })
})

type Options = { fixture?: EvidenceFixture; policy?: VerificationPolicy; size?: number }

function compose(
  output: string,
  { fixture = shop, policy = 'flag', size = 3 }: Options = {},
): {
  events: AskEvent[]
  body: AnswerBody
} {
  const composer = composerOf(fixture, policy)
  const references = createReferenceStream()
  const events: AskEvent[] = []
  for (let at = 0; at < output.length; at += size)
    for (const part of references.push(output.slice(at, at + size)))
      events.push(...composer.push(part))
  for (const part of references.end()) events.push(...composer.push(part))
  events.push(...composer.finish())
  return { events, body: composer.body({ inputTokens: 0, outputTokens: 0 }) }
}

function composerOf({ evidence, versionTexts }: EvidenceFixture, policy: VerificationPolicy) {
  const { sentences } = evidence
  return createComposer({ sentences, versionTexts, policy, abstention: ABSTENTION })
}

function deltasOf(events: AskEvent[]): string {
  return events.map((event) => (event.type === 'text-delta' ? event.delta : '')).join('')
}

function verdicts({ answer, verdicts: all }: AnswerBody): [string, string, number[]][] {
  return all.map(({ support, start, end, markers }) => [support, answer.slice(start, end), markers])
}

/** Code as a Markdown reader sees it: fenced blocks, then spans on one line. */
function withoutCode(answer: string): string {
  const prose: string[] = []
  let fence = ''
  for (const line of answer.split('\n')) {
    const mark = /^[\s>*+-]*(`{3,}(?!.*`)|~{3,})/.exec(line)?.[1] ?? ''
    if (fence === '' && mark === '') prose.push(line)
    else if (fence === '') fence = mark
    else if (/^\s*[`~]+\s*$/.test(line) && mark.startsWith(fence)) fence = ''
  }
  return prose.join('\n').replace(/(?<![`\\])(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, ' ')
}

function anyEvidence(): fc.Arbitrary<EvidenceFixture> {
  const sentence = fc.oneof(
    fc.string({ minLength: 1, maxLength: 12 }),
    fc.constantFrom(
      'Refunds take 5 days.',
      'See [7] and [[2]].',
      'Über \uD83D\uDE00 [3',
      'a]',
      '7]',
      '[',
      'Fee: 20.\nMore',
    ),
  )
  const glue = fc.constantFrom(' ', '\n', '')
  return fc
    .tuple(fc.array(sentence, { minLength: 1, maxLength: 6 }), glue)
    .map(([sentences, between]) => evidenceOf(sentences, { glue: between }))
}

function anyOutput(): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom('[1]', '[2]', '[3]', '[[1]]', '[[2]]', '[[3]]', '[1, 2]', '[1-3]'),
    fc.constantFrom(
      '[0]',
      '[99]',
      '[-1]',
      '[1e9]',
      '[[999]]',
      '[3',
      '[',
      ']',
      '7]',
      '[7',
      '[[99]7]',
      '(',
      ')',
      '【7】',
    ),
    fc.constantFrom(
      'Refunds take 5 days',
      'Refunds',
      'NO_ANSWER',
      '<b>[7]</b>',
      '\\[7\\]',
      '\n\n',
      '\n- ',
      '. ',
      ' ',
      ': ',
      '| a |\n',
    ),
    fc.constantFrom('\n```\na[7]\n```\n', '`a[7]`', '`', 'https://a.example', '[4](http://x)'),
    fc.string({ maxLength: 8 }),
  )
  return fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(''))
}

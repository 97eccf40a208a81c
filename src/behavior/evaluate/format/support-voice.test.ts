import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { compileFormat } from './check-format.ts'
import { describeFormat } from './describe-format.ts'
import type { ProblemKind } from './format-problem.ts'
import { inferFormat } from './infer-format.ts'
import { parseFormat } from './parse-format.ts'

const train = readReplies('train')
const held = readReplies('test')
const spec = inferFormat(train)
const check = compileFormat(spec)
const answer = held.find((reply) => reply.split('\n> ').length === 2)!
const abstention = held.find((reply) => reply.includes('rather not guess'))!
const decline = abstention.split('\n')[2]!

describe('the format of the support voice', () => {
  it('is learned from all training replies', () => {
    expect(spec).toMatchObject({ kind: 'text', learnedFrom: { replies: 200, matching: 200 } })
    expect('weak' in spec).toBe(false)
  })

  it('accepts every held-out reply', () => {
    expect(held.filter((reply) => !check(reply).valid)).toEqual([])
  })

  const broken: [string, string, ProblemKind, number, RegExp][] = [
    [
      'no greeting',
      linesAfter(answer, 2),
      'missing',
      1,
      /"Hi there! Thanks for asking about \{…\}\." is missing/,
    ],
    ['no lead', without(answer, 3), 'missing', 3, /"In short:"/],
    ['another lead', answer.replace(line(answer, 3), 'Well:'), 'different', 3, /not one of/],
    ['no quote mark', answer.replace('\n> ', '\n'), 'different', 4, /not a block quote/],
    ['no closing', without(answer, 6), 'missing', 6, /Happy tracking!/],
    [
      'wrong sign-off',
      answer.replace('Plausible team', 'Acme crew'),
      'different',
      7,
      /is not "- The Plausible team"/,
    ],
    ['no sign-off', without(answer, 7), 'missing', 7, /"- The Plausible team" is missing/],
    ['no full stop', answer.replace('.\n', '\n'), 'different', 1, /does not end with "\."/],
    ['text before', `Sure!\n${answer}`, 'unexpected', 1, /does not belong here: "Sure!"/],
    ['text after', `${answer}\nPS: bye`, 'unexpected', 8, /"PS: bye"/],
    ['no empty line', answer.replace('\n\n', '\n'), 'missing', 2, /an empty line is missing/],
    ['two quotes in a row', answer.replace('\n> ', '\n> One more.\n> '), 'count', 4, /has 2 lines/],
    [
      'a quote in an abstention',
      abstention.replace(decline, `${decline}\n> A quote.`),
      'unexpected',
      4,
      /"> A quote\."/,
    ],
    [
      'an abstention in an answer',
      answer.replace('\n> ', `\n${decline}\n> `),
      'unexpected',
      4,
      /rather not guess/,
    ],
  ]
  for (const [what, reply, kind, at, message] of broken)
    it(`finds ${what}`, () => {
      const { valid, problems } = check(reply)
      expect(valid).toBe(false)
      expect(problems).toContainEqual(
        expect.objectContaining({ kind, line: at, message: expect.stringMatching(message) }),
      )
    })

  it('rejects the reply of another brand', () => {
    const other = 'Dear customer,\n\nexports are in the settings.\n\nKind regards\nAcme Support'
    expect(check(other).problems.length).toBeGreaterThan(3)
  })

  it('survives JSON with the same verdicts', () => {
    const again = compileFormat(parseFormat(JSON.parse(JSON.stringify(spec))))
    const replies = [...held, ...broken.map(([, reply]) => reply)]
    expect(replies.map(again)).toEqual(replies.map(check))
  })

  it('is told in words', () => {
    const text = describeFormat(spec).join('\n')
    expect(text).toContain('Form 2 of 2 (14 % of the replies)')
    expect(text).toContain('- the line "Also good to know:" (in 17 % of them)')
    expect(text).toContain('200 of 200 replies match.')
  })

  it('is not opened by slips in the training replies', () => {
    const slips = [
      linesAfter(answer, 2),
      answer.replace('\n> ', '\n'),
      `${answer}\nPS: bye`,
      'Hello!',
    ]
    const soiled = inferFormat([...train, ...slips])
    expect(soiled.kind === 'text' && soiled.learnedFrom).toEqual({ replies: 204, matching: 200 })
    expect(slips.map((reply) => compileFormat(soiled)(reply).valid)).toEqual(slips.map(() => false))
  })
})

function readReplies(name: string): string[] {
  const file = new URL(`../../../../examples/support-voice/${name}.jsonl`, import.meta.url)
  const rows = readFileSync(file, 'utf8').trim().split('\n')
  return rows.map((row) => JSON.parse(row).messages.at(-1).content)
}

function line(reply: string, number: number): string {
  return reply.split('\n')[number - 1]!
}

function linesAfter(reply: string, number: number): string {
  return reply.split('\n').slice(number).join('\n')
}

function without(reply: string, number: number): string {
  return reply
    .split('\n')
    .toSpliced(number - 1, 1)
    .join('\n')
}

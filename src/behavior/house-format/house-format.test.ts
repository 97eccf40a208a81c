import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { compileFormat, inferFormat } from '../evaluate/index.ts'
import { houseConstraint, learnHouseFormat } from './house-format.ts'
import { HOUSE_FORMAT_FILE, houseFormatFile, readHouseFormat } from './house-format-file.ts'

type Row = { messages: { content: string }[]; quotes: string[] }

const rows = readFileSync('examples/support-voice/train.jsonl', 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row)
const replyOf = ({ messages }: Row): string => messages.at(-1)!.content
const targets = rows.map((row) =>
  row.quotes.reduce((text, quote, i) => text.replace(quote, `[[${i + 2}]]`), replyOf(row)),
)
const house = learnHouseFormat(targets)

describe('the form of replies that quote', () => {
  const constraint = houseConstraint(house, [2, 3])

  it('has all of its replies, and none of those that decline', () => {
    const expression = expressionOf(constraint)
    for (const target of targets) expect(expression.test(target)).toBe(target.includes('[['))
  })

  it('lets the planned numbers be referred to, in the places of the form only', () => {
    const expression = expressionOf(constraint)
    const target = targets.find((text) => text.includes('> [[2]]') && !text.includes('[[3]]'))!
    expect(target).toMatch(expression)
    expect(target.replace('[[2]]', '[[3]]')).toMatch(expression)
    expect(target.replace('[[2]]', '[[4]]')).not.toMatch(expression)
    expect(target.replace('asking about ', 'asking about [[2]] ')).not.toMatch(expression)
  })

  it('ends loops: words and slots are no longer than replies make them', () => {
    const expression = expressionOf(constraint)
    const about = (topic: string): string =>
      `Hi there! Thanks for asking about ${topic}.\n\nIn short:\n> [[2]]\n\nHappy tracking!\n- The Plausible team`
    expect(about('the sso timeout')).toMatch(expression)
    expect(about('the '.repeat(40).trim())).not.toMatch(expression)
    expect(about('is'.repeat(40))).not.toMatch(expression)
  })

  it('writes nothing that the format check of the shown replies refuses', () => {
    const check = compileFormat(inferFormat(rows.map(replyOf)))
    const { source } = expressionOf(constraint)
    // Letters only: a slot of marks has no words.
    const letters = new RegExp(source.replaceAll(String.raw`[^\s\[]`, '[a-z]'), 'u')
    fc.assert(
      fc.property(fc.stringMatching(letters), (written) => {
        const shown = written.replace(/\[\[\d\]\]/g, 'It takes about five minutes.')
        expect(check(shown).problems.filter(({ kind }) => kind !== 'length')).toEqual([])
      }),
    )
  })
})

describe('the form of replies that do not quote', () => {
  it('is that of replies that decline, without any reference', () => {
    const expression = expressionOf(houseConstraint(house, []))
    const declining = targets.filter((text) => !text.includes('[['))
    for (const target of declining) expect(target).toMatch(expression)
    expect(declining[0]!.replace('asking about ', 'asking about [[1]] ')).not.toMatch(expression)
  })

  it('is a choice where replies are labels', () => {
    const labels = Array.from({ length: 40 }, (_, i) => ['card_lost', 'top_up', 'refund'][i % 3]!)
    expect(houseConstraint(learnHouseFormat(labels), [])).toEqual({
      type: 'choice',
      choices: ['card_lost', 'top_up', 'refund'],
    })
  })

  it.each([
    ['compact', (value: object) => JSON.stringify(value)],
    ['spaced', (value: object) => JSON.stringify(value, null, 1).replace(/\n\s*/g, ' ')],
  ] as const)('is a schema where replies are JSON, written %s', (layout, write) => {
    const replies = Array.from({ length: 20 }, (_, i) => write({ people: i, city: `town: ${i}` }))
    expect(houseConstraint(learnHouseFormat(replies), [])).toMatchObject({
      type: 'json-schema',
      schema: { type: 'object', required: ['people', 'city'] },
      layout,
    })
  })

  it('is nothing where replies share nothing, or are few', () => {
    const free = Array.from({ length: 30 }, (_, i) => `${'a'.repeat(i + 1)} goes its own way ${i}`)
    expect(
      learnHouseFormat(
        free.map((text, i) =>
          text
            .split(' ')
            .toSpliced(i % 4, 1)
            .join(' '),
        ),
      ),
    ).toEqual({})
    expect(learnHouseFormat(targets.slice(0, 4))).toEqual({})
  })
})

describe('a field', () => {
  it.each([':', ' =', ' =>', ' ->'])('is a fixed name behind which "%s" begins a slot', (mark) => {
    const replies = Array.from(
      { length: 30 },
      (_, i) => `topic${mark} ${i} of ${i + 7} ${'x'.repeat(i + 1)}\nclosed`,
    )
    const expression = expressionOf(houseConstraint(learnHouseFormat(replies), []))
    expect(`topic${mark} something else\nclosed`).toMatch(expression)
    expect(`topic something else\nclosed`).not.toMatch(expression)
  })
})

describe('the file in the adapter folder', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'graft-format-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('is read as it was written, and may be missing', async () => {
    expect(await readHouseFormat(folder)).toBeUndefined()
    const { path: name, content } = houseFormatFile(house)
    writeFileSync(path.join(folder, name), content)
    expect(await readHouseFormat(folder)).toEqual(house)
  })

  it('is refused when it is broken', async () => {
    for (const text of ['{', '{"quoting": 3}', '{"plain": {"type": "regex"}}']) {
      writeFileSync(path.join(folder, HOUSE_FORMAT_FILE), text)
      await expect(readHouseFormat(folder)).rejects.toMatchObject({ code: 'invalid_format_file' })
    }
  })
})

function expressionOf(constraint: ReturnType<typeof houseConstraint>): RegExp {
  if (constraint?.type !== 'regex') throw new Error(`a ${constraint?.type} is no expression`)
  return new RegExp(`^(?:${constraint.pattern})$`, 'u')
}

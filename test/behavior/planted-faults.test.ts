/** @file A file with a fault in most of its lines, and one without any. */
import { describe, expect, it } from 'vitest'
import { checkExamples, type Report } from '../../src/behavior/examples/check-examples.ts'
import { fixExamples } from '../../src/behavior/examples/fix.ts'
import { readExamples } from '../../src/behavior/examples/read.ts'
import { examplesText, planted } from './fixtures/read-examples.ts'

const faulty = readExamples(examplesText('faulty.jsonl'))
const report = checkExamples(faulty, {
  test: readExamples(examplesText('held-out.jsonl'), { name: 'held-out.jsonl' }),
  contextLength: 200,
})
const key = ({ code, line }: { code: string; line?: number }): string => `${line} ${code}`
const at = (line: number, { findings }: Report = report): Report['findings'] =>
  findings.filter((found) => found.line === line && !found.file)

describe('a file with planted faults', () => {
  it('has every one reported, at its line', () => {
    expect(planted.length).toBeGreaterThan(20)
    const found = new Set(report.findings.map(key))
    expect(planted.filter((fault) => !found.has(key(fault)))).toEqual([])
  })

  it('has nothing else reported but what follows from a planted fault', () => {
    const expected = new Set(planted.map(key))
    const others = report.findings.filter((found) => !found.file && !expected.has(key(found)))
    // The call of line 28 lacks its result as well, and the long answer of line 39 ends with a blank.
    expect(others.map(key)).toEqual(['28 call_without_result', '39 surrounding_whitespace'])
  })

  it('tells where in the row, what is there and what to do', () => {
    expect(at(21)).toMatchObject([
      {
        severity: 'error',
        path: '$.messages[1].weight',
        message: 'the weight is true, not 0 or 1',
        fix: 'Write 1.',
        isFixable: true,
      },
    ])
    expect(at(27)[0]).toMatchObject({ path: '$.messages[1].tool_calls[0].function.arguments' })
    expect(at(27)[0]!.message).toContain('"find_book" at copies')
    expect(at(13)[0]!.fix).toBe('Remove the comma before the closing bracket.')
    expect(at(30)[0]!.message).toBe('"Ã©" was probably "é"')
    for (const { fix, message } of report.findings) expect([fix, message]).not.toContain('')
  })

  it('masks personal data', () => {
    expect(at(35)[0]!.message).toBe('an e-mail address: ja********rg')
    expect(JSON.stringify(report)).not.toContain('jane.roe')
    expect(JSON.stringify(report)).not.toContain('AKIAIOSFODNN7')
  })

  it('names both rows of a pair', () => {
    expect(at(32)[0]).toMatchObject({ code: 'exact_duplicate', otherLine: 4 })
    expect(at(33)[0]).toMatchObject({ code: 'near_duplicate', otherLine: 7 })
    expect(at(34)[0]).toMatchObject({ code: 'contradictory_answers', otherLine: 1 })
    expect(report.findings.filter(({ code }) => code === 'leaked')).toMatchObject([
      { file: 'held-out.jsonl', line: 1, otherLine: 40 },
    ])
  })

  it('has only such errors left once fixed that need a person', () => {
    const fixed = readExamples(fixExamples(faulty).text, { name: 'fixed.jsonl' })
    const left = checkExamples(fixed).findings
    expect(left.filter(({ isFixable }) => isFixable)).toEqual([])
    const gone = ['empty_row', 'empty_content', 'unknown_role', 'invalid_weight', 'exact_duplicate']
    expect(left.filter(({ code }) => gone.includes(code))).toEqual([])
    expect(left.map(({ code }) => code)).toContain('invalid_json')
  })
})

describe('a clean file', () => {
  it('has no findings', () => {
    const clean = checkExamples(examplesText('clean.jsonl'), { contextLength: 200 })
    expect(clean.findings).toEqual([])
    expect(clean).toMatchObject({ format: 'chat', rows: 12, examples: 12 })
  })
})

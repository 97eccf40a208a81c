import { describe, expect, it } from 'vitest'
import {
  draftQuestions,
  type QuestionSet,
  readQuestions,
  readQuestionsFile,
  writeQuestions,
} from '../../src/compare/index.ts'
import { segmentSentences } from '../../src/knowledge/index.ts'
import { questionText } from './world.ts'

function problems({ findings }: QuestionSet): [string, number | undefined, string][] {
  return findings.map(({ severity, line, path }) => [severity, line, path])
}

describe('readQuestions', () => {
  it('reads a good set without a finding', () => {
    const { questions, findings } = readQuestions(questionText(), 'jsonl')
    expect(findings).toEqual([])
    expect(questions).toHaveLength(8)
    expect(questions[0]).toMatchObject({
      cluster: 'trial.md',
      gold: [{ number: 30, unit: 'days' }],
      after: {
        kind: 'answerable',
        gold: [{ number: 14, unit: 'days' }],
        // What was right before has become wrong.
        rivals: [{ number: 30, unit: 'days' }],
        stale: [{ number: 30, unit: 'days' }],
      },
    })
    expect(questions[4]!.after).toMatchObject({ kind: 'no_document', gold: [] })
  })

  it('reports all that is wrong at once, with lines', () => {
    const text = [
      '{"question": "What?", "gold": "a"}',
      '{"question": "no end',
      '{"gold": "a"}',
      '{"question": "Why?"}',
      '{"question": "what", "gold": "b"}',
      '{"question": "Which?", "gold": {"date": "2026-02-30"}}',
      '{"question": "Who?", "gold": "a", "rivals": ["A"], "colour": 1}',
      '{"question": "When?", "gold": "4 May", "rivals": ["4 May"]}',
      '{"question": "Where?", "kind": "off_topic", "gold": "here"}',
      '{"question": "How?", "gold": "x", "after": {"gold": "x"}}',
      '{"question": "How many?", "gold": "x", "confirmed": false}',
    ].join('\n')
    const found = problems(readQuestions(text, 'jsonl'))
    expect(found).toHaveLength(10)
    expect(found).toEqual(
      expect.arrayContaining([
        ['error', 2, '$'],
        ['error', 3, 'question'],
        ['error', 4, 'gold'],
        ['error', 5, 'question'],
        ['error', 6, 'gold'],
        ['error', 7, '$'],
        ['error', 8, 'rivals'],
        ['error', 9, 'gold'],
        ['error', 10, 'after.gold'],
        ['error', 11, 'confirmed'],
      ]),
    )
  })

  it('compares sources and gold with the documents', () => {
    const documents = [
      { uri: 'docs/trial.md', text: 'The trial lasts fourteen days.' },
      { uri: 'docs/seats.md', text: 'A team plan holds up to twelve seats.' },
    ]
    const rows = [
      { question: 'How long?', gold: { number: 30, unit: 'days' }, sources: 'trial.md' },
      { question: 'How many?', gold: { number: 12 }, sources: 'seats.md' },
      { question: 'Where?', gold: 'here', sources: 'places.md' },
    ]
    const set = readQuestions(questionText(rows), 'jsonl', { documents })
    expect(problems(set)).toEqual([
      ['warning', 1, 'gold'],
      ['warning', 3, 'sources'],
    ])
  })

  it('says that an empty file is empty', () => {
    for (const text of ['', '\n\n', '\uFEFF'])
      expect(readQuestions(text, 'jsonl').findings).toMatchObject([
        { severity: 'error', message: 'there are no questions' },
      ])
  })

  it('reads CSV with typed cells', () => {
    const csv = [
      'question,kind,gold,rivals,sources,after_gold',
      '"How long?",answerable,number: 30 days,number: 7 days,trial.md,number: 14 days',
      '"Who, then?",,"Ana | Ana Torres; date: 2026-01-31",,a.md; b.md#Part,',
      'Why?,off_topic,,,,',
      'What?,,"set: red, green; yes-no: yes; regex: /x+/i",,,',
    ].join('\n')
    const { questions, findings } = readQuestions(csv, 'csv')
    expect(findings).toEqual([])
    expect(questions.map(({ gold }) => gold)).toEqual([
      [{ number: 30, unit: 'days' }],
      [{ text: ['Ana', 'Ana Torres'] }, { date: '2026-01-31' }],
      [],
      [{ set: ['red', 'green'] }, { yes: true }, { regex: 'x+', flags: 'i' }],
    ])
    expect(questions[0]!.after?.gold).toEqual([{ number: 14, unit: 'days' }])
    expect(questions[1]!.sources).toEqual(['a.md', 'b.md#Part'])
  })

  it('reports a broken CSV and an unreadable number by line', () => {
    expect(problems(readQuestions('question,gold\n"open,a', 'csv'))).toEqual([['error', 2, '$']])
    const set = readQuestions('question,gold\nHow long?,number: many', 'csv')
    expect(problems(set)).toEqual([['error', 2, 'gold']])
  })

  it('takes over tests of promptfoo, and says what it cannot', () => {
    const yaml = `
tests:
  - vars: { question: How long is the trial? }
    assert:
      - { type: icontains, value: 30 days }
      - { type: not-contains, value: 7 days }
      - { type: llm-rubric, value: is polite }
  - vars: { city: x, query: Which colours? }
    assert: [{ type: contains-all, value: [red, green] }]
`
    const { questions, findings } = readQuestions(yaml, 'promptfoo')
    expect(findings).toMatchObject([{ severity: 'warning', line: 1, path: 'assert[2]' }])
    expect(questions).toMatchObject([
      {
        question: 'How long is the trial?',
        gold: [{ text: '30 days' }],
        rivals: [{ text: '7 days' }],
      },
      { question: 'Which colours?', gold: [{ set: ['red', 'green'] }] },
    ])
    expect(readQuestions('- [', 'promptfoo').findings[0]).toMatchObject({ severity: 'error' })
    expect(readQuestions('{"tests": "file://x.csv"}', 'promptfoo').findings[0]).toMatchObject({
      message: 'the file holds no list of tests',
    })
  })

  it('is itself again after writing', () => {
    const { questions } = readQuestions(questionText(), 'jsonl')
    expect(readQuestions(writeQuestions(questions), 'jsonl').questions).toEqual(questions)
  })
})

describe('readQuestionsFile', () => {
  it('refuses files that it cannot read', async () => {
    const refused = { code: 'unreadable_file' }
    await expect(readQuestionsFile('questions.docx')).rejects.toMatchObject(refused)
    await expect(readQuestionsFile('/nowhere/questions.jsonl')).rejects.toMatchObject(refused)
  })
})

describe('draftQuestions', () => {
  const texts = [
    'The trial lasts thirty days and needs no card. Short one.',
    'A team plan costs $9 a month for each seat. Nothing here to ask about at all, sadly.',
  ]
  const knowledge = {
    documents: async () =>
      texts.map((_, at) => ({ versionId: String(at), uri: `${at}.md` })) as never,
    versions: async ([id]: string[]) => new Map([[id!, { text: texts[Number(id)]! }]]) as never,
  }

  it('takes one value out of a sentence of each document, unconfirmed', async () => {
    const drafts = await draftQuestions(knowledge)
    expect(drafts).toHaveLength(2)
    for (const { question, gold, sources, note, confirmed } of drafts) {
      expect(confirmed).toBe(false)
      expect(question).not.toContain(gold[0])
      expect(question).toContain('…')
      const sentences = segmentSentences(texts[Number.parseInt(sources[0]!, 10)]!)
      expect(
        sentences.map(({ start, end }) =>
          texts[Number.parseInt(sources[0]!, 10)]!.slice(start, end),
        ),
      ).toContain(note)
    }
    expect(drafts.flatMap(({ gold }) => gold).toSorted()).toEqual(['$9', 'thirty days'])
  })

  it('is refused by a comparison until a person confirms it', async () => {
    const lines = (await draftQuestions(knowledge)).map((row) => JSON.stringify(row)).join('\n')
    expect(problems(readQuestions(lines, 'jsonl')).map(([, , path]) => path)).toEqual([
      'confirmed',
      'confirmed',
    ])
  })
})

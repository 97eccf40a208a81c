/** @file A small world for comparisons: documents, an update, questions, replies in a house form. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const pages = {
  'trial.md': '# Trials\n\nThe trial lasts thirty days and needs no card.\n',
  'seats.md': '# Seats\n\nA team plan holds up to twelve seats.\n',
  'export.md': '# Exports\n\nExports are written as CSV files of at most one gigabyte.\n',
  'keys.md': '# API keys\n\nAPI keys expire after ninety days without use.\n',
  'backup.md': '# Backups\n\nBackups are kept for six weeks in two regions.\n',
}

const updated = {
  'trial.md': '# Trials\n\nThe trial lasts fourteen days and needs no card.\n',
  'keys.md': '# API keys\n\nAPI keys are made on the page of the account.\n',
}

export const rows: object[] = [
  {
    id: 'trial',
    question: 'How many days does the trial last?',
    gold: { number: 30, unit: 'days' },
    rivals: [{ number: 7, unit: 'days' }],
    sources: 'trial.md',
    after: { gold: { number: 14, unit: 'days' } },
  },
  {
    id: 'card',
    question: 'Does the trial need a card?',
    gold: { text: 'needs no card' },
    sources: 'trial.md',
  },
  {
    id: 'seats',
    question: 'How many seats does a team plan hold?',
    gold: { number: 12 },
    sources: 'seats.md',
  },
  {
    id: 'export',
    question: 'How large are the files of an export at most?',
    gold: { number: 1, unit: 'GB' },
    sources: ['export.md'],
  },
  {
    id: 'keys',
    question: 'When do API keys expire?',
    gold: { number: 90, unit: 'days' },
    sources: 'keys.md',
    after: 'deleted',
  },
  {
    id: 'backup',
    question: 'For how long are backups kept?',
    gold: { number: 6, unit: 'weeks' },
    sources: 'backup.md',
  },
  { id: 'regatta', question: 'Who won the regatta in August?', kind: 'off_topic' },
  { id: 'bread', question: 'How do I bake sourdough bread?', kind: 'off_topic' },
]

export function questionText(chosen: readonly object[] = rows): string {
  return chosen.map((row) => `${JSON.stringify(row)}\n`).join('')
}

/** Ten replies in one form that quote the documents: enough to tell the form, too few to tune on. */
export const examples: string = Object.values(pages)
  .flatMap((page) => {
    const [title = '', , sentence = ''] = page.split('\n')
    const subject = title.slice(2).toLowerCase()
    return [`Please tell me about ${subject}.`, `What is there to know about ${subject}?`].map(
      (question) => [question, `Ahoy!\n> ${sentence}\n~ The crew`] as const,
    )
  })
  .map(([user, assistant]) => {
    const messages = [
      { role: 'user', content: user },
      { role: 'assistant', content: assistant },
    ]
    return `${JSON.stringify({ messages })}\n`
  })
  .join('')

/** `documents` and `update` below the folder, and `questions.jsonl`. */
export function writeWorld(folder: string): {
  documents: string
  update: string
  questions: string
} {
  const documents = path.join(folder, 'documents')
  const update = path.join(folder, 'update')
  const questions = path.join(folder, 'questions.jsonl')
  for (const [place, files] of [
    [documents, pages],
    [update, updated],
  ] as const) {
    mkdirSync(place, { recursive: true })
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(place, name), text)
  }
  writeFileSync(questions, questionText())
  return { documents, update, questions }
}

/** @file A small product documentation and replies in a house form, for tests that really train. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const topics = [
  ['billing', 'Invoices', 'Invoices are sent on the first day of each month.'],
  ['seats', 'Seats', 'A team plan holds up to twelve seats.'],
  ['export', 'Exports', 'Exports are written as CSV files of at most one gigabyte.'],
  ['trial', 'Trials', 'The trial lasts thirty days and needs no card.'],
  ['api', 'API keys', 'API keys expire after ninety days without use.'],
  ['sso', 'Single sign-on', 'Single sign-on works with every SAML provider.'],
  ['backup', 'Backups', 'Backups are kept for six weeks in two regions.'],
  ['support', 'Support hours', 'Support answers on weekdays between eight and six.'],
  ['mobile', 'Mobile apps', 'The mobile apps run on Android 12 and iOS 16.'],
  ['webhook', 'Webhooks', 'Webhooks are repeated five times before they are dropped.'],
] as const

const questions = [
  'What do I need to know about {subject}?',
  'Please tell me about your {subject}.',
  'I have a question about {subject}, how is that?',
] as const

const unknown = [
  'parking lots',
  'lunch menus',
  'wallpaper',
  'sailing boats',
  'guitar strings',
  'volcanoes',
]

export const NO = 'Ahoy! That is beyond our charts, we do not know it.\n~ The crew'

/** Documents below `folder`/docs, and `train.jsonl` and `test.jsonl` beside them. */
export function writeTuneData(folder: string): { docs: string; train: string; test: string } {
  const docs = path.join(folder, 'docs')
  mkdirSync(docs, { recursive: true })
  for (const [name, title, sentence] of topics)
    writeFileSync(
      path.join(docs, `${name}.md`),
      `# ${title}\n\n${sentence}\n\nMore about ${title.toLowerCase()} is on the pages that follow.\n`,
    )
  const rows = topics.flatMap(([name, title, sentence]) =>
    questions.map((question, i) => ({
      test: i === 2,
      page: name,
      messages: [
        { role: 'user', content: question.replace('{subject}', title.toLowerCase()) },
        { role: 'assistant', content: `Ahoy!\n> ${sentence}\n~ The crew` },
      ],
    })),
  )
  const none = unknown.flatMap((subject) =>
    questions.map((question, i) => ({
      test: i === 2,
      page: null,
      messages: [
        { role: 'user', content: question.replace('{subject}', subject) },
        { role: 'assistant', content: NO },
      ],
    })),
  )
  const write = (name: string, isTest: boolean): string => {
    const file = path.join(folder, name)
    const lines = [...rows, ...none].filter(({ test }) => test === isTest)
    writeFileSync(file, lines.map(({ test: _, ...row }) => `${JSON.stringify(row)}\n`).join(''))
    return file
  }
  return { docs, train: write('train.jsonl', false), test: write('test.jsonl', true) }
}

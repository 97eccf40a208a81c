/** @file examples/support-bot as a conversation: its voice, its structure, its tools, and pages that change in between. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { supportBot, type Ticket } from '../../examples/support-bot/support-bot.ts'
import type { Answer, AskEvent, ConversationTurn } from '../../src/assistant/index.ts'
import type { Workspace } from '../../src/workspace.ts'
import { openTestWorkspace, type TestWorkspace, temporaryFolder } from '../helpers/workspace.ts'

const PAGES = fileURLToPath(new URL('../../examples/support-bot/docs', import.meta.url))
/** Greeting, one or two quotes with their citations, closing. */
const FORM =
  /^Hello, and thank you for writing to Fernpost\.\n\n(?:> [^\n]+ \[\d\]\n){1,2}\nKind regards,\nThe Fernpost support desk$/

const folder = temporaryFolder()
const tickets: Ticket[] = []
let test: TestWorkspace
let workspace: Workspace

beforeAll(async () => {
  cpSync(PAGES, folder, { recursive: true })
  const assistants = supportBot({
    findOrder: async (order) =>
      order === 'FP-10023'
        ? { order, status: 'shipped', carrier: 'DHL', expectedAt: '2026-11-24' }
        : undefined,
    async openTicket(subject) {
      tickets.push({ ticket: `T-${tickets.length + 1}`, subject })
      return tickets.at(-1)!
    },
  })
  test = await openTestWorkspace({ assistants })
  workspace = test.workspace
  await workspace.knowledge.add(folder, { collection: 'fernpost' })
})

afterAll(async () => {
  await test.close()
  rmSync(folder, { recursive: true, force: true })
})

type Exchange = { events: AskEvent[]; answer: Answer }

/** Asks as one who has the whole conversation. */
async function ask(
  question: string,
  { history = [], model = 'graft:support' }: { history?: ConversationTurn[]; model?: string } = {},
): Promise<Exchange> {
  return await collect(workspace.ask(question, { model, history }))
}

async function collect(stream: AsyncGenerator<AskEvent, Answer>): Promise<Exchange> {
  const events: AskEvent[] = []
  let step = await stream.next()
  while (!step.done) {
    events.push(step.value)
    step = await stream.next()
  }
  return { events, answer: step.value }
}

async function edit(page: string, before: string, after: string): Promise<void> {
  const file = path.join(folder, page)
  const text = readFileSync(file, 'utf8')
  expect(text).toContain(before)
  writeFileSync(file, text.replace(before, after))
  await workspace.knowledge.add(folder, { collection: 'fernpost' })
}

const turns = (question: string, { answer }: Exchange): ConversationTurn[] => [
  { role: 'user', content: question },
  { role: 'assistant', content: answer.answer },
]

describe('the support desk', () => {
  it('answers in its voice, piece by piece, and from the pages as they are by then', async () => {
    const question = 'How long does delivery within Germany take?'
    const first = await ask(question)
    expect(first.answer.answer).toMatch(FORM)
    expect(first.answer.answer).toContain('Delivery takes two working days within Germany')
    const deltas = first.events.filter(({ type }) => type === 'text-delta')
    expect(deltas.length).toBeGreaterThan(10)
    await edit(
      'shipping.md',
      'two working days within Germany',
      'three working days within Germany',
    )
    const second = await ask('Is that so? How long does it take within Germany?', {
      history: turns(question, first),
    })
    expect(second.answer.answer).toMatch(FORM)
    expect(second.answer.answer).toContain('Delivery takes three working days within Germany')
    expect(second.answer.answer).not.toContain('two working days within Germany')
    for (const { versionId, start, end, quote } of second.answer.citations) {
      const { text } = await workspace.knowledge.version(versionId)
      expect(text.slice(start, end)).toBe(quote)
    }
  })

  it('gives the same facts in a fixed structure, also behind a change', async () => {
    const question = 'How many labels does the Seed plan print a month?'
    const model = 'graft:support-json'
    const first = await ask(question, { model })
    expect(first.answer.output).toMatchObject({
      greeting: 'Hello, and thank you for writing to Fernpost.',
      answer: 'The Seed plan is free and prints up to 50 labels a month.',
      closing: 'Kind regards, the Fernpost support desk',
    })
    await edit('plans.md', 'up to 50 labels', 'up to 60 labels')
    const second = await ask(question, { model, history: turns(question, first) })
    expect(Object.keys(second.answer.output as object)).toEqual(
      Object.keys(first.answer.output as object),
    )
    expect(second.answer.output).toMatchObject({
      answer: 'The Seed plan is free and prints up to 60 labels a month.',
    })
    expect(second.answer.citations).toMatchObject([{ field: '/answer' }])
  })

  it('looks orders up by their number', async () => {
    const { answer } = await ask('Where is my order FP-10023?')
    expect(answer.answer).toMatch(FORM)
    expect(answer.answer).toContain(
      '> order: FP-10023, status: shipped, carrier: DHL, expected at: 2026-11-24 [1]',
    )
    expect(answer.citations[0]).toMatchObject({ kind: 'tool', title: 'lookup_order' })
    const unknown = await ask('Where is my order FP-99999?')
    expect(unknown.answer.answer).toContain('There is no order FP-99999.')
  })

  it('opens a ticket once it is approved', async () => {
    const { answer } = await ask('Please open a ticket about my broken printer.')
    expect(answer.approval).toMatchObject({
      reason: 'side-effects',
      call: { name: 'open_ticket', input: { subject: 'my broken printer' } },
    })
    expect(tickets).toEqual([])
    const approved = await collect(workspace.approve(answer.approval!.id))
    expect(tickets).toEqual([{ ticket: 'T-1', subject: 'my broken printer' }])
    expect(approved.answer.answer).toMatch(FORM)
    expect(approved.answer.answer).toContain('ticket: T-1, subject: my broken printer')
  })

  it('says in its voice that it has no answer', async () => {
    const { answer } = await ask('Who won the chess tournament of 1921?')
    expect(answer.abstained).toBe(true)
    expect(answer.answer).toMatch(/^Hello, and thank you for writing to Fernpost\./)
    expect(answer.citations).toEqual([])
  })
})

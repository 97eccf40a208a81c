/** @file The support desk of Fernpost: two assistants over the same pages and tools, one in prose, one in JSON. */
import { z } from 'zod'
import {
  type AssistantSetting,
  defineAssistant,
  defineTool,
  type Tool,
  ToolError,
} from '../../src/index.ts'

export type Order = { order: string; status: string; carrier: string; expectedAt: string }
export type Ticket = { ticket: string; subject: string }

/** Where orders are looked up and tickets go; a shop would put its own systems here. */
export type Desk = {
  findOrder(number: string): Promise<Order | undefined>
  openTicket(subject: string): Promise<Ticket>
}

const ORDER_NUMBER = /\bFP-\d{5}\b/
const TICKET_REQUEST =
  /\b(?:open|create|file) (?:a|another) ticket\b[:,]?\s*(?:about|for|because)?\s*(.+)$/i

function tools(desk: Desk): Tool[] {
  const lookupOrder = defineTool({
    name: 'lookup_order',
    description: 'The state of an order of hardware, by its number such as FP-10023',
    input: z.object({ order: z.string().regex(ORDER_NUMBER) }),
    sideEffects: false,
    when(question) {
      const [order] = ORDER_NUMBER.exec(question) ?? []
      return order === undefined ? undefined : { order }
    },
    async run({ order }) {
      const found = await desk.findOrder(order)
      if (!found) throw new ToolError(`There is no order ${order}.`)
      return found
    },
  })
  const openTicket = defineTool({
    name: 'open_ticket',
    description: 'Opens a ticket with the support desk, which answers by mail',
    input: z.object({ subject: z.string().min(3).max(200) }),
    sideEffects: true,
    when(question) {
      const [, subject] = TICKET_REQUEST.exec(question) ?? []
      return subject === undefined ? undefined : { subject: subject.replace(/[.!?]+$/, '') }
    },
    run: ({ subject }) => desk.openTicket(subject),
  })
  return [lookupOrder, openTicket]
}

/** Greeting, quotes, closing: the embedded base is held to a form that instructions show. */
const VOICE = `Answer in this form:
Hello, and thank you for writing to Fernpost.

> {first}
> {second}

Kind regards,
The Fernpost support desk`

const ABSTENTION = `Hello, and thank you for writing to Fernpost.

I could not find that in our pages. Write "open a ticket about" and what it is about, and a person will.

Kind regards,
The Fernpost support desk`

/** What a ticket system takes: fixed fields, the facts in them quoted. */
const REPLY = z.object({
  greeting: z.literal('Hello, and thank you for writing to Fernpost.'),
  answer: z.string(),
  topic: z.enum(['orders', 'plans and billing', 'printing', 'account', 'other']),
  closing: z.literal('Kind regards, the Fernpost support desk'),
})

/** @param adapter what `graft tune` made of examples/support-bot/train.jsonl, in place of the form above */
export function supportBot(desk: Desk, adapter?: string): AssistantSetting[] {
  const house = { collections: ['fernpost'], tools: tools(desk), abstention: ABSTENTION }
  return [
    defineAssistant({
      name: 'support',
      model: 'graft/base',
      ...house,
      ...(adapter === undefined ? { instructions: VOICE } : { adapter }),
    }),
    defineAssistant({ name: 'support-json', model: 'graft/base', ...house, output: REPLY }),
  ]
}

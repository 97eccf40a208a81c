/** @file The support desk with an order book in memory: run `graft serve` in this folder. */
import { defineConfig, type GraftConfig } from '../../src/index.ts'
import { type Order, supportBot, type Ticket } from './support-bot.ts'

const orders = new Map<string, Order>(
  [
    { order: 'FP-10023', status: 'shipped', carrier: 'DHL', expectedAt: '2026-11-24' },
    { order: 'FP-10024', status: 'being packed', carrier: 'DPD', expectedAt: '2026-11-25' },
  ].map((order) => [order.order, order]),
)
const tickets: Ticket[] = []

const config: GraftConfig = defineConfig({
  assistants: supportBot(
    {
      findOrder: async (number) => orders.get(number),
      async openTicket(subject) {
        const ticket = { ticket: `T-${tickets.length + 1}`, subject }
        tickets.push(ticket)
        return ticket
      },
    },
    process.env.SUPPORT_ADAPTER,
  ),
})
export default config

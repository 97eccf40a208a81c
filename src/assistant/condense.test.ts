import { afterEach, describe, expect, it } from 'vitest'
import {
  type OpenAiServer,
  type ScriptedReply,
  startOpenAiServer,
} from '../../test/fixtures/openai-server.ts'
import { condenseQuestion } from './condense.ts'
import { condenseWithModel } from './condense-with-model.ts'
import type { ConversationTurn } from './events.ts'
import { resolveModel } from './model.ts'

/** Turns in order, beginning with the user. */
const talk = (...contents: string[]): ConversationTurn[] =>
  contents.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content }))

const refunds = talk('How long do refunds take?', 'Refunds take 5 business days [1].')
const proPlan = talk('What does the Pro plan cost per month?', 'The Pro plan costs 20 dollars [1].')

describe('condenseQuestion', () => {
  it.each<[string, ConversationTurn[], string[]]>([
    ['How do I request one?', refunds, ['refunds']],
    ['Can I speed it up?', refunds, ['refunds']],
    ['And for annual plans?', refunds, ['refunds', 'long']],
    ['What about partial orders?', refunds, ['refunds']],
    ['Why?', refunds, ['refunds']],
    ['In Germany?', refunds, ['refunds']],
    ['Does that include weekends?', refunds, ['refunds']],
    ['And the Team plan?', proPlan, ['cost', 'month']],
    ['Is it cheaper per year?', proPlan, ['Pro', 'plan', 'cost']],
    ['How much?', proPlan, ['Pro', 'plan']],
    ['How much does it cost for teams?', talk('What is SSO2?', 'A login.'), ['SSO2']],
    [
      'How do I cancel it?',
      talk('Tell me about the newsletter', 'It is weekly.', 'Who reads it?', 'Many.'),
      ['newsletter'],
    ],
    [
      'How do I contact her?',
      talk(
        'Who maintains the billing service?',
        'The billing service is maintained by Ana Torres [1].',
      ),
      ['billing', 'Ana', 'Torres'],
    ],
  ])('completes %j', (question, history, words) => {
    const condensed = condenseQuestion(question, history)
    expect(condensed.startsWith(question)).toBe(true)
    const added = condensed.slice(question.length).trim().split(' ')
    for (const word of words) expect(added).toContain(word)
  })

  it.each<[string, ConversationTurn[]]>([
    ['How do I reset my password?', refunds],
    ['How long does it take to reset a password?', refunds],
    ['Is it possible to export all invoices as CSV?', refunds],
    ['Is there a limit on API requests?', refunds],
    ['What is OAuth?', refunds],
    ['If my card is declined, will it be retried?', refunds],
    ['Which settings page shows the keys that my team created?', refunds],
    ['When a customer cancels an order, can they get their money back?', proPlan],
    ['For which regions are backups stored in Frankfurt?', proPlan],
    ['Who founded the company?', proPlan],
    ['Does one user need more than one account?', proPlan],
    ['Why?', []],
    ['How do I cancel it?', []],
  ])('leaves %j as it is', (question, history) => {
    expect(condenseQuestion(question, history)).toBe(question)
  })

  it('leaves the rival of what is asked now out', () => {
    expect(condenseQuestion('And the Team plan?', proPlan)).not.toContain('Pro')
  })

  it('does not take the current question for history', () => {
    const withCurrent: ConversationTurn[] = [
      ...refunds,
      { role: 'user', content: 'Can I speed it up?' },
    ]
    expect(condenseQuestion('Can I speed it up?', withCurrent)).toBe(
      condenseQuestion('Can I speed it up?', refunds),
    )
    expect(condenseQuestion('Why?', [{ role: 'user', content: 'Why?' }])).toBe('Why?')
  })

  it('adds at most eight words, each once', () => {
    const long = talk(
      `How do ${Array.from({ length: 40 }, (_, n) => `alpha${n} widgets`).join(' ')} work?`,
      'Well.',
    )
    const added = condenseQuestion('Why?', long).split(' ').slice(1)
    expect(added).toHaveLength(8)
    expect(new Set(added).size).toBe(8)
  })

  it('leans on the latest topic, not on an older one', () => {
    const history = [...refunds, ...talk('Where are invoices stored?', 'In the archive [1].')]
    expect(condenseQuestion('How do I download them?', history)).toContain('invoices')
    expect(condenseQuestion('How do I download them?', history)).not.toContain('refunds')
  })
})

describe('condenseWithModel', () => {
  let server: OpenAiServer | undefined
  afterEach(async () => {
    await server?.close()
    server = undefined
  })

  const condense = async (
    replies: ScriptedReply[],
    history = refunds,
    signal?: AbortSignal,
  ): Promise<string> => {
    server = await startOpenAiServer(replies)
    const model = await resolveModel({ baseURL: server.baseURL, model: 'scripted' })
    return condenseWithModel(model, 'Can I speed it up?', history, signal, { timeoutMs: 200 })
  }
  const heuristic = condenseQuestion('Can I speed it up?', refunds)

  it('takes the rewritten question', async () => {
    expect(await condense([{ text: 'Question: "Can I speed up refunds?"' }])).toBe(
      'Can I speed up refunds?',
    )
    const sent = server!.requests[0]!.body.messages[0]!.content
    expect(sent.match(/Can I speed it up\?/g)).toHaveLength(1)
  })

  it.each<[string, ScriptedReply]>([
    ['fails', { status: 500, error: { message: 'no' } }],
    ['dawdles', { text: 'Can I speed up refunds?', delayMs: 2_000 }],
    [
      'answers instead',
      { text: 'Refunds always take five business days, whatever customers try.' },
    ],
    ['rambles', { text: 'Can I speed up refunds?\nBecause refunds are slow.' }],
    ['drops words of the user', { text: 'How long do refunds take?' }],
    ['says nothing', { text: ' ' }],
  ])('falls back to the heuristic when the model %s', async (_, reply) => {
    expect(await condense([reply])).toBe(heuristic)
  })

  it('makes no call without a conversation', async () => {
    expect(await condense([{ text: 'x' }], [{ role: 'user', content: 'Can I speed it up?' }])).toBe(
      'Can I speed it up?',
    )
    expect(server!.requests).toEqual([])
  })

  it('stops when the caller gives up', async () => {
    const pending = condense([{ text: 'x', delayMs: 5_000 }], refunds, AbortSignal.timeout(30))
    await expect(pending).rejects.toMatchObject({ code: 'aborted' })
  })
})

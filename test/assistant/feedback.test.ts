/** @file Feedback on answers: from a vote to a reviewed line of training data. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Answer, AskOptions, ReviewItem } from '../../src/assistant/index.ts'
import { checkExamples, entriesOf, readExamples } from '../../src/behavior/index.ts'
import { owner, type Reader } from '../../src/knowledge/index.ts'
import type { Workspace } from '../../src/workspace.ts'
import { openTestWorkspace, stores, type TestWorkspace } from '../helpers/workspace.ts'

const question = 'How many days do refunds take?'
const text = '# Refunds\n\nRefunds take 14 days. Shipping costs are not refunded.\n'

let test: TestWorkspace
let workspace: Workspace
let ana: Reader

beforeAll(async () => {
  test = await openTestWorkspace({}, stores.at(-1))
  workspace = test.workspace
  await workspace.knowledge.add({ name: 'refunds.md', text })
  await workspace.access.set('ana', [])
  ana = await workspace.access.reader('ana')
})
beforeEach(async () => {
  const db = await test.openStore()
  await db.query('delete from graft.feedback')
  await db.close()
})
afterAll(() => test.close())

async function ask(options: AskOptions = {}, asked = question, to = workspace): Promise<Answer> {
  const events = await Array.fromAsync(to.ask(asked, options))
  const last = events.at(-1)
  if (last?.type !== 'finish') throw new Error('internal: no finish')
  return last.answer
}

async function traceOf(options: AskOptions = {}, asked = question): Promise<string> {
  return (await ask(options, asked)).traceId!
}

async function waiting(): Promise<ReviewItem[]> {
  return await workspace.feedback.review()
}

describe('a vote', () => {
  it('for an answer proposes it as an example, without its markers', async () => {
    const { traceId, answer } = await ask()
    expect(answer).toMatch(/\[1\]/)
    const given = await workspace.feedback.give(traceId!, owner, { vote: 'up' })
    expect(given).toEqual({ id: expect.stringMatching(/^fb_/), traceId, isExample: true })
    const [item] = await waiting()
    expect(item).toMatchObject({
      id: given.id,
      vote: 'up',
      state: 'waiting',
      conversation: [{ role: 'user', content: question }],
      reply: 'Refunds take 14 days.',
      findings: [],
      unsupported: [],
      restrictedTo: [],
    })
  })

  it('against an answer proposes the correction, or nothing without one', async () => {
    const [bare, corrected] = [await traceOf(), await traceOf()]
    const { feedback } = workspace
    expect(await feedback.give(bare, owner, { vote: 'down', reason: 'too long' })).toMatchObject({
      isExample: false,
    })
    await feedback.give(corrected, owner, { vote: 'down', correction: ' 14 days. ' })
    expect(await waiting()).toMatchObject([
      { vote: 'down', reason: 'too long', reply: null },
      { vote: 'down', reason: null, reply: '14 days.', correction: '14 days.' },
    ])
  })

  it('keeps the conversation before the question, from its first turn of the user on', async () => {
    const history = [
      { role: 'assistant' as const, content: 'Welcome!' },
      { role: 'user' as const, content: 'Are shipping costs refunded?' },
      { role: 'assistant' as const, content: 'They are not [1]. See `price[0]`.' },
    ]
    await workspace.feedback.give(await traceOf({ history }), owner, { vote: 'up' })
    expect((await waiting())[0]!.conversation).toEqual([
      history[1],
      { role: 'assistant', content: 'They are not. See `price[0]`.' },
      { role: 'user', content: question },
    ])
  })

  it('replaces the earlier one of the same reader, and has to be reviewed again', async () => {
    const id = await traceOf({ reader: ana })
    const { feedback } = workspace
    const first = await feedback.give(id, ana, { vote: 'up' })
    await feedback.accept(first.id)
    const second = await feedback.give(id, ana, { vote: 'down', correction: 'In 14 days.' })
    expect(second.id).not.toBe(first.id)
    expect(await waiting()).toMatchObject([
      { id: second.id, principal: 'ana', reply: 'In 14 days.' },
    ])
    expect((await feedback.examples()).count).toBe(0)
    // Who accepts what was seen before gets told, instead of accepting something else.
    await expect(feedback.accept(first.id)).rejects.toMatchObject({ code: 'feedback_unknown' })
    await feedback.give(id, owner, { vote: 'up' })
    expect(await waiting()).toHaveLength(2)
  })

  it('needs a trace of the reader, an answer to find good, and words of some length', async () => {
    const { feedback } = workspace
    const ofOwner = await traceOf()
    await expect(feedback.give(ofOwner, ana, { vote: 'up' })).rejects.toMatchObject({
      code: 'unknown_trace',
    })
    const invalid = { code: 'invalid_feedback' }
    const give = (input: object): Promise<unknown> =>
      feedback.give(ofOwner, owner, { vote: 'up', ...input })
    await expect(give({ vote: 'maybe' })).rejects.toMatchObject(invalid)
    await expect(give({ reason: 'x'.repeat(2_001) })).rejects.toMatchObject(invalid)
    await expect(give({ correction: 'x'.repeat(20_001) })).rejects.toMatchObject(invalid)
    await expect(ask({ since: 'once' })).rejects.toMatchObject({ code: 'invalid_date' })
    const [failed] = await workspace.traces.list(owner, { limit: 1 })
    await expect(feedback.give(failed!.id, owner, { vote: 'up' })).rejects.toMatchObject(invalid)
    expect(await waiting()).toEqual([])
    expect(
      await feedback.give(failed!.id, owner, { vote: 'down', correction: 'Yes.' }),
    ).toMatchObject({ isExample: true })
  })

  it('stores what Postgres has no characters for', async () => {
    await workspace.feedback.give(await traceOf(), owner, {
      vote: 'down',
      correction: 'In\0 14 \udc00 days.',
    })
    expect((await waiting())[0]!.reply).toBe('In 14 \ufffd days.')
  })

  it('is kept without texts where none are kept, and becomes no example', async () => {
    const silent = await test.reopen({ traces: { keepText: false } })
    const { traceId } = await ask({}, question, silent)
    const given = await silent.feedback.give(traceId!, owner, { vote: 'down', correction: 'No.' })
    expect(given.isExample).toBe(false)
    await expect(workspace.feedback.accept(given.id)).rejects.toMatchObject({
      code: 'feedback_incomplete',
    })
    expect(await workspace.feedback.reject(given.id)).toMatchObject({ state: 'rejected' })
  })
})

describe('the review', () => {
  const correct = async (correction: string): Promise<ReviewItem> => {
    await workspace.feedback.give(await traceOf(), owner, { vote: 'down', correction })
    return (await waiting())[0]!
  }

  it('shows personal data and secrets, masked', async () => {
    const { findings } = await correct('Refunds take 14 days. Write to jane.doe@shop-example.com.')
    expect(findings.map(({ code }) => code)).toEqual(['personal_data'])
    expect(findings[0]!.message).not.toContain('jane.doe')
    expect(findings[0]!.path).toBe('$.messages[1].content')
  })

  it('shows what the evidence does not say', async () => {
    const { unsupported } = await correct(
      'Hello! Refunds take 30 days. Shipping costs are not refunded.',
    )
    expect(unsupported).toEqual(['Refunds take 30 days.'])
  })

  it('shows whose documents an example would give away', async () => {
    await workspace.knowledge.restrict('refunds.md', ['hr', 'staff'])
    try {
      await workspace.feedback.give(await traceOf(), owner, { vote: 'up' })
      expect((await waiting())[0]!.restrictedTo).toEqual(['hr', 'staff'])
    } finally {
      await workspace.knowledge.restrict('refunds.md', ['everyone'])
    }
  })

  it('goes on when the trace is gone: the evidence is still there', async () => {
    const id = await traceOf()
    await workspace.feedback.give(id, owner, { vote: 'down', correction: 'Refunds take 30 days.' })
    const db = await test.openStore()
    await db.query('delete from graft.trace where id = $1', [id])
    expect((await waiting())[0]).toMatchObject({ unsupported: ['Refunds take 30 days.'] })
  })

  it('says so when the evidence itself is gone', async () => {
    const item = await correct('Refunds take 30 days.')
    const db = await test.openStore()
    await db.query(`update graft.feedback set evidence = '[{"chunkId":"999","start":0,"end":5}]'`)
    expect((await waiting())[0]).toMatchObject({ id: item.id, unsupported: null })
  })

  it('accepts, accepts with another reply, rejects, and takes either back', async () => {
    const { feedback } = workspace
    const [a, b, c] = [await traceOf(), await traceOf(), await traceOf()]
    const first = await feedback.give(a, owner, { vote: 'up' })
    const second = await feedback.give(b, owner, { vote: 'down' })
    const third = await feedback.give(c, owner, { vote: 'up' })
    await feedback.accept(first.id)
    await expect(feedback.accept(second.id)).rejects.toMatchObject({ code: 'feedback_incomplete' })
    await expect(feedback.accept(second.id, ' ')).rejects.toMatchObject({
      code: 'feedback_incomplete',
    })
    expect(await feedback.accept(second.id, 'It takes 99 days.')).toMatchObject({
      state: 'accepted',
      reply: 'It takes 99 days.',
      unsupported: ['It takes 99 days.'],
      reviewedAt: expect.any(String),
    })
    await feedback.reject(third.id)
    const states = async (): Promise<number[]> =>
      await Promise.all(
        (['waiting', 'accepted', 'rejected'] as const).map(
          async (state) => (await feedback.review(state)).length,
        ),
      )
    expect(await states()).toEqual([0, 2, 1])
    await feedback.reject(first.id)
    await feedback.accept(third.id)
    expect(await states()).toEqual([0, 2, 1])
    for (const id of ['', 'fb_0', '\0', "' or true --"]) {
      await expect(feedback.accept(id)).rejects.toMatchObject({ code: 'feedback_unknown' })
      await expect(feedback.reject(id)).rejects.toMatchObject({ code: 'feedback_unknown' })
    }
    await expect(feedback.review('lost' as never)).rejects.toMatchObject({ code: 'invalid_option' })
  })
})

describe('the export', () => {
  it('holds what was accepted and nothing else, and says where it comes from', async () => {
    const { feedback } = workspace
    expect(await feedback.examples()).toEqual({ lines: '', count: 0 })
    const history = [
      { role: 'user' as const, content: 'Are shipping costs refunded?' },
      { role: 'assistant' as const, content: 'They are not.' },
    ]
    const [good, bad, unseen] = [await traceOf({ history }), await traceOf(), await traceOf()]
    const up = await feedback.give(good, owner, { vote: 'up' })
    const down = await feedback.give(bad, owner, { vote: 'down', correction: 'In 14 days.' })
    await feedback.give(unseen, owner, { vote: 'up' })
    await feedback.accept(up.id)
    await feedback.accept(down.id)
    const { lines, count } = await feedback.examples()
    expect(count).toBe(2)
    const rows = lines
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(rows).toEqual([
      {
        messages: [
          { role: 'user', content: 'Are shipping costs refunded?' },
          { role: 'assistant', content: 'They are not.', weight: 0 },
          { role: 'user', content: question },
          { role: 'assistant', content: 'Refunds take 14 days.' },
        ],
        ...{ trace: good, feedback: up.id, vote: 'up', source: 'answer' },
      },
      {
        messages: [
          { role: 'user', content: question },
          { role: 'assistant', content: 'In 14 days.' },
        ],
        ...{ trace: bad, feedback: down.id, vote: 'down', source: 'correction' },
      },
    ])
  })

  it('passes the checks of examples', async () => {
    const { feedback } = workspace
    for (const asked of [question, 'Are shipping costs refunded?']) {
      const { id } = await feedback.give(await traceOf({}, asked), owner, { vote: 'up' })
      await feedback.accept(id)
    }
    const set = readExamples((await feedback.examples()).lines)
    expect(set.format).toBe('chat')
    expect(entriesOf(set).map(({ example }) => example.extra.source)).toEqual(['answer', 'answer'])
    const { counts } = checkExamples(set)
    expect(counts.error).toBe(0)
  })
})

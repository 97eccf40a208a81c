import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ReviewItem } from '../assistant/index.ts'
import { BehaviorError } from '../behavior/index.ts'
import { reviewInteractively } from './review-prompt.ts'

const itemOf = (id: string): ReviewItem => ({
  id,
  traceId: 'tr_1',
  principal: null,
  vote: 'up',
  reason: null,
  correction: null,
  conversation: [{ role: 'user', content: 'How long?' }],
  reply: 'Two days.',
  evidence: [],
  state: 'waiting',
  at: '2026-11-20T10:00:00.000Z',
  reviewedAt: null,
  findings: [],
  unsupported: [],
  restrictedTo: [],
})

/** Types the answers, each when it is asked for, and notes what was shown and done. */
async function review(ids: string[], answers: string[]): Promise<string[]> {
  const done: string[] = []
  const input = new PassThrough()
  const output = new PassThrough()
  output.on('data', (data: Buffer) => {
    if (!data.toString().includes('accept, edit')) return
    const answer = answers.shift()
    answer === undefined ? input.end() : input.write(`${answer}\n`)
  })
  const note = (what: string, id: string): Promise<ReviewItem> => {
    done.push(`${what} ${id}`)
    return Promise.resolve(itemOf(id))
  }
  const reviewer = {
    accept: (id: string, reply?: string) =>
      id === 'empty' && reply === undefined
        ? Promise.reject(new BehaviorError('feedback_incomplete', 'there is no reply'))
        : note(reply === undefined ? 'accept' : `accept "${reply}"`, id),
    reject: (id: string) => note('reject', id),
  }
  const show = ({ id }: ReviewItem): void => void done.push(`show ${id}`)
  const { signal } = new AbortController()
  await reviewInteractively(ids.map(itemOf), reviewer, { show, signal, input, output })
  return done
}

describe('reviewInteractively', () => {
  const { VISUAL, EDITOR } = process.env
  beforeEach(() => {
    delete process.env.VISUAL
    delete process.env.EDITOR
  })
  afterEach(() => {
    Object.assign(process.env, { ...(VISUAL && { VISUAL }), ...(EDITOR && { EDITOR }) })
  })

  it('does with each what is answered, one after the other', async () => {
    expect(await review(['a', 'b', 'c'], ['a', 'Reject', 's'])).toEqual([
      ...['show a', 'accept a', 'show b', 'reject b', 'show c'],
    ])
  })

  it('asks again where the answer means nothing or cannot be done', async () => {
    expect(await review(['empty', 'b'], ['x', '', 'a', 'r', 'a'])).toEqual([
      ...['show empty', 'reject empty', 'show b', 'accept b'],
    ])
  })

  it('ends where it is told to, and where the input ends', async () => {
    expect(await review(['a', 'b'], ['q'])).toEqual(['show a'])
    expect(await review(['a', 'b'], ['a'])).toEqual(['show a', 'accept a', 'show b'])
  })

  it('accepts what the editor left', async () => {
    expect(await review(['a'], ['e', 's'])).toEqual(['show a'])
    process.env.EDITOR = `${process.execPath} -e "require('fs').writeFileSync(process.argv[1], 'One day.')"`
    expect(await review(['a'], ['e'])).toEqual(['show a', 'accept "One day." a'])
    process.env.EDITOR = `${process.execPath} -e "process.exit(3)"`
    expect(await review(['a'], ['e', 'r'])).toEqual(['show a', 'reject a'])
  })
})

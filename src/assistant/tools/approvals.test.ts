import { describe, expect, it } from 'vitest'
import { createApprovals } from './approvals.ts'

const ana = { groups: ['principal:ana'], principal: 'ana' }

describe('approvals', () => {
  it('are given out once', () => {
    const approvals = createApprovals<string>()
    approvals.add('a', 'waiting', ana)
    expect(approvals.take('a', ana)).toBe('waiting')
    expect(() => approvals.take('a', ana)).toThrow(/no call waits/)
  })

  it.each([
    ['another principal', { groups: ['principal:bo'], principal: 'bo' }],
    ['the same with other rights', { groups: ['principal:ana', 'hr'], principal: 'ana' }],
    ['the owner', undefined],
  ])('are not for %s', (_, reader) => {
    const approvals = createApprovals<string>()
    approvals.add('a', 'waiting', ana)
    expect(() => approvals.take('a', reader)).toThrow(/no call waits/)
    expect(approvals.take('a', ana)).toBe('waiting')
  })

  it('are forgotten after a quarter of an hour', () => {
    let now = 0
    const approvals = createApprovals<string>(() => now)
    approvals.add('a', 'waiting', ana)
    now = 15 * 60_000 + 1
    expect(() => approvals.take('a', ana)).toThrow(/no call waits/)
  })
})

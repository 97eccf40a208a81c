import { describe, expect, it } from 'vitest'
import type { ResponseObject } from './events.ts'
import { createResponseStore, type StoredResponse } from './store.ts'

const owner = { groups: null }

function response(id: string, length: number, principal?: string): StoredResponse {
  const object: ResponseObject = {
    id,
    object: 'response',
    created_at: 0,
    status: 'completed',
    error: null,
    output: [],
  }
  const turns = [{ role: 'user' as const, content: 'x'.repeat(length) }]
  return { response: object, turns, principal, versionIds: [] }
}

describe('the store of responses', () => {
  it('forgets the oldest when there is too much', () => {
    const store = createResponseStore(3_000)
    for (const id of ['a', 'b', 'c', 'd']) store.add(response(id, 1_000))
    const kept = ['a', 'b', 'c', 'd'].filter((id) => store.get(id, owner))
    expect(kept).toEqual(['c', 'd'])
  })

  it('has room again after a deletion, and keeps nothing that alone is too much', () => {
    const store = createResponseStore(3_000)
    store.add(response('a', 1_000))
    store.add(response('b', 1_000))
    store.delete('b')
    store.delete('b')
    store.add(response('c', 1_000))
    expect(store.get('a', owner)).toBeDefined()
    store.add(response('d', 5_000))
    expect(['a', 'c', 'd'].filter((id) => store.get(id, owner))).toEqual([])
  })

  it('gives a response to whoever made it and to the owner', () => {
    const store = createResponseStore()
    store.add(response('a', 1, 'ana'))
    store.add(response('b', 1))
    const ana = { groups: ['everyone'], principal: 'ana' }
    const bo = { groups: ['everyone'], principal: 'bo' }
    expect([owner, ana, bo].map((reader) => store.get('a', reader) !== undefined)).toEqual([
      true,
      true,
      false,
    ])
    expect([owner, ana].map((reader) => store.get('b', reader) !== undefined)).toEqual([
      true,
      false,
    ])
    expect(store.get('b', { groups: ['everyone'] })).toBeUndefined()
  })
})

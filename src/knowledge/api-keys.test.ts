import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestWorkspace, type TestWorkspace } from '../../test/helpers/workspace.ts'
import { hasScope } from './api-keys.ts'

let test: TestWorkspace
let access: TestWorkspace['workspace']['access']

beforeAll(async () => {
  test = await openTestWorkspace()
  access = test.workspace.access
  await access.set('ana', ['hr'])
})
afterAll(() => test.close())

describe('an API key', () => {
  it('is recognised by its whole text and by nothing else', async () => {
    const { key, record } = await access.keys.create({ name: 'ci', principal: 'ana' })
    expect(record).toMatchObject({
      name: 'ci',
      principal: 'ana',
      scopes: ['read'],
      expiresAt: null,
    })
    expect(await access.keys.authenticate(key)).toMatchObject({ id: record.id, principal: 'ana' })
    const last = key.at(-1) === 'A' ? 'B' : 'A'
    for (const other of [
      '',
      'graft_',
      key.slice(0, -1),
      `${key.slice(0, -2)}${last}${key.at(-1)}`,
      `${key} `,
    ])
      expect(await access.keys.authenticate(other), other).toBeUndefined()
    const second = await access.keys.create({ name: 'other' })
    const mixed = `${key.slice(0, 19)}${second.key.slice(19)}`
    expect(await access.keys.authenticate(mixed)).toBeUndefined()
  })

  it('is not in the store, only its hash', async () => {
    const { key } = await access.keys.create({ name: 'secret' })
    const listed = JSON.stringify(await access.keys.list())
    expect(listed).toContain('secret')
    expect(listed).not.toContain(key.slice(19))
    expect(listed).not.toMatch(/sha256|hash/)
  })

  it('ends when it is revoked', async () => {
    const { key, record } = await access.keys.create({ name: 'short' })
    const { revokedAt } = await access.keys.revoke(record.id)
    expect(revokedAt).not.toBeNull()
    expect(await access.keys.authenticate(key)).toBeUndefined()
    expect(await access.keys.revoke(record.id)).toMatchObject({ revokedAt })
  })

  it('says when it was used last', async () => {
    const { key, record } = await access.keys.create({ name: 'used' })
    expect(record.lastUsedAt).toBeNull()
    await access.keys.authenticate(key)
    const used = (await access.keys.list()).find(({ id }) => id === record.id)
    expect(used?.lastUsedAt).not.toBeNull()
  })

  it('may do what its scopes say; an admin may do everything', () => {
    expect(hasScope({ scopes: ['read'] }, 'write')).toBe(false)
    expect(hasScope({ scopes: ['read', 'write'] }, 'write')).toBe(true)
    expect(hasScope({ scopes: ['admin'] }, 'train')).toBe(true)
  })

  it.each([
    [{ name: ' ' }, 'invalid_option'],
    [{ name: 'x', days: 0 }, 'invalid_option'],
    [{ name: 'x', days: 1.5 }, 'invalid_option'],
    [{ name: 'x', principal: 'nobody' }, 'unknown_principal'],
  ])('is refused as %j', async (key, code) => {
    await expect(access.keys.create(key)).rejects.toMatchObject({ code })
  })

  it('that is unknown cannot be revoked', async () => {
    await expect(access.keys.revoke('0123456789ab')).rejects.toMatchObject({ code: 'unknown_key' })
  })
})

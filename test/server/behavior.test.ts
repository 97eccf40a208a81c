/** @file The routes of the registry: what they show, how they change what is served, and what they refuse. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type {
  AdaptersResponse,
  AliasHistoryResponse,
  AliasResponse,
} from '../../src/server/contract.ts'
import { createApp } from '../../src/server/index.ts'
import { registerAdapters } from '../browser/registry.ts'
import { codeOf, get } from '../helpers/http.ts'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'

let test: TestWorkspace
let app: ReturnType<typeof createApp>

beforeAll(async () => {
  test = await openTestWorkspace()
  await test.workspace.access.set('ana', [])
  await registerAdapters(test.workspace)
  app = createApp(test.workspace, { host: '127.0.0.1' })
})
afterAll(() => test.close())

async function change(action: string, body: unknown, alias = 'production'): Promise<Response> {
  return await app.request(`http://localhost/api/behavior/aliases/support/${alias}/${action}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

async function read<T>(response: Response): Promise<T> {
  expect(response.status, await response.clone().text()).toBe(200)
  return (await response.json()) as T
}

describe('the routes of the registry', () => {
  it('list adapters with checks and format, without the answers that were measured', async () => {
    const { adapters } = await read<AdaptersResponse>(await get(app, '/api/behavior/adapters'))
    expect(adapters.map(({ version, verdict }) => [version, verdict])).toEqual([
      [3, 'refused'],
      [2, 'passed'],
      [1, 'passed'],
    ])
    expect(adapters[0]!.checks.map(({ name }) => name)).toEqual(['the house format', 'facts'])
    expect(adapters[0]!.format).toHaveLength(2)
    expect(adapters[0]).not.toHaveProperty('evaluation')
  })

  it('promote, try on a share, end the trial, go back, and tell the history', async () => {
    const state = async (action: string, body: unknown): Promise<AliasResponse> =>
      await read<AliasResponse>(await change(action, body))
    expect(await state('promote', { version: 1 })).toMatchObject({ version: 1 })
    expect(await state('promote', { version: 2 })).toMatchObject({ version: 2 })
    expect(await state('canary', { version: 1, share: 0.2 })).toMatchObject({
      version: 2,
      canaryVersion: 1,
      canaryShare: 0.2,
    })
    expect(await state('rollback', {})).toMatchObject({ version: 2, canaryVersion: null })
    expect(await state('rollback', {})).toMatchObject({ version: 1 })
    const history = await get(app, '/api/behavior/aliases/support/production/history')
    const { changes } = await read<AliasHistoryResponse>(history)
    const actions = changes.map(({ action }) => action)
    expect(actions).toEqual(['rollback', 'clear', 'canary', 'promote', 'promote'])
  })

  it.each([
    ['a version that the gate refused', 'promote', { version: 3 }, 400, 'gate_refused'],
    ['a version that is not there', 'promote', { version: 9 }, 404, 'adapter_unknown'],
    ['a share of more than all', 'canary', { version: 1, share: 1.5 }, 400, 'invalid_option'],
    ['a version that is no number', 'promote', { version: '1' }, 400, 'invalid_request'],
  ])('refuse %s', async (_, action, body, status, code) => {
    const refused = await change(action, body)
    expect(refused.status).toBe(status)
    expect(await codeOf(refused)).toBe(code)
  })

  it('promote what the gate refused when forced', async () => {
    const forced = await change('promote', { version: 3, force: true }, 'trial')
    expect(await read<AliasResponse>(forced)).toMatchObject({ alias: 'trial', version: 3 })
  })

  it('refuse names that are none, and aliases that are not there', async () => {
    expect((await change('rollback', {}, 'no%20alias')).status).toBe(400)
    const missing = await change('rollback', {}, 'staging')
    expect(missing.status).toBe(404)
    expect(await codeOf(missing)).toBe('alias_unknown')
  })

  it('are for the owner alone', async () => {
    const before = await test.workspace.behavior.registry.aliases()
    const refused = await get(app, '/api/behavior/adapters?as=ana')
    expect(refused.status).toBe(403)
    expect((await change('promote?as=ana', { version: 2 })).status).toBe(403)
    expect(await test.workspace.behavior.registry.aliases()).toEqual(before)
  })
})

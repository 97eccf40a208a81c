/** @file Who sent the request that is being answered, and with whose rights it may read. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { type ApiKey, type ApiScope, hasScope, type Reader } from '../../knowledge/index.ts'
import type { Workspace } from '../../workspace.ts'
import { ServerError } from '../errors.ts'

export type Caller = {
  /** The stored key that was sent; null for whoever runs the server. */
  readonly keyId: string | null
  readonly scopes: readonly ApiScope[]
  /** Whose rights the key has; null for the owner's. */
  readonly principal: string | null
}

/** Whoever runs the server: by GRAFT_API_KEY, or on loopback without any key. */
export const OWNER: Caller = { keyId: null, scopes: ['admin'], principal: null }

export function callerOf({ id, scopes, principal }: ApiKey): Caller {
  return { keyId: id, scopes, principal }
}

export type Callers = {
  /** Everything that `work` begins belongs to `caller`. */
  run<T>(caller: Caller, work: () => T): T
  current(): Caller
}

export function createCallers(): Callers {
  const storage = new AsyncLocalStorage<Caller>()
  return {
    run: (caller, work) => storage.run(caller, work),
    current() {
      const caller = storage.getStore()
      if (caller) return caller
      throw new Error('internal: a reader was asked for outside of a request')
    },
  }
}

/**
 * The workspace as routes see it: whichever of them asks for a reader, and for whatever name the request gives,
 * gets one that the caller has a right to.
 */
export function workspaceOf(workspace: Workspace, callers: Callers): Workspace {
  const { access } = workspace
  const reader = (principal?: string): Promise<Reader> =>
    access.reader(principalFor(callers.current(), principal))
  // What is not replaced stays live: the configuration may change while the server runs.
  return Object.create(workspace, { access: { value: { ...access, reader }, enumerable: true } })
}

/** @throws ServerError not_this_principal */
function principalFor(caller: Caller, named: string | undefined): string | undefined {
  const own = caller.principal ?? undefined
  if (named === undefined || named === own) return own
  if (own === undefined || hasScope(caller, 'admin')) return named
  throw new ServerError('not_this_principal', `this key reads as "${own}", not as "${named}"`, {
    hint: 'Leave the name out, or use a key with the scope "admin".',
  })
}

/** @file What the owner of the workspace alone may do. */
import type { Reader } from '../knowledge/index.ts'
import { RequestError } from './errors.ts'

/** @throws RequestError 403, for everyone who reads with the rights of groups */
export function assertOwner({ groups, principal }: Reader, what: string): void {
  if (groups === null) return
  throw new RequestError('not_the_owner', `"${principal ?? 'this reader'}" may not ${what}`, {
    status: 403,
    hint: 'Send the request as the owner of the workspace, without naming a principal.',
  })
}

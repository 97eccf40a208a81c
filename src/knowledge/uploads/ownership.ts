/** @file Whose uploads are: what a principal creates is theirs, and for the groups they share it with. */
import { EVERYONE, personalGroup, type Reader } from '../access.ts'
import { KnowledgeError } from '../errors.ts'

/** Who owns an object and who else may read it, as both are stored. */
export type Ownership = {
  /** null: the owner of the workspace. */
  readonly principal: string | null
  readonly groups: readonly string[]
}

/** @throws KnowledgeError not_shareable for groups that the reader is not in */
export function ownedBy(reader: Reader, shared: readonly string[] = []): Ownership {
  const { groups, principal } = reader
  const foreign = groups && shared.find((group) => !groups.includes(group))
  if (foreign) {
    throw new KnowledgeError('not_shareable', `you are not in the group "${foreign}"`, {
      hint: `Share with groups that you are in, such as ${EVERYONE}.`,
    })
  }
  if (groups === null) return { principal: null, groups: shared }
  if (principal === undefined) {
    throw new KnowledgeError('not_shareable', 'uploads need a principal to belong to', {
      hint: 'Send the request as a principal; see docs/guides/access.md.',
    })
  }
  return { principal, groups: [...new Set([personalGroup(principal), ...shared])] }
}

/** What may be read need not be one's own to change. @throws KnowledgeError not_yours */
export function assertOwn(what: string, object: Ownership, reader: Reader): void {
  if (reader.groups === null) return
  if (object.principal !== null && object.principal === reader.principal) return
  throw new KnowledgeError('not_yours', `${what} belongs to someone else`, {
    hint: 'Ask its owner, or make one of your own from the same files.',
  })
}

/** SQL for whether the reader, whose groups are the parameter, may see a row of `alias`. */
export function visible(alias: string, parameter: string): string {
  return `(${parameter}::text[] is null or ${alias}.groups && ${parameter})`
}

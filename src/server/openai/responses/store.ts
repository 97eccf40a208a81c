/** @file Responses of this process that can be gone on from, the newest of them. */
import type { ConversationTurn } from '../../../assistant/index.ts'
import type { Reader } from '../../../knowledge/index.ts'
import type { ResponseObject } from './events.ts'

export type StoredResponse = {
  response: ResponseObject
  /** All turns up to and with this answer. */
  turns: ConversationTurn[]
  /** Whose it is; undefined for the owner of the workspace. */
  principal: string | undefined
  /** The versions that its turns were made from: who may no longer read them may not read it either. */
  versionIds: string[]
}

export type ResponseStore = {
  add(stored: StoredResponse): void
  /** Undefined where there is none, or it is another's. */
  get(id: string, reader: Reader): StoredResponse | undefined
  delete(id: string): void
}

/** A conversation of 20 short turns takes some 10 kB: these are a few thousand. */
const MAX_CHARACTERS = 32 * 1024 * 1024

/** Kept in memory: beyond `limit` characters the oldest are forgotten, and all when the server ends. */
export function createResponseStore(limit: number = MAX_CHARACTERS): ResponseStore {
  const responses = new Map<string, { stored: StoredResponse; characters: number }>()
  let total = 0

  function remove(id: string): void {
    total -= responses.get(id)?.characters ?? 0
    responses.delete(id)
  }

  return {
    add(stored) {
      const characters = JSON.stringify(stored).length
      responses.set(stored.response.id, { stored, characters })
      total += characters
      for (const id of responses.keys()) {
        if (total <= limit) return
        remove(id)
      }
    },
    get(id, { principal, groups }) {
      const stored = responses.get(id)?.stored
      const isOwner = groups === null
      const isTheirs = principal !== undefined && stored?.principal === principal
      return isOwner || isTheirs ? stored : undefined
    },
    delete: remove,
  }
}

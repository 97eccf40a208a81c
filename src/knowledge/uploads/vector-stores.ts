/** @file What is done with vector stores: whoever may see one reads it, its owner changes it. */
import type { Database } from '../../db/index.ts'
import { randomId } from '../../util/hash.ts'
import { owner, type Reader } from '../access.ts'
import { KnowledgeError } from '../errors.ts'
import { readableFiles } from './file-queries.ts'
import { assertOwn, ownedBy } from './ownership.ts'
import { purgeFromStore, purgeOrphans, purgeStore } from './purge.ts'
import {
  cancelWaiting,
  findBatch,
  findStore,
  findStoreFile,
  insertBatch,
  insertStore,
  insertStoreFiles,
  type NewStore,
  selectStoreFiles,
  selectStores,
  setAttributes,
  storeFileText,
  touchStore,
  updateStore,
} from './store-queries.ts'
import type { NewStoreFile, VectorStore, VectorStores } from './vector-store.ts'

/** `onWaiting` is called when files wait to be processed. */
export function createVectorStores(db: Database, onWaiting: () => void): VectorStores {
  const { get, getOwn, file, batch } = createLookup(db)

  async function addFiles(
    id: string,
    files: readonly NewStoreFile[],
    reader: Reader = owner,
    batchId?: string,
  ): Promise<void> {
    assertActive(await getOwn(id, reader))
    const ids = files.map(({ fileId }) => fileId)
    const readable = await readableFiles(db, ids, reader)
    const missing = ids.find((fileId) => !readable.has(fileId))
    if (missing !== undefined) throw unknown('unknown_file', 'file', missing)
    await db.transaction(async (tx) => {
      if (batchId !== undefined) await insertBatch(tx, id, batchId)
      await insertStoreFiles(tx, id, files, batchId)
      await touchStore(tx, id)
    })
    onWaiting()
  }

  return {
    get,
    file,
    batch,
    addFiles: (id, files, reader) => addFiles(id, files, reader),
    async create({ groups, ...fields }, reader = owner) {
      const store: NewStore = { ...fields, ...ownedBy(reader, groups), id: randomId('vs') }
      await insertStore(db, store)
      return await get(store.id, reader)
    },
    list: (reader = owner, cursor = {}) => selectStores(db, reader, cursor),
    async update(id, fields, reader) {
      await getOwn(id, reader)
      await updateStore(db, id, fields)
      return await get(id, reader)
    },
    async remove(id, reader) {
      await getOwn(id, reader)
      await db.transaction((tx) => purgeStore(tx, id))
    },
    async addBatch(id, files, reader) {
      const batchId = randomId('vsfb')
      await addFiles(id, files, reader, batchId)
      return await batch(id, batchId, reader)
    },
    async files(id, filter = {}, reader = owner) {
      await get(id, reader)
      if (filter.batchId !== undefined) await batch(id, filter.batchId, reader)
      return await selectStoreFiles(db, id, filter, reader)
    },
    async setAttributes(id, fileId, attributes, reader) {
      await getOwn(id, reader)
      await file(id, fileId, reader)
      await setAttributes(db, id, fileId, attributes)
      return await file(id, fileId, reader)
    },
    async text(id, fileId, reader = owner) {
      await file(id, fileId, reader)
      const text = await storeFileText(db, id, fileId, reader)
      if (text !== undefined) return text
      throw unknown('unknown_file', `processed file in the vector store ${id}`, fileId)
    },
    async removeFile(id, fileId, reader) {
      await getOwn(id, reader)
      await file(id, fileId, reader)
      await db.transaction((tx) => purgeFromStore(tx, id, fileId))
    },
    async cancelBatch(id, batchId, reader) {
      await getOwn(id, reader)
      await batch(id, batchId, reader)
      await db.transaction(async (tx) => {
        await cancelWaiting(tx, batchId)
        await purgeOrphans(tx)
      })
      return await batch(id, batchId, reader)
    },
    async touch(id, reader) {
      assertActive(await get(id, reader))
      await touchStore(db, id)
    },
  }
}

type Lookup = Pick<VectorStores, 'get' | 'file' | 'batch'> & {
  /** For changes. @throws KnowledgeError not_yours */
  getOwn: VectorStores['get']
}

function createLookup(db: Database): Lookup {
  async function get(id: string, reader: Reader = owner): Promise<VectorStore> {
    const store = await findStore(db, id, reader)
    if (store) return store
    throw unknown('unknown_vector_store', 'vector store', id)
  }

  return {
    get,
    async getOwn(id, reader = owner) {
      const store = await get(id, reader)
      assertOwn(`the vector store ${id}`, store, reader)
      return store
    },
    async file(id, fileId, reader = owner) {
      await get(id, reader)
      const found = await findStoreFile(db, id, fileId, reader)
      if (found) return found
      throw unknown('unknown_file', `file in the vector store ${id}`, fileId)
    },
    async batch(id, batchId, reader = owner) {
      await get(id, reader)
      const found = await findBatch(db, id, batchId, reader)
      if (found) return found
      throw unknown('unknown_batch', `batch in the vector store ${id}`, batchId)
    },
  }
}

function assertActive({ id, isExpired }: VectorStore): void {
  if (!isExpired) return
  throw new KnowledgeError('vector_store_expired', `the vector store ${id} has expired`, {
    hint: 'Create a new vector store and add the files to it.',
  })
}

function unknown(
  code: 'unknown_file' | 'unknown_vector_store' | 'unknown_batch',
  what: string,
  id: string,
): KnowledgeError {
  return new KnowledgeError(code, `there is no ${what} "${id}" that you may read`, {
    hint: 'List what there is to see the ids.',
  })
}

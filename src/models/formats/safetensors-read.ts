/** @file Reads safetensors lazily, tensor by tensor: one file, or a folder with its shards. */
import type { FileHandle } from 'node:fs/promises'
import { access, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { countNonFinite, decodeToFloat32 } from './dtype.ts'
import { ModelFormatError } from './errors.ts'
import { openFile, readExactly, readJson } from './files.ts'
import {
  type Header,
  LENGTH_BYTES,
  parseHeader,
  readHeaderLength,
  type StoredTensor,
} from './safetensors-header.ts'
import type { LoadedTensor, TensorSource } from './tensor.ts'

export type Safetensors = Omit<TensorSource, 'tensors'> & {
  /** Where each tensor's bytes are, from `start` to `end` of the file at `path`. */
  readonly tensors: ReadonlyMap<string, StoredTensor>
  /** `__metadata__` of the file, or of the first shard. */
  readonly metadata: Record<string, string>
  /** The tensor's bytes as stored, little-endian. */
  readBytes(name: string): Promise<Uint8Array<ArrayBuffer>>
  close(): Promise<void>
}

const INDEX_FILE = 'model.safetensors.index.json'
const SINGLE_FILE = 'model.safetensors'

const indexSchema = z.object({
  weight_map: z.record(
    z.string(),
    // A shard is a plain file name: an index must not reach outside its folder.
    z.string().refine((name) => basename(name) === name && !name.includes('\\'), 'not a file name'),
  ),
})

type Shard = Header & { path: string; file: FileHandle }

/**
 * Opens a `.safetensors` file, or a folder with `model.safetensors` or its sharded index. Headers are
 * read and checked now, values when asked for. Close it when done.
 * @throws ModelFormatError on anything missing, cut short or inconsistent.
 */
export async function openSafetensors(path: string): Promise<Safetensors> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (!isFolder) return fromShards(await openShards([path]))
  return await openFolder(path)
}

async function openFolder(folder: string): Promise<Safetensors> {
  const indexPath = join(folder, INDEX_FILE)
  const isSharded = await access(indexPath).then(
    () => true,
    () => false,
  )
  if (!isSharded) return fromShards(await openShards([join(folder, SINGLE_FILE)]))

  const index = indexSchema.safeParse(await readJson(indexPath))
  if (!index.success) {
    const { path: where, message } = index.error.issues[0]!
    throw new ModelFormatError('invalid_header', `${indexPath}: ${where.join('.')}: ${message}`, {
      hint: 'Download the index again, or save the model again with transformers.',
    })
  }
  const weightMap = new Map(Object.entries(index.data.weight_map))
  const files = [...new Set(weightMap.values())].sort()
  const shards = await openShards(files.map((name) => join(folder, name)))
  try {
    return fromShards(shards, weightMap)
  } catch (error) {
    await closeAll(shards)
    throw error
  }
}

async function openShards(paths: string[]): Promise<Shard[]> {
  const shards: Shard[] = []
  try {
    for (const path of paths) shards.push(await openShard(path))
    return shards
  } catch (error) {
    await closeAll(shards)
    throw error
  }
}

async function openShard(path: string): Promise<Shard> {
  const file = await openFile(path)
  try {
    const { size: fileBytes } = await file.stat()
    const prefix = await readExactly(file, { path, position: 0, length: LENGTH_BYTES })
    const length = readHeaderLength(prefix, path, fileBytes)
    const header = await readExactly(file, { path, position: LENGTH_BYTES, length })
    return { ...parseHeader(header, path, fileBytes), path, file }
  } catch (error) {
    await file.close()
    throw error
  }
}

function fromShards(shards: Shard[], weightMap?: Map<string, string>): Safetensors {
  const tensors = weightMap
    ? collectIndexed(shards, weightMap)
    : new Map(shards[0]!.tensors.map((tensor) => [tensor.name, tensor]))
  const files = new Map(shards.map(({ path, file }) => [path, file]))

  const find = (name: string): StoredTensor => {
    const tensor = tensors.get(name)
    if (tensor) return tensor
    throw tensorMissing(name, shards[0]!.path, [...tensors.keys()])
  }
  const readBytes = async (name: string): Promise<Uint8Array<ArrayBuffer>> => {
    const { path, start, end } = find(name)
    return await readExactly(files.get(path)!, { path, position: start, length: end - start })
  }
  const read = async (name: string): Promise<LoadedTensor> => {
    const { dtype, shape } = find(name)
    const data = decodeToFloat32(dtype, await readBytes(name))
    return { name, dtype, shape, data, nonFinite: countNonFinite(data) }
  }
  return {
    tensors,
    metadata: shards[0]!.metadata,
    read,
    readBytes,
    close: () => closeAll(shards),
  }
}

/** The tensors of all shards, each where the index says it is. */
function collectIndexed(
  shards: Shard[],
  weightMap: Map<string, string>,
): Map<string, StoredTensor> {
  const byShard = new Map(
    shards.map(({ path, tensors }) => [
      basename(path),
      new Map(tensors.map((tensor) => [tensor.name, tensor])),
    ]),
  )
  const found = new Map<string, StoredTensor>()
  for (const [name, shard] of weightMap) {
    const tensors = byShard.get(shard)!
    const tensor = tensors.get(name)
    if (!tensor) throw tensorMissing(name, shard, [...tensors.keys()])
    found.set(name, tensor)
  }
  return found
}

async function closeAll(shards: Shard[]): Promise<void> {
  for (const { file } of shards) await file.close()
}

function tensorMissing(name: string, path: string, present: string[]): ModelFormatError {
  const some = present.slice(0, 3).join(', ')
  return new ModelFormatError(
    'tensor_missing',
    `${path} has no tensor "${name}" among its ${present.length} (${some}, …)`,
    {
      hint: 'Check that config.json and the weights belong to the same model, and all shards exist.',
    },
  )
}

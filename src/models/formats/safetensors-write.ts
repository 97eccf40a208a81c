/** @file Writes safetensors: one file with the bytes the reference writer makes, or shards with an index. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { bytesPerElement, countOverflows, encodeFloat32, type FloatDtype } from './dtype.ts'
import { ModelFormatError } from './errors.ts'
import { writeAtomically, writeJson } from './files.ts'
import { LENGTH_BYTES } from './safetensors-header.ts'
import { assertUniqueNames, elementCount, loadData, type TensorToWrite } from './tensor.ts'

export type SafetensorToWrite = TensorToWrite & { dtype: FloatDtype }

/** The order of the reference writer: wide element types first, so that each is aligned; then by name. */
const dtypeOrder: Record<FloatDtype, number> = { F32: 0, BF16: 1, F16: 2 }

/**
 * Writes one file, atomically. `metadata` defaults to `{format: 'pt'}`, which transformers asks for.
 * @throws ModelFormatError `duplicate_tensor` | `shape_mismatch` | `value_out_of_range`
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly SafetensorToWrite[],
  { metadata = { format: 'pt' } }: { metadata?: Record<string, string> } = {},
): Promise<void> {
  assertUniqueNames(tensors)
  const ordered = tensors.toSorted(
    (a, b) => dtypeOrder[a.dtype] - dtypeOrder[b.dtype] || compareNames(a.name, b.name),
  )
  await writeAtomically(path, async (append) => {
    await append(encodeHeader(ordered, metadata))
    for (const tensor of ordered) {
      const values = await loadData(tensor)
      assertInRange(tensor, values)
      await append(encodeFloat32(tensor.dtype, values))
    }
  })
}

/**
 * Writes `model.safetensors` into a folder, or, when the weights are more than `maxShardBytes` (default
 * 5 GB), shards and `model.safetensors.index.json`. The index comes last: without it, no shard is read.
 * @throws ModelFormatError as `writeSafetensors`.
 */
export async function writeSafetensorsFolder(
  folder: string,
  tensors: readonly SafetensorToWrite[],
  { maxShardBytes = 5_000_000_000 }: { maxShardBytes?: number } = {},
): Promise<void> {
  assertUniqueNames(tensors)
  await mkdir(folder, { recursive: true })
  const shards = splitIntoShards(tensors, maxShardBytes)
  if (shards.length <= 1) {
    await writeSafetensors(join(folder, 'model.safetensors'), tensors)
    return
  }
  const weightMap: Record<string, string> = {}
  for (const [i, shard] of shards.entries()) {
    const name = shardName(i + 1, shards.length)
    await writeSafetensors(join(folder, name), shard)
    for (const tensor of shard) weightMap[tensor.name] = name
  }
  const totalSize = tensors.reduce((sum, tensor) => sum + byteLength(tensor), 0)
  await writeJson(join(folder, 'model.safetensors.index.json'), {
    metadata: { total_size: totalSize },
    weight_map: weightMap,
  })
}

function encodeHeader(
  tensors: readonly SafetensorToWrite[],
  metadata: Record<string, string>,
): Uint8Array {
  const entries: [string, unknown][] = []
  if (Object.keys(metadata).length > 0) entries.push(['__metadata__', metadata])
  let offset = 0
  for (const tensor of tensors) {
    const end = offset + byteLength(tensor)
    const { name, dtype, shape } = tensor
    entries.push([name, { dtype, shape, data_offsets: [offset, end] }])
    offset = end
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)))
  // Spaces up to a multiple of eight keep the values aligned.
  const padded = Math.ceil(json.length / 8) * 8
  const header = Buffer.alloc(LENGTH_BYTES + padded, ' ')
  header.writeBigUInt64LE(BigInt(padded))
  json.copy(header, LENGTH_BYTES)
  return header
}

function splitIntoShards(
  tensors: readonly SafetensorToWrite[],
  maxShardBytes: number,
): SafetensorToWrite[][] {
  const shards: SafetensorToWrite[][] = []
  let room = 0
  for (const tensor of tensors) {
    const bytes = byteLength(tensor)
    if (shards.length === 0 || bytes > room) {
      shards.push([])
      room = maxShardBytes
    }
    shards.at(-1)!.push(tensor)
    room -= bytes
  }
  return shards
}

function byteLength({ dtype, shape }: SafetensorToWrite): number {
  return elementCount(shape) * bytesPerElement(dtype)
}

function shardName(number: number, count: number): string {
  const five = (n: number): string => String(n).padStart(5, '0')
  return `model-${five(number)}-of-${five(count)}.safetensors`
}

/** Code points, not UTF-16 units: the order of the reference writer's UTF-8 strings. */
function compareNames(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

function assertInRange({ name, dtype }: SafetensorToWrite, values: Float32Array): void {
  const overflows = countOverflows(dtype, values)
  if (overflows === 0) return
  throw new ModelFormatError(
    'value_out_of_range',
    `${overflows} values of tensor "${name}" are too large for ${dtype}`,
    { hint: 'Write this tensor as BF16 or F32, which hold larger values than F16.' },
  )
}

/** @file The trained base as the package carries it: 16-bit weights, and the hashes that are checked at load. */
import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import {
  openSafetensors,
  readModelConfig,
  writeModelConfig,
  writeSafetensors,
} from '../../src/models/index.ts'

const companions = ['tokenizer.json', 'tokenizer_config.json', 'chat_template.jinja']
const weightsFile = 'model.safetensors'

/** Writes the model folder `target` from the trained one. */
export async function ship(model: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true })
  const config = await readModelConfig(model)
  await writeModelConfig(target, { ...config, dtype: 'float16' })
  for (const name of companions) await copyFile(path.join(model, name), path.join(target, name))
  const file = await openSafetensors(path.join(model, weightsFile))
  const tensors = []
  for (const [name, { shape }] of file.tensors) {
    const { data } = await file.read(name)
    tensors.push({ name, dtype: 'F16' as const, shape: [...shape], data })
  }
  await file.close()
  await writeSafetensors(path.join(target, weightsFile), tensors)
  const lines = await Promise.all(
    ['config.json', ...companions, weightsFile].map(async (name) => {
      const hash = createHash('sha256').update(await readFile(path.join(target, name)))
      return `${hash.digest('hex')}  ${name}\n`
    }),
  )
  await writeFile(path.join(target, 'SHA256SUMS'), lines.join(''))
}

/**
 * @file A machine for the command trainer: trains a job folder with our engine, from the token ids and masks that
 * are in it, and prints what train.py prints. `node gpu-machine.ts FOLDER [way to fail]`.
 */
import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readPeftAdapter, writePeftAdapter } from '../../src/models/index.ts'
import { train } from '../../src/training/index.ts'

const [folder, failure] = process.argv.slice(2) as [string, string | undefined]
const at = (name: string): string => path.join(folder, name)

if (failure === 'hang') {
  for (;;) {
    appendFileSync(at('heartbeat'), '.')
    await sleep(20)
  }
}
if (failure === 'exit') {
  console.error('CUDA error: out of memory')
  process.exit(3)
}
if (failure === 'nothing') process.exit(0)

const config = JSON.parse(readFileSync(at('config.json'), 'utf8'))
const examples = (name: string): { tokens: number[]; mask: number[] }[] =>
  readFileSync(at(name), 'utf8')
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

console.log('Loading the base ...')
const { path: adapter, validationLoss } = await train({
  model: at('base'),
  examples: examples('train.jsonl'),
  validation: examples('validation.jsonl'),
  output: at('work'),
  method: { type: 'lora', rank: config.rank, alpha: config.alpha },
  epochs: config.epochs,
  learningRate: config.learningRate,
  seed: config.seed,
  threads: 1,
  onProgress: (event) => console.log(JSON.stringify(event)),
})

const trained = await readPeftAdapter(adapter)
if (failure === 'nan') trained.modules[3]!.b[0] = Number.NaN
if (failure === 'zero') for (const { b } of trained.modules) b.fill(0)
if (failure === 'shape') {
  const module = trained.modules[0]!
  module.inFeatures = 32
  module.a = module.a.slice(0, module.rank * 32)
}
if (failure === 'layer') trained.modules[0]!.module = 'model.layers.99.self_attn.q_proj'
await writePeftAdapter(at('adapter'), trained)
// PEFT leaves a model card there too.
cpSync(at('README.md'), at('adapter/README.md'))
rmSync(at('work'), { recursive: true })
const { id } = JSON.parse(readFileSync(at('manifest.json'), 'utf8'))
const job = failure === 'other-job' ? 'another' : id
if (failure === 'no-result') process.exit(0)
writeFileSync(at('result.json'), JSON.stringify({ job, validationLoss, device: 'a small one' }))

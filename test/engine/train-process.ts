/** @file A process that trains and says, unbuffered, what has happened. Arguments: model, output. */
import { writeSync } from 'node:fs'
import { train } from '../../src/training/index.ts'
import { randomExamples } from './tiny-training.ts'

const [model = '', output = ''] = process.argv.slice(2)
const say = (line: string): void => void writeSync(1, `${line}\n`)

say('open')
await train({
  model,
  output,
  examples: randomExamples(1, 60),
  validation: randomExamples(2, 10),
  method: { type: 'lora', rank: 4, dropout: 0.1 },
  steps: 120,
  rows: 2,
  length: 32,
  accumulate: 2,
  learningRate: 3e-2,
  validateEvery: 7,
  checkpointEvery: 3,
  onProgress: (event) => say('step' in event ? `${event.type} ${event.step}` : event.type),
})
say('closed')

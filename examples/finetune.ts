/** @file Fine-tunes a model folder on a JSONL file of chats: `node examples/finetune.ts MODEL FILE.jsonl`. */
import { readFile } from 'node:fs/promises'
import { openLocalModel } from '../src/inference/index.ts'
import { type ChatMessage, loadTokenizer, renderTraining } from '../src/tokenizers/index.ts'
import { train } from '../src/training/index.ts'

const [folder, file] = process.argv.slice(2)
if (!folder || !file)
  throw new Error('usage: node examples/finetune.ts MODEL_FOLDER EXAMPLES.jsonl')

const lines = (await readFile(file, 'utf8')).split('\n').filter(Boolean)
const chats = lines.map((line) => (JSON.parse(line) as { messages: ChatMessage[] }).messages)
const question = chats[0]!.slice(0, -1)
const tokenizer = await loadTokenizer(folder)

const { path } = await train({
  model: folder,
  examples: chats.map((chat) => renderTraining(tokenizer, chat)),
  output: 'finetuned',
  epochs: 3,
  learningRate: 1e-3,
  onProgress(event) {
    if (event.type === 'step')
      console.log(`step ${event.step}/${event.steps}  loss ${event.loss.toFixed(3)}`)
  },
})

const model = await openLocalModel(folder)
await model.loadAdapter('finetuned', path)
const sample = { messages: question, maxTokens: 60 }
console.log('before:', (await model.complete(sample)).text)
console.log('after: ', (await model.complete({ ...sample, adapter: 'finetuned' })).text)
await model.close()

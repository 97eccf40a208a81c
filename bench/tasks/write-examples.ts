/** @file Makes the data of the example folders anew from the public sets. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { labelInstructions, seeds } from './cases.ts'
import { commandData, intentData, slotData, type TaskData } from './data.ts'

const seed = seeds.data

const folders: Record<string, () => TaskData> = {
  intents: () => intentData({ intents: 20, perIntent: { train: 40, test: 15 }, seed }),
  extraction: () => slotData({ train: 700, test: 300, seed }),
  'tool-choice': () => commandData({ perIntent: { train: 60, test: 30 }, withoutTool: 0.1, seed }),
}

/** Writes `train.jsonl` and `test.jsonl` of each folder below `root`; the same sets give the same bytes. */
export function writeExamples(root: string): void {
  for (const [name, make] of Object.entries(folders)) {
    const folder = path.join(root, name)
    mkdirSync(folder, { recursive: true })
    const data = make()
    if (name === 'intents')
      writeFileSync(path.join(folder, 'instructions.md'), `${labelInstructions(data)}\n`)
    for (const [part, rows] of Object.entries(data)) {
      const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('')
      writeFileSync(path.join(folder, `${part}.jsonl`), text)
      console.log(
        `${name}/${part}.jsonl: ${rows.length} rows, ${Math.round(text.length / 1000)} kB`,
      )
    }
  }
}

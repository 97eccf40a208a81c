/** @file Makes assets/general-ability.jsonl: the questions by which the gate sees what an adapter has cost. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createDraw } from '../../training-recipes/base/draw.ts'
import { dataFile } from './data.ts'

const COUNT = 120
const CHOICES = 5

/** `npm run bench -- general-ability`: validation questions of CLINC150 (CC BY 3.0), five intents each. */
export async function run(): Promise<void> {
  const { val } = JSON.parse(readFileSync(dataFile('clinc150', 'data_full.json'), 'utf8')) as {
    val: [string, string][]
  }
  const draw = createDraw(5)
  const labels = [...new Set(val.map(([, label]) => name(label)))]
  const lines = draw.some(val, COUNT).map(([message, label]) => {
    const others = draw.some(
      labels.filter((other) => other !== name(label)),
      CHOICES - 1,
    )
    const choices = draw.some([name(label), ...others], CHOICES)
    const instruction = `Classify the message. Labels: ${choices.join(', ')}.`
    return JSON.stringify({ instruction, message, choices, answer: choices.indexOf(name(label)) })
  })
  const file = path.join(import.meta.dirname, '../../assets/general-ability.jsonl')
  writeFileSync(file, `${lines.join('\n')}\n`)
  console.log(`${lines.length} questions written`)
}

function name(label: string): string {
  return label.replaceAll('_', ' ')
}

/** @file A long prompt learned: the house style of the support desk, told in every request or distilled once. */
import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import {
  distillPairs,
  type GateCheck,
  readExamplesFile,
  type TuneResult,
} from '../../src/behavior/index.ts'
import { embeddedBase } from '../../src/models/index.ts'
import { loadTokenizer } from '../../src/tokenizers/index.ts'
import { openWorkspace } from '../../src/workspace.ts'
import { dataFile } from '../quality/data.ts'
import { type Cell, interval, type ResultTable } from '../report.ts'

export type MeasuredDistillation = {
  promptTokens: number
  pairs: number
  gate: TuneResult['evaluation']['gate']
}

const example = path.resolve(import.meta.dirname, '../../examples/support-voice')

/** The pairs of `examples/support-voice` are what a teacher wrote; the prompt is the description of its style. */
export async function measureDistillation(folder: string): Promise<MeasuredDistillation> {
  const prompt = readFileSync(path.join(example, 'house-style.md'), 'utf8').trim()
  const output = path.join(folder, 'distilled.jsonl')
  mkdirSync(folder, { recursive: true })
  const pairs = await readExamplesFile(path.join(example, 'train.jsonl'))
  const { rows } = await distillPairs(pairs, { prompt, output })
  const workspace = await openWorkspace(path.join(folder, '.graft'), { databaseUrl: '' })
  try {
    await workspace.knowledge.add(dataFile('docs_plausible', 'pages'))
    const { evaluation } = await workspace.behavior.tune({
      name: 'distil',
      examples: await readExamplesFile(output),
      test: await readExamplesFile(path.join(example, 'test.jsonl')),
      instructions: prompt,
      learningRates: [2e-3],
      onEvent: (event) => {
        if (event.type === 'stage') console.error('distil', event.stage)
      },
    })
    const { encode } = await loadTokenizer(await embeddedBase())
    return { promptTokens: encode(prompt).length, pairs: rows, gate: evaluation.gate }
  } finally {
    await workspace.close()
  }
}

export function distillationTable({
  promptTokens,
  pairs,
  gate,
}: MeasuredDistillation): ResultTable {
  const rowOf = ({ name, items, before, after, result }: GateCheck): Cell[] => [
    name,
    items,
    shown(before),
    shown(after),
    result.replace('_', ' '),
  ]
  return {
    title: `A prompt of ${promptTokens} tokens distilled from ${pairs} pairs (examples/distil): ${gate.verdict}`,
    columns: ['what', 'of', 'the base with the prompt', 'the adapter without it', 'gate'],
    rows: gate.checks.filter(({ items }) => items > 0).map(rowOf),
  }
}

function shown(share: GateCheck['before']): string {
  return share ? interval({ rate: share.share, ...share }) : '-'
}

/** @file The embedded base: the evidence protocol, unseen forms from 200 examples, speed. */
import { openLocalModel } from '../src/inference/index.ts'
import { embeddedBase } from '../src/models/index.ts'
import { type Followed, followProtocol } from './base/protocol.ts'
import { measureSpeed, type SpeedOutcome } from './base/speed.ts'
import { measureStyle, type StyleOutcome } from './base/style.ts'
import { positiveInteger, readOptions } from './options.ts'
import { wilson } from './quality/metrics.ts'
import { type Cell, interval, type ResultTable, rounded, writeReport } from './report.ts'
import { summariseLatency } from './timing.ts'

const seeds = { protocol: 11, style: 12, speed: 13 }

/** `npm run bench -- base [--model FOLDER] [--questions 200]`: default is the base that is shipped. */
export async function run(options: string[]): Promise<void> {
  const { model, questions: asked } = readOptions(options, {
    model: { type: 'string' },
    questions: { type: 'string', default: '200' },
  })
  const questions = positiveInteger('questions', String(asked))
  const folder = typeof model === 'string' ? model : await embeddedBase()
  const base = await openLocalModel(folder)
  const followed = await followProtocol(base, { count: 2 * questions, seed: seeds.protocol })
  await base.close()
  const speed = await measureSpeed(folder, { count: 20, seed: seeds.speed })
  const style = await measureStyle({ folder, examples: 200, questions, seed: seeds.style })
  writeReport({
    name: 'base',
    title: 'The embedded base',
    options,
    seeds,
    quick: options.length > 0,
    tables: [
      protocolTable(followed, 'freely'),
      protocolTable(followed, 'as served'),
      styleTable(style),
      speedTable(speed),
    ],
    notes: [
      'Articles of SQuAD that neither the base nor the adapters saw; forms of the first table are drawn like those of the training, with new wordings of names and brands; forms of the second were never trained.',
      'As served: references name planned sentences only, the first of them is quoted, and runs of 8 tokens do not repeat. Freely: none of that.',
      'Well-formed: it ends by itself, names planned sentences only, and quotes the first of them.',
      'Right sentence: the first citation is the sentence that answers, in the whole pipeline over all paragraphs of the test articles. The choice is made before the model writes, so a loss against quotes alone would be the form damaging the reference.',
      'Prompted: the form is asked for in the instructions. Tuned: LoRA of rank 16, 6 epochs over 200 examples, no instructions; decoding is held to the form read from those examples, as `graft tune` registers it.',
    ],
    measurements: { followed, style, speed },
  })
}

function protocolTable(followed: Followed[], written: Followed['written']): ResultTable {
  const groups: [string, (row: Followed) => boolean][] = [
    ['all', () => true],
    ['answers', ({ abstains }) => !abstains],
    ['has no answer', ({ abstains }) => abstains],
    ['form asked for in words', ({ asked }) => asked === 'words'],
    ['form shown in an earlier turn', ({ asked }) => asked === 'example'],
    ['no form asked for', ({ asked }) => asked === 'nothing'],
  ]
  return {
    title: `Protocol, written ${written}`,
    columns: ['prompts', 'of', 'well-formed', 'form to the letter'],
    rows: groups.map(([name, belongs]) => {
      const rows = followed.filter((row) => row.written === written && belongs(row))
      return [
        name,
        rows.length,
        share(rows, ({ wellFormed }) => wellFormed),
        share(rows, ({ exact }) => exact),
      ]
    }),
  }
}

function styleTable(outcomes: StyleOutcome[]): ResultTable {
  return {
    title: 'Unseen forms, whole pipeline',
    columns: ['form', 'written by', 'of', 'form is valid', 'right sentence', 'training (s)'],
    rows: outcomes.map(({ form, writer, answers, trainingSeconds }) => [
      form,
      writer,
      answers.length,
      writer === 'quotes' ? '-' : share(answers, ({ valid }) => valid),
      share(answers, ({ right }) => right),
      trainingSeconds === 0 ? '-' : Math.round(trainingSeconds),
    ]),
  }
}

function speedTable(outcomes: SpeedOutcome[]): ResultTable {
  return {
    title: 'Speed, one answer at a time',
    columns: [
      'weights',
      'prompt tokens (median)',
      'first token ms (p50)',
      'first token ms (p95)',
      'tokens per second (median)',
    ],
    rows: outcomes.map(({ precision, promptTokens, firstTokenMs, tokensPerSecond }): Cell[] => {
      const first = summariseLatency(firstTokenMs)
      return [
        precision,
        summariseLatency(promptTokens).p50,
        rounded(first.p50),
        rounded(first.p95),
        Math.round(summariseLatency(tokensPerSecond).p50),
      ]
    }),
  }
}

function share<T>(rows: T[], holds: (row: T) => boolean): string {
  return interval(wilson(rows.filter(holds).length, rows.length))
}

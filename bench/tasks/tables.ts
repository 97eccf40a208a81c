/** @file The tables of the tasks bench. */

import type { GateCheck, Share } from '../../src/behavior/index.ts'
import { pairedF1 } from '../../src/behavior/tune/tasks/f1.ts'
import { tallyTask } from '../../src/behavior/tune/tasks/task-checks.ts'
import { countPairs, mcnemarTest, newcombeInterval } from '../../src/statistics/index.ts'
import { wilson } from '../quality/metrics.ts'
import { type Cell, interval, type ResultTable } from '../report.ts'
import type { MeasuredArm, MeasuredTask } from './measure.ts'

/** Each arm on the same held-out items, and the adapter against it. */
export function taskTable({ title, rows, task, arms, items }: MeasuredTask): ResultTable {
  const adapter = arms.find(({ name }) => name === 'the adapter')!
  if (task === 'reply') throw new Error('internal: replies have no right or wrong')
  const scored = arms.map((arm) => ({ arm, ...tallyTask(task, items, arm.outcomes) }))
  const own = scored.find(({ arm }) => arm === adapter)!
  const withTools = task === 'tool-calls'
  return {
    title: `${title}: ${rows.train} to train, ${rows.test} held out`,
    columns: [
      'arm',
      'right',
      ...(withTools ? ['right tool'] : []),
      own.name,
      'the adapter minus this arm',
      'McNemar mid-p',
    ],
    rows: scored.map(({ arm, tallies, averaging }) => [
      arm.name,
      share(arm, 'exact'),
      ...(withTools ? [share(arm, 'tool')] : []),
      shown(pairedF1(tallies, own.tallies, averaging).before),
      ...(arm === adapter ? ['-', '-'] : difference(adapter, arm)),
    ]),
  }
}

/** How the replies of two adapters to the same questions sound, beside those of the base. */
export function styleTable(tasks: readonly MeasuredTask[]): ResultTable {
  const rowOf = ({ title, rows, gate }: MeasuredTask): Cell[] => {
    const find = (start: string): GateCheck | undefined =>
      gate.checks.find(({ name }) => name.startsWith(start))
    const [voice, format] = [find('voice'), find('the house format')]
    return [
      title,
      rows.train,
      rows.test,
      shown(voice?.before),
      shown(voice?.after),
      voice?.result ?? '-',
      shown(format?.before),
      shown(format?.after),
      gate.verdict,
    ]
  }
  return {
    title: 'Two houses, the same questions, no documents',
    columns: [
      'house',
      'train',
      'held out',
      'voice of the base',
      'voice of the adapter',
      'check',
      'format of the base',
      'format of the adapter',
      'gate',
    ],
    rows: tasks.map(rowOf),
  }
}

function share({ outcomes }: MeasuredArm, key: 'exact' | 'tool'): string {
  return interval(wilson(outcomes.filter((outcome) => outcome[key]).length, outcomes.length))
}

function shown(value: Share | undefined): string {
  return value ? interval({ rate: value.share, ...value }) : '-'
}

function difference(adapter: MeasuredArm, arm: MeasuredArm): [string, string] {
  const right = ({ outcomes }: MeasuredArm): boolean[] =>
    outcomes.map(({ exact }) => exact === true)
  const counts = countPairs(right(adapter), right(arm))
  const { estimate, low, high } = newcombeInterval(counts)
  const { p } = mcnemarTest(counts)
  return [interval({ rate: estimate, low, high }), p < 0.001 ? '< .001' : p.toFixed(3)]
}

/** @file Adapters for tests of the page: their measurements are real in shape, their weights are none. */

import type { GateCheck, GateVerdict } from '../../src/behavior/index.ts'
import type { Workspace } from '../../src/workspace.ts'

const share = (value: number): { share: number; low: number; high: number } => ({
  share: value,
  low: value - 0.05,
  high: value + 0.05,
})

const better: GateCheck = {
  name: 'the house format',
  result: 'passed',
  items: 52,
  before: share(0.1),
  after: share(0.93),
  difference: share(0.83),
  reason: 'better than before, beyond chance',
}

const worse: GateCheck = {
  name: 'facts',
  result: 'failed',
  items: 40,
  before: share(0.85),
  after: share(0.55),
  difference: share(-0.3),
  reason: 'worse by more than 10 points',
}

/** Registers `support:1` and `support:2`, which the gate passed, and `support:3`, which it refused. */
export async function registerAdapters({ behavior: { registry } }: Workspace): Promise<void> {
  const versions: [GateVerdict, GateCheck[]][] = [
    ['passed', [better]],
    [
      'passed',
      [better, { ...worse, result: 'passed', reason: 'not worse by more than 10 points' }],
    ],
    ['refused', [better, worse]],
  ]
  for (const [index, [verdict, checks]] of versions.entries())
    await registry.register({
      name: 'support',
      dataHash: String(index).repeat(64),
      base: 'graft/base',
      baseHash: 'f'.repeat(64),
      config: { rank: 16 },
      evaluation: { gate: { verdict, checks }, format: ['begins with "Hello,"', 'one quote'] },
      verdict,
      files: [{ path: 'adapter_config.json', content: new TextEncoder().encode(`{"v":${index}}`) }],
    })
}

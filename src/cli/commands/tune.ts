/** @file graft tune: examples to a gated adapter in the registry. */
import { readFile } from 'node:fs/promises'
import { type Command, InvalidArgumentError } from 'commander'
import type { Gate, GateCheck, Share } from '../../behavior/index.ts'
import { bold, count, dim, note, print, printJson } from '../output.ts'
import { type Session, withWorkspace } from '../session.ts'
import { createTuneProgress } from '../tune-progress.ts'

type TuneCommandOptions = {
  name: string
  test?: string
  base?: string
  instructions?: string
  epochs?: number
  rank?: number
  learningRate?: number
  margin?: number
  seed?: number
  context: boolean
  ignoreErrors?: true
  promote?: string
}

export function tuneCommand(program: Command): void {
  program
    .command('tune')
    .description('check examples, train an adapter, evaluate, gate and register it; resumable')
    .argument('<file>', 'examples: chat JSONL, prompt/completion, Alpaca, ShareGPT, or CSV')
    .option('-n, --name <name>', 'name of the adapter in the registry', 'support')
    .option('-t, --test <file>', 'held-out examples (default: a fifth, split by cluster)')
    .option('-b, --base <folder>', 'Hugging Face model folder (default: the embedded base)')
    .option('-i, --instructions <file>', 'what the base is told today, to be compared with')
    .option('--epochs <number>', 'times that each example is seen (default: 6)', number)
    .option('--rank <number>', 'rank of the adapter (default: 16)', number)
    .option('--learning-rate <rate>', 'instead of a sweep over three', number)
    .option(
      '--margin <share>',
      'how much worse facts and abstention may get (default: 0.1)',
      number,
    )
    .option('--seed <number>', 'seed of everything random (default: 42)', number)
    .option('--no-context', 'learn the replies without evidence from the documents')
    .option('--ignore-errors', 'train although the checks find errors')
    .option('-p, --promote <alias>', 'serve it as NAME@ALIAS if the gate passes it')
    .action((file: string, options: TuneCommandOptions, command: Command) =>
      withWorkspace(command, (session) => run(file, options, session)),
    )
}

async function run(file: string, options: TuneCommandOptions, session: Session): Promise<void> {
  const { workspace, signal } = session
  const { json } = session.options
  const { name, test, base, instructions, context, ignoreErrors, promote } = options
  const { epochs, rank, learningRate, margin, seed } = options
  // Loaded here, so that --help need not wait for the engine.
  const { readExamplesFile } = await import('../../behavior/index.ts')
  const progress = createTuneProgress()
  const { adapter, evaluation, job } = await workspace.behavior.tune({
    name,
    examples: await readExamplesFile(file),
    ...(test !== undefined && { test: await readExamplesFile(test) }),
    ...(base !== undefined && { base }),
    ...(instructions !== undefined && { instructions: await readFile(instructions, 'utf8') }),
    ...(epochs !== undefined && { epochs }),
    ...(rank !== undefined && { rank }),
    ...(learningRate !== undefined && { learningRates: [learningRate] }),
    ...(margin !== undefined && { margin }),
    ...(seed !== undefined && { seed }),
    ...(!context && { context }),
    ...(ignoreErrors && { ignoreErrors }),
    signal,
    onEvent: (event) => progress.show(event),
  })
  progress.end()
  const label = `${adapter.name}:${adapter.version}`
  const passed = evaluation.gate.verdict === 'passed'
  if (passed && promote !== undefined) await workspace.behavior.registry.promote(label, promote)
  if (json) return printJson({ adapter, gate: evaluation.gate, format: evaluation.format, job })
  printGate(evaluation.gate)
  print(`${bold(label)} is registered (${job})`)
  if (!passed) note('The gate refused it; see the reasons above. Nothing was promoted.')
  else if (promote !== undefined) print(`${adapter.name}@${promote} is now ${label}`)
  else print(`Serve it with: graft models promote ${label} production`)
  if (!passed) process.exitCode = 1
}

const MARKS: Record<GateCheck['result'], string> = {
  passed: 'ok',
  failed: 'NO',
  undecided: '??',
  not_applicable: '--',
}

/** The before and after table, with 95 % intervals. */
export function printGate({ verdict, checks }: Gate): void {
  print(bold(`gate: ${verdict}`))
  for (const { name, result, items, before, after, difference, reason } of checks) {
    const shares = [before && `before ${interval(before)}`, after && `after ${interval(after)}`]
    const gain = difference && `difference ${interval(difference, true)}`
    const numbers = [...shares, gain].filter((part) => part !== undefined).join('  ')
    print(`${MARKS[result]}  ${name} (${count(items, 'item')})${numbers && `  ${numbers}`}`)
    print(dim(`    ${reason}`))
  }
}

function interval({ share, low, high }: Share, signed = false): string {
  const points = (value: number): string =>
    `${signed && value > 0 ? '+' : ''}${(100 * value).toFixed(0)}`
  return `${points(share)} % [${points(low)}, ${points(high)}]`
}

function number(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value)) return value
  throw new InvalidArgumentError('Give a number.')
}

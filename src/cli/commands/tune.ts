/** @file graft tune: examples to a gated adapter in the registry. */
import { readFile } from 'node:fs/promises'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type {
  Gate,
  GateCheck,
  PartChange,
  Share,
  TaskKind,
  TrainerSetting,
} from '../../behavior/index.ts'
import { GraftError } from '../../errors.ts'
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
  task?: TaskKind
  trainer?: 'embedded' | 'folder'
  trainerCommand?: string
  cancel?: true
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
    .addOption(
      new Option(
        '--task <kind>',
        'what the examples teach (default: as most replies are); reply: judged by form, facts and voice',
      ).choices(['reply', 'label', 'json', 'tool-calls']),
    )
    .addOption(
      new Option(
        '--trainer <where>',
        'train on this machine, or write a folder to be trained by hand (default: as configured)',
      )
        .choices(['embedded', 'folder'])
        .conflicts('trainerCommand'),
    )
    .option(
      '--trainer-command <command>',
      'write a job folder and run this on it; {job} stands for the folder',
    )
    .option('--cancel', 'end the job that a hosted trainer has, instead of waiting for it')
    .action((file: string, options: TuneCommandOptions, command: Command) =>
      withWorkspace(command, (session) =>
        run(file, options, session).catch((error: unknown) => {
          if (!isCancelled(error)) throw error
          note(`${error.message}. ${error.hint}`)
        }),
      ),
    )
}

async function run(file: string, options: TuneCommandOptions, session: Session): Promise<void> {
  const { workspace, signal } = session
  const { json } = session.options
  const { name, test, base, instructions, context, ignoreErrors, promote } = options
  const { epochs, rank, learningRate, margin, seed, cancel, task } = options
  const trainer = trainerOf(options)
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
    ...(task && { task }),
    ...(trainer && { trainer }),
    ...(cancel && { cancel }),
    signal,
    onEvent: (event) => progress.show(event),
  })
  progress.end()
  const label = `${adapter.name}:${adapter.version}`
  const passed = evaluation.gate.verdict === 'passed'
  if (passed && promote !== undefined) await workspace.behavior.registry.promote(label, promote)
  const { gate, format, parts } = evaluation
  if (json) return printJson({ adapter, task: evaluation.task, gate, parts, format, job })
  printGate(gate)
  printParts(parts)
  print(`${bold(label)} is registered (${job})`)
  if (!passed) note('The gate refused it; see the reasons above. Nothing was promoted.')
  else if (promote !== undefined) print(`${adapter.name}@${promote} is now ${label}`)
  else print(`Serve it with: graft models promote ${label} production`)
  if (!passed) process.exitCode = 1
}

/** What --cancel was for. */
function isCancelled(error: unknown): error is GraftError {
  return error instanceof GraftError && error.code === 'trainer_cancelled'
}

/** The configured one unless the command line names another. */
function trainerOf({ trainer, trainerCommand }: TuneCommandOptions): TrainerSetting | undefined {
  if (trainerCommand !== undefined) return { type: 'command', command: trainerCommand }
  return trainer && { type: trainer }
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

const SHOWN_PARTS = 8

/** The labels, fields or arguments that went worst. */
function printParts(parts: readonly PartChange[]): void {
  if (parts.length === 0) return
  const worst = parts.toSorted((a, b) => a.after - b.after).slice(0, SHOWN_PARTS)
  const width = Math.max(...worst.map(({ name }) => name.length))
  const all = worst.length === parts.length ? 'F1' : `F1, the lowest of ${parts.length}`
  print(dim(`    ${all}:`))
  for (const { name, wanted, before, after } of worst)
    print(dim(`    ${name.padEnd(width)}  ${percent(before)} -> ${percent(after)}  (${wanted})`))
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`
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

/** @file graft models export: an adapter for other programs, verified before it is reported as done. */
import { readFile } from 'node:fs/promises'
import { type Command, Option } from 'commander'
import type { ExportEvent, ExportOptions, ExportStage } from '../../behavior/index.ts'
import { GraftError } from '../../errors.ts'
import { note, print, printJson } from '../output.ts'
import { type Session, withWorkspace } from '../session.ts'

type ExportCommandOptions = Omit<ExportOptions, 'signal' | 'onEvent'> & { base?: string }

export function exportCommand(models: Command): void {
  // The lists are written here, so that --help need not wait for the engine.
  const formats = ['peft', 'gguf', 'merged', 'ollama'] satisfies ExportOptions['format'][]
  const types = ['f32', 'f16'] satisfies ExportOptions['type'][]
  const dtypes = ['f32', 'f16', 'bf16'] satisfies ExportOptions['dtype'][]
  models
    .command('export')
    .description('write an adapter for other programs, verified against what is served')
    .argument('<adapter>', 'support, support:3 or support@production')
    .argument('<folder>', 'empty, or not there yet')
    .addOption(new Option('-f, --format <format>').choices(formats).default('peft'))
    .addOption(new Option('--type <type>', 'gguf, ollama: numbers of the files').choices(types))
    .addOption(
      new Option('--dtype <dtype>', "merged: numbers (default: the base's)").choices(dtypes),
    )
    .option('--with-base', 'gguf, ollama: the base in a file of its own beside the adapter')
    .option('--system <file>', 'ollama: a system message for the Modelfile')
    .option('-b, --base <folder>', 'where the base is, if it was moved')
    .option('--force', 'replace an earlier export')
    .action((reference: string, folder: string, options: ExportCommandOptions, command: Command) =>
      withWorkspace(command, (session) => run(reference, folder, options, session)),
    )
}

async function run(
  reference: string,
  folder: string,
  { system: file, ...options }: ExportCommandOptions,
  { workspace, options: { json }, signal }: Session,
): Promise<void> {
  const system = file === undefined ? {} : { system: await readText(file) }
  const result = await workspace.behavior
    .export(reference, folder, { ...options, ...system, signal, onEvent: show })
    .finally(clear)
  if (json) return printJson(result)
  const { files, maxDifference, tolerance, adapterDifference } = result
  print(`${folder}: ${files.join(', ')}`)
  print(
    `verified: log-probabilities are within ${short(maxDifference)} of those served ` +
      `(tolerance ${short(tolerance)}; the adapter itself changes ${short(adapterDifference)})`,
  )
}

async function readText(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new GraftError('file_unreadable', `${file} cannot be read: ${cause.message}`, {
      hint: 'Give the path of a text file.',
      cause,
    })
  })
  return text.trim()
}

const TITLES: Record<ExportStage, string> = {
  reference: 'computing what is served ...',
  write: 'writing ...',
  verify: 'loading what was written, and comparing ...',
}

function show(event: ExportEvent): void {
  clear()
  if (event.type === 'stage') note(TITLES[event.stage])
  else if (process.stderr.isTTY) process.stderr.write(`  ${event.done}/${event.of} tensors`)
}

function clear(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
}

function short(value: number): string {
  return String(Number(value.toPrecision(2)))
}

/** @file graft compare: the same questions to several arms, and the verdict. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Command, InvalidArgumentError } from 'commander'
import type { ExampleSet } from '../../behavior/index.ts'
import type { ArmName, Compared, CompareOptions, Criterion, Prices } from '../../compare/index.ts'
import { loadConfig } from '../../config.ts'
import type { Workspace } from '../../workspace.ts'
import { createCompareProgress, printComparison } from '../compare-output.ts'
import { openFile } from '../open-file.ts'
import { note, print, printJson } from '../output.ts'
import { list, type Session, withWorkspace } from '../session.ts'

type CompareCommandOptions = {
  arms?: string[]
  examples?: string
  test?: string
  adapter?: string
  tuned?: string
  instructions?: string
  documents?: string
  update?: string
  judge?: string
  require?: string[]
  weights?: Partial<Record<Criterion, number>>
  prices?: Prices
  epochs?: number
  learningRate?: number
  rank?: number
  seed?: number
  timeout?: number
  contextTokens?: number
  retry?: true
  as?: string
  from?: string
  report?: string
  open?: true
  demo?: true
}

export function compareCommand(program: Command): void {
  program
    .command('compare')
    .description(
      'ask the same questions with and without documents and tuning, and say what is best',
    )
    .argument('[questions]', 'JSONL, CSV or promptfoo tests; see graft questions')
    .option('--arms <names>', 'such as base,rag,tuned_rag (default: what the inputs allow)', list)
    .option('-e, --examples <file>', 'replies in the house form, to tune on')
    .option('-t, --test <file>', 'replies that nothing is tuned on: the house voice')
    .option('--adapter <reference>', 'an adapter of the registry, instead of training')
    .option('--tuned <model>', 'your tuned model at a provider, such as openai/ft:...')
    .option('-i, --instructions <file>', 'what untuned arms are told about form and tone')
    .option('-d, --documents <folder>', 'documents for this run (default: those of the workspace)')
    .option('-u, --update <folder>', 'new versions of some of them, for the middle of the run')
    .option('--judge <model>', 'a model that grades answers as well')
    .option('--require <constraint>', 'such as fact>=0.8 or stale<=0.05@updated', collect)
    .option(
      '--weights <list>',
      'such as correct=4,traceable=2,refuses_well=2,form=2,fresh=2',
      weights,
    )
    .option('--prices <list>', 'per million tokens: input,output,currency,date', prices)
    .option('--epochs <number>', 'of the training', number)
    .option('--learning-rate <rate>', 'instead of a sweep over three', number)
    .option('--rank <number>', 'of the adapters', number)
    .option('--seed <number>', 'seed of everything random (default: 1)', number)
    .option('--timeout <seconds>', 'for one answer (default: 120)', number)
    .option(
      '--context-tokens <number>',
      'longest prompt for all documents (default: 32000)',
      number,
    )
    .option('--retry', 'ask again what failed in the run that is there')
    .option('--as <principal>', 'with the rights of this principal')
    .option('--from <run>', 'sum a run up again from its folder; nothing is asked')
    .option('--report <file>', 'where the HTML report is written (default: report.html of the run)')
    .option('--open', 'open the report when it is written')
    .option('--demo', 'embedded models, a small world, an update in the middle')
    .action((questions: string | undefined, options: CompareCommandOptions, command: Command) =>
      options.from === undefined
        ? withWorkspace(command, (session) => run(questions, options, session))
        : again(options.from, options, command),
    )
}

/** Nothing is asked, so no workspace is opened. */
async function again(
  folder: string,
  options: CompareCommandOptions,
  command: Command,
): Promise<void> {
  const { summarizeRun } = await import('../../compare/index.ts')
  try {
    await show(await summarizeRun(folder), options, command.optsWithGlobals<{ json?: true }>())
  } catch (error) {
    const { printError } = await import('../output.ts')
    printError(error)
    process.exitCode = 1
  }
}

const DEMO = fileURLToPath(new URL('../../../examples/compare/', import.meta.url))

/** One rate instead of a sweep, and five arms: it is to end within minutes. */
const DEMO_OPTIONS: CompareCommandOptions = {
  arms: ['base', 'rag', 'rag_form', 'tuned', 'tuned_rag'],
  examples: path.join(DEMO, 'train.jsonl'),
  test: path.join(DEMO, 'held-out.jsonl'),
  documents: path.join(DEMO, 'docs'),
  update: path.join(DEMO, 'update'),
  learningRate: 4e-3,
}

async function run(
  questions: string | undefined,
  given: CompareCommandOptions,
  session: Session,
): Promise<void> {
  const options = given.demo ? { ...DEMO_OPTIONS, ...given } : given
  const file = given.demo ? path.join(DEMO, 'questions.jsonl') : questions
  const { CompareError } = await import('../../compare/index.ts')
  if (file === undefined)
    throw new CompareError('no_questions', 'no question file is given', {
      hint: 'Give one, or see what comes out of it first: graft compare --demo',
    })
  if (options.update !== undefined && options.documents === undefined)
    throw new CompareError('invalid_option', '--update is given without --documents', {
      hint: 'Give both: the documents of your workspace are not changed by a comparison.',
    })
  if (options.adapter !== undefined && options.documents !== undefined)
    throw new CompareError('invalid_option', '--adapter is given together with --documents', {
      hint: 'Adapters belong to the workspace: leave --documents out, or give --examples to train on.',
    })
  const progress = createCompareProgress()
  try {
    const compared = await inPlace(options, session, async (workspace, documents) =>
      workspace.compare({
        ...(await readOptions(file, options, session)),
        ...documents,
        onEvent: progress.show,
      }),
    )
    progress.end()
    await show(compared, options, session.options)
  } finally {
    progress.end()
  }
}

type Documents = Pick<CompareOptions, 'documents'>

/** In the workspace itself, or in one that is made for these documents. */
async function inPlace(
  { documents: folder, update }: CompareCommandOptions,
  { workspace, options }: Session,
  work: (workspace: Workspace, documents: Documents) => Promise<Compared>,
): Promise<Compared> {
  if (folder === undefined) return await work(workspace, {})
  const { documentStates, hashOfFolder } = await import('../../compare/index.ts')
  const { openWorkspace } = await import('../../workspace.ts')
  const name = (await hashOfFolder(folder)).slice(0, 12)
  const place = path.join(options.workspace, 'comparisons', `documents-${name}`)
  // Never in the database of the workspace: its documents come and go.
  const made = await openWorkspace(place, { ...(await loadConfig('.')), databaseUrl: '' })
  try {
    const copy = path.join(place, 'documents')
    const documents = await documentStates(made.knowledge, { documents: folder, update, copy })
    return await work(made, { documents })
  } finally {
    await made.close()
  }
}

async function readOptions(
  file: string,
  options: CompareCommandOptions,
  { workspace, signal }: Session,
): Promise<CompareOptions> {
  const { metricNames, parseConstraint, readQuestionsFile } = await import('../../compare/index.ts')
  const { readFile } = await import('node:fs/promises')
  const { arms, adapter, tuned, judge, prices, retry, seed, contextTokens } = options
  const { examples, test, instructions, timeout, epochs, learningRate, rank } = options
  const isMetric = (name: string): boolean => (metricNames as readonly string[]).includes(name)
  return {
    questions: await readQuestionsFile(file),
    signal,
    reader: await workspace.access.reader(options.as),
    ...(arms && { arms: await armsOf(arms) }),
    ...(examples !== undefined && { examples: await examplesOf(examples) }),
    ...(test !== undefined && { heldOut: await examplesOf(test) }),
    ...(adapter !== undefined && { adapter }),
    ...(tuned !== undefined && { tunedModel: tuned }),
    ...(judge !== undefined && { judge }),
    ...(instructions !== undefined && { instructions: await readFile(instructions, 'utf8') }),
    ...(options.require && {
      constraints: options.require.map((text) => parseConstraint(text, isMetric)),
    }),
    ...(options.weights && { weights: options.weights }),
    ...(prices && { prices }),
    ...(seed !== undefined && { seed }),
    ...(timeout !== undefined && { timeoutMs: timeout * 1000 }),
    ...(contextTokens !== undefined && { contextTokens }),
    ...(retry && { retry }),
    training: {
      ...(epochs !== undefined && { epochs }),
      ...(rank !== undefined && { rank }),
      ...(learningRate !== undefined && { learningRates: [learningRate] }),
    },
  }
}

async function examplesOf(file: string): Promise<ExampleSet> {
  const { readExamplesFile } = await import('../../behavior/index.ts')
  return await readExamplesFile(file)
}

async function armsOf(names: readonly string[]): Promise<ArmName[]> {
  const { armNames, CompareError } = await import('../../compare/index.ts')
  const unknown = names.find((name) => !(armNames as readonly string[]).includes(name))
  if (unknown === undefined) return names as ArmName[]
  throw new CompareError('no_arms', `there is no arm "${unknown}"`, {
    hint: `Choose among ${armNames.join(', ')}.`,
  })
}

async function show(
  { result, folder }: Compared,
  { report, open }: CompareCommandOptions,
  { json }: { json?: true },
): Promise<void> {
  const { writeReport } = await import('../../compare/index.ts')
  const written = await writeReport(result, report ?? path.join(folder, 'report.html'))
  if (json) printJson({ folder, report: written, result })
  else {
    printComparison(result, folder)
    print(`report: ${written}`)
  }
  if (open && !(await openFile(written))) note('No program was found to open the report with.')
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value]
}

const CRITERIA: readonly string[] = ['correct', 'traceable', 'refuses_well', 'form', 'fresh']

/** `correct=4,form=1`; what is not named keeps its weight. */
function weights(value: string): Partial<Record<Criterion, number>> {
  return Object.fromEntries(
    list(value).map((pair) => {
      const [name = '', weight = ''] = pair.split('=')
      if (!CRITERIA.includes(name) || weight === '' || !(Number(weight) >= 0))
        throw new InvalidArgumentError(`"${pair}" is none of ${CRITERIA.join('=…, ')}=….`)
      return [name, Number(weight)]
    }),
  )
}

function prices(value: string): Prices {
  const [input = Number.NaN, output = Number.NaN] = list(value).map(Number)
  const [, , currency = 'USD', date = 'undated'] = list(value)
  if (input >= 0 && output >= 0) return { input, output, currency, date }
  throw new InvalidArgumentError(
    'Give input,output[,currency[,date]], such as 0.10,0.50,USD,2026-11-20.',
  )
}

function number(value: string): number {
  const parsed = Number(value)
  if (Number.isFinite(parsed) && parsed > 0) return parsed
  throw new InvalidArgumentError('It must be a number above 0.')
}

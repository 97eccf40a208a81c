/** @file graft examples check: what is wrong with training data, before it is trained. */
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import type {
  CheckName,
  CheckOptions,
  Distribution,
  ExampleSet,
  Finding,
  FixedExamples,
  FixKind,
  Preview,
  ReadFileOptions,
  Report,
} from '../../behavior/index.ts'
import { GraftError } from '../../errors.ts'
import type { Tokenizer } from '../../tokenizers/index.ts'
import { bold, count, dim, print, printError, printJson } from '../output.ts'
import { list } from '../session.ts'

/** Loaded when a check runs: the part brings the trainer with it, for which --help need not wait. */
type Behavior = typeof import('../../behavior/index.ts')

type ExamplesOptions = {
  json?: true
  test?: string
  format?: NonNullable<ReadFileOptions['format']>
  columns?: Record<string, string>
  model?: string
  context?: number
  epochs?: number
  tokensPerSecond?: number
  price?: number
  similarity?: number
  skip?: CheckName[]
  maxMegabytes?: number
  fix?: true
  preview?: number | true
  all?: true
}

export function examplesCommand(program: Command): void {
  const examples = program.command('examples').description('examine examples for training')
  examples
    .command('check')
    .description('report every fault of a file of examples, with line, JSON path and fix')
    .argument('<file>', 'chat JSONL, prompt/completion, Alpaca, ShareGPT, or CSV')
    .option('-t, --test <file>', 'held-out examples that must not be among those of the file')
    .option(
      '--format <name>',
      'chat, prompt-completion, alpaca, sharegpt or csv (default: found out)',
    )
    .option('--columns <pairs>', 'columns of fields: prompt=question,completion=reply', pairs)
    .option('-m, --model <folder>', 'tokenizer folder, to count tokens and try the chat template')
    .option(
      '--context <tokens>',
      'longest example that fits (default: what the model reads)',
      number,
    )
    .option('--epochs <number>', 'for the estimate of tokens', number, 3)
    .option('--tokens-per-second <number>', 'speed of the trainer, to estimate the time', number)
    .option('--price <amount>', 'of a million trained tokens, to estimate the cost', number)
    .option('--similarity <share>', 'from which prompts are nearly the same (default: 0.8)', number)
    .option('--skip <checks>', 'checks to leave out, such as refusals,format', list)
    .option('--max-megabytes <number>', 'largest file to read (default: 500)', number)
    .option('--fix', 'write FILE.fixed.jsonl with what can be put right safely')
    .option('-p, --preview [rows]', 'show which tokens are trained (needs --model)', number)
    .option('-a, --all', 'show every finding, not the first few of a kind')
    .action((file: string, _options: unknown, command: Command) => run(file, command))
}

async function run(file: string, command: Command): Promise<void> {
  const options = command.optsWithGlobals<ExamplesOptions>()
  try {
    await check(file, options)
  } catch (error) {
    if (options.json) printJson({ error })
    printError(error)
    process.exitCode = 1
  }
}

async function check(file: string, options: ExamplesOptions): Promise<void> {
  const behavior = await import('../../behavior/index.ts')
  const { checkExamples, fixExamples, readExamplesFile } = behavior
  const { test, columns, format, maxMegabytes, json } = options
  const reading = {
    ...(columns && { columns }),
    ...(format && { format }),
    ...(maxMegabytes && { maxBytes: maxMegabytes * 1e6 }),
  }
  const [set, model] = await Promise.all([readExamplesFile(file, reading), openModel(options)])
  const report = checkExamples(set, {
    ...checkOptions(options, model),
    ...(test && { test: await readExamplesFile(test, reading) }),
  })
  const shown = previews(behavior, set, { ...options, ...model })
  const fixed = options.fix && { ...fixExamples(set), file: fixedName(file) }
  if (fixed) await writeFile(fixed.file, fixed.text)
  if (json)
    printJson({
      ...report,
      ...(fixed && { fixed: withoutText(fixed) }),
      ...(shown && { previews: shown }),
    })
  else {
    printReport(report, options)
    if (fixed) printFixed(fixed)
    for (const preview of shown ?? []) printPreview(preview, behavior)
  }
  if (report.counts.error > 0) process.exitCode = 1
}

type Model = { tokenizer: Tokenizer; contextLength: number | undefined }

async function openModel({ model }: ExamplesOptions): Promise<Model | undefined> {
  if (model === undefined) return undefined
  // Loaded here, because most checks need neither.
  const { loadTokenizer } = await import('../../tokenizers/index.ts')
  return { tokenizer: await loadTokenizer(model), contextLength: await contextOf(model) }
}

/** What config.json says the model reads at once; a folder may hold the tokenizer alone. */
async function contextOf(folder: string): Promise<number | undefined> {
  const text = await readFile(path.join(folder, 'config.json'), 'utf8').catch(() => '{}')
  const { max_position_embeddings: length } = JSON.parse(text) as Record<string, unknown>
  return typeof length === 'number' ? length : undefined
}

function checkOptions(
  { context, epochs, tokensPerSecond, price, similarity, skip }: ExamplesOptions,
  model: Model | undefined,
): CheckOptions {
  const contextLength = context ?? model?.contextLength
  return {
    ...(model && { tokenizer: model.tokenizer }),
    ...(contextLength !== undefined && { contextLength }),
    ...(epochs !== undefined && { epochs }),
    ...(tokensPerSecond !== undefined && { tokensPerSecond }),
    ...(price !== undefined && { pricePerMillionTokens: price }),
    ...(similarity !== undefined && { similarity }),
    ...(skip && { skip }),
  }
}

type ShownPreview = Preview | { line: number; error: GraftError }

function previews(
  { BehaviorError, entriesOf, previewExample }: Behavior,
  set: ExampleSet,
  { preview, tokenizer }: ExamplesOptions & Partial<Model>,
): ShownPreview[] | undefined {
  if (preview === undefined) return undefined
  if (!tokenizer)
    throw new BehaviorError('invalid_option', '--preview is given without --model', {
      hint: 'Name a tokenizer folder: which tokens are trained depends on its chat template.',
    })
  const sound = entriesOf(set).filter(({ isSound }) => isSound)
  return sound.slice(0, preview === true ? 1 : preview).map(({ example }) => {
    try {
      return previewExample(tokenizer, example)
    } catch (error) {
      if (error instanceof GraftError) return { line: example.line, error }
      throw error
    }
  })
}

function printPreview(preview: ShownPreview, { formatPreview }: Behavior): void {
  if ('error' in preview) {
    const { line, error } = preview
    print(`\n${bold(`line ${line}`)} cannot be trained: ${error.message}`)
    return
  }
  const { line, tokens, trainedTokens } = preview
  print(`\n${bold(`line ${line}`)}: ${trainedTokens} of ${count(tokens, 'token')} are trained`)
  const isColored = process.stdout.isTTY === true && !process.env.NO_COLOR
  print(formatPreview(preview, { isColored }).trimEnd())
}

function printReport(report: Report, options: ExamplesOptions): void {
  const { name, format = 'unknown format', rows, examples, counts } = report
  print(bold(`${name}: ${format}, ${count(rows, 'row')}, ${count(examples, 'example')}`))
  print(
    `${count(counts.error, 'error')}, ${count(counts.warning, 'warning')}, ${count(counts.info, 'note')}`,
  )
  if (examples > 0) printStatistics(report, options)
  for (const severity of ['error', 'warning', 'info'] as const) {
    const found = report.findings.filter((one) => one.severity === severity)
    for (const group of Map.groupBy(found, ({ code }) => code).values())
      printGroup(group, report.name, options.all ? group.length : FIRST)
  }
}

/** Findings of one kind that are shown without --all. */
const FIRST = 5

function printGroup(group: readonly Finding[], name: string, limit: number): void {
  const [{ severity, code }] = group as [Finding]
  print(`\n${bold(severity === 'info' ? 'note' : severity)} ${code} ${dim(`(${group.length})`)}`)
  const shown = group.slice(0, limit)
  for (const [at, { line, file = name, path: place, message, fix }] of shown.entries()) {
    const where = line === undefined ? file : `${file}:${line}`
    print(`  ${where} ${place === '$' ? '' : `${place} `}${message}`)
    if (shown[at + 1]?.fix !== fix) print(dim(`    ${fix}`))
  }
  if (group.length > limit) print(dim(`  … and ${group.length - limit} more; --all shows them`))
}

function printStatistics({ statistics, estimate }: Report, options: ExamplesOptions): void {
  const { messages, tokens, trainedTokens, isEstimated, longestLine, forms, labels } = statistics
  const roles = Object.entries(messages).map(([role, number]) => `${number} ${role}`)
  const share = Math.round((100 * trainedTokens) / Math.max(1, tokens.total))
  print(`\nmessages  ${roles.join(', ')}`)
  print(
    `tokens    ${describe(tokens)} (line ${longestLine})${isEstimated ? '; estimated as characters / 4' : ''}`,
  )
  print(`trained   ${thousands(trainedTokens)} of ${thousands(tokens.total)} tokens (${share} %)`)
  print(`training  ${describeEstimate(estimate, options)}`)
  for (const { trait, value, share: part } of forms)
    print(`answers   ${trait} is ${JSON.stringify(value)} in ${Math.round(part * 100)} %`)
  if (labels) print(`labels    ${describeLabels(labels)}`)
}

function describe({ min, median, p95, max }: Distribution): string {
  return `min ${min}, median ${median}, p95 ${p95}, max ${max}`
}

function describeEstimate(
  { epochs, tokens, seconds, price }: Report['estimate'],
  { tokensPerSecond, price: rate }: ExamplesOptions,
): string {
  const time = seconds && `${duration(seconds)} at ${tokensPerSecond} tokens/s`
  const cost = price !== undefined && `${price.toFixed(2)} at ${rate} a million`
  return [`${count(epochs, 'epoch')}, ${thousands(tokens)} tokens`, time, cost]
    .filter(Boolean)
    .join(', ')
}

function describeLabels(labels: Readonly<Record<string, number>>): string {
  const entries = Object.entries(labels)
  const listed = entries.slice(0, 6).map(([label, number]) => `${label} ${number}`)
  return `${entries.length}: ${listed.join(', ')}${entries.length > 6 ? ', …' : ''}`
}

function duration(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`
  return seconds < 6000 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`
}

function thousands(value: number): string {
  return value.toLocaleString('en')
}

const done: Readonly<Record<FixKind, string>> = {
  trimmed: 'trimmed',
  role_normalised: 'given standard roles',
  weight_normalised: 'given weights of 0 or 1',
  duplicate_dropped: 'left out as exact duplicates',
  empty_dropped: 'left out as empty',
  kept_unread: 'kept as they are: their errors need a person',
}

type WrittenFix = FixedExamples & { file: string }

function printFixed({ file, rows, changes }: WrittenFix): void {
  print(`\n${bold(file)}: ${count(rows, 'row')}`)
  for (const [kind, group] of Map.groupBy(changes, (change) => change.kind)) {
    const lines = group.slice(0, 10).map(({ line }) => line)
    const more = group.length > 10 ? ', …' : ''
    print(`  ${group.length} ${done[kind]} (line ${lines.join(', ')}${more})`)
  }
}

function withoutText({ text: _, ...rest }: WrittenFix): Omit<WrittenFix, 'text'> {
  return rest
}

/** `data.csv` -> `data.fixed.jsonl` */
function fixedName(file: string): string {
  const { dir, name } = path.parse(file)
  return path.join(dir, `${name}.fixed.jsonl`)
}

/** `prompt=question,completion=reply` */
function pairs(value: string): Record<string, string> {
  return Object.fromEntries(
    list(value).map((pair) => {
      const [field = '', ...column] = pair.split('=')
      if (column.length === 0) throw new InvalidArgumentError(`"${pair}" is not field=column.`)
      return [field.trim(), column.join('=').trim()]
    }),
  )
}

function number(value: string): number {
  const parsed = Number(value)
  if (Number.isFinite(parsed) && parsed > 0) return parsed
  throw new InvalidArgumentError('It must be a number above 0.')
}

/** @file graft distill: a long prompt into examples, so that a model can be tuned to do without it. */
import { readFile } from 'node:fs/promises'
import { type Command, InvalidArgumentError } from 'commander'
import type { ModelSetting } from '../../assistant/index.ts'
import type {
  DistillEstimate,
  DistillProgress,
  DistillResult,
  PairsResult,
  TokenPrices,
} from '../../behavior/index.ts'
import { loadConfig } from '../../config.ts'
import { GraftError } from '../../errors.ts'
import { count, dim, note, print, printError, printJson } from '../output.ts'

type DistillCommandOptions = {
  json?: true
  prompt: string
  questions?: string
  pairs?: string
  teacher?: string
  output: string
  maxOutputTokens?: number
  concurrency?: number
  requestsPerMinute?: number
  inputPrice?: number
  outputPrice?: number
  estimate?: true
}

/** Exit code after Ctrl-C, as shells expect it. */
const INTERRUPTED = 130

export function distillCommand(program: Command): void {
  program
    .command('distill')
    .description(
      'make examples of a long prompt: a teacher answers with it, a model learns without it',
    )
    .requiredOption('-p, --prompt <file>', 'the long system prompt')
    .option('-q, --questions <file>', 'one per line, or JSON Lines with a field "question"')
    .option('--pairs <file>', 'questions with replies to the prompt, instead of asking a teacher')
    .option('--teacher <model>', 'provider/model (default: the model of graft.config.ts)')
    .option('-o, --output <file>', 'the examples; an earlier run goes on there', 'distilled.jsonl')
    .option('--max-output-tokens <number>', 'longest reply (default: 500)', positive)
    .option('--concurrency <number>', 'requests at the same time (default: 4)', positive)
    .option('--requests-per-minute <number>', 'as the account allows', positive)
    .option('--input-price <amount>', 'of a million tokens, to show the cost', positive)
    .option('--output-price <amount>', 'of a million tokens', positive)
    .option('--estimate', 'show what it would take, and ask nothing')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<DistillCommandOptions>()
      await interruptible(options, (signal) => run(options, signal))
    })
}

async function run(options: DistillCommandOptions, signal: AbortSignal): Promise<void> {
  const { prompt: file, pairs, questions } = options
  if ((pairs === undefined) === (questions === undefined)) throw needsOneSource()
  const prompt = (await readFile(file, 'utf8')).trim()
  if (pairs !== undefined) return await fromPairs(pairs, prompt, options)
  await fromTeacher(questions!, prompt, options, signal)
}

async function fromPairs(
  file: string,
  prompt: string,
  { output, json, prompt: promptFile }: DistillCommandOptions,
): Promise<void> {
  const { distillPairs, readExamplesFile } = await import('../../behavior/index.ts')
  const result = await distillPairs(await readExamplesFile(file), { prompt, output })
  if (json) return printJson(result)
  printPairs(result, file)
  printNext(output, promptFile)
}

async function fromTeacher(
  questionsFile: string,
  prompt: string,
  options: DistillCommandOptions,
  signal: AbortSignal,
): Promise<void> {
  const { json, output, maxOutputTokens, concurrency, requestsPerMinute, estimate } = options
  const [{ createWriter }, { distill, estimateDistillation, readQuestions }] = await Promise.all([
    import('../../assistant/index.ts'),
    import('../../behavior/index.ts'),
  ])
  const job = {
    prompt,
    questions: await readQuestions(questionsFile),
    teacher: await createWriter({ model: await teacherOf(options) }),
    output,
    ...(maxOutputTokens && { maxOutputTokens }),
    ...(concurrency && { concurrency }),
    ...(requestsPerMinute && { requestsPerMinute }),
  }
  const planned = await estimateDistillation(job, pricesOf(options))
  if (estimate && json) return printJson(planned)
  note(describePlan(planned, job.teacher.model))
  if (estimate) return
  const result = await distill({ ...job, signal, onProgress: showProgress })
  clearLine()
  if (result.failures.length > 0) process.exitCode = 1
  if (json) return printJson(result)
  printResult(result)
  printNext(output, options.prompt)
}

async function teacherOf({ teacher }: DistillCommandOptions): Promise<ModelSetting> {
  const model = teacher ?? (await loadConfig('.')).model
  if (model !== undefined && model !== 'graft/quoting' && model !== 'graft/base') return model
  throw new GraftError('invalid_option', 'no teacher is named', {
    hint: 'Name a language model with --teacher provider/model or as the model of graft.config.ts, or give --pairs.',
  })
}

function pricesOf({ inputPrice, outputPrice }: DistillCommandOptions): TokenPrices {
  return {
    ...(inputPrice !== undefined && { input: inputPrice }),
    ...(outputPrice !== undefined && { output: outputPrice }),
  }
}

function describePlan(plan: DistillEstimate, teacher: string): string {
  const { kept, requests, inputTokens, maxOutputTokens, price } = plan
  const earlier = kept > 0 ? `; ${count(kept, 'question')} answered earlier` : ''
  const tokens = `about ${inputTokens.toLocaleString('en')} tokens to read, at most ${maxOutputTokens.toLocaleString('en')} to write`
  const cost = price === undefined ? '' : `, at most ${price.toFixed(2)} in all`
  return `${count(requests, 'request')} to ${teacher}: ${tokens}${cost}${earlier}`
}

function showProgress({ done, of, failure }: DistillProgress): void {
  if (failure) {
    clearLine()
    note(`failed: ${failure.question.slice(0, 60)}: ${failure.message}`)
  }
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K  ${done}/${of}`)
}

function clearLine(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
}

function printResult({ output, rows, kept, failures, usage, teacher }: DistillResult): void {
  print(`${output}: ${count(rows, 'example')} of ${teacher}`)
  if (kept > 0) print(`${kept} of them from an earlier run`)
  const { inputTokens, outputTokens } = usage
  print(
    `used: ${inputTokens.toLocaleString('en')} tokens read, ${outputTokens.toLocaleString('en')} written`,
  )
  if (failures.length > 0)
    note(`${count(failures.length, 'question')} got no reply; the same command asks them again`)
}

function printPairs({ output, rows, otherPrompt }: PairsResult, file: string): void {
  print(`${output}: ${count(rows, 'example')} of ${file}`)
  if (otherPrompt.length === 0) return
  const lines = otherPrompt.slice(0, 5).join(', ')
  note(
    `${count(otherPrompt.length, 'row')} left out, with another system message: line ${lines}${otherPrompt.length > 5 ? ', …' : ''}`,
  )
}

function printNext(output: string, prompt: string): void {
  print(dim(`Learn it, and compare with the prompt: graft tune ${output} --instructions ${prompt}`))
}

/** Nothing here needs the workspace, so a server may go on running on it. */
async function interruptible(
  { json }: DistillCommandOptions,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const interrupt = new AbortController()
  const onSignal = (): void => {
    if (interrupt.signal.aborted) process.exit(INTERRUPTED)
    note('\nStopping; the replies so far are saved. Press Ctrl-C again to end at once.')
    process.exitCode = INTERRUPTED
    interrupt.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  try {
    await work(interrupt.signal)
  } catch (error) {
    if (interrupt.signal.aborted) return
    if (json) printJson({ error })
    printError(error)
    process.exitCode = 1
  } finally {
    process.removeListener('SIGINT', onSignal)
    process.removeListener('SIGTERM', onSignal)
  }
}

function needsOneSource(): GraftError {
  return new GraftError('invalid_option', 'give either --questions or --pairs', {
    hint: '--questions FILE asks a teacher; --pairs FILE takes replies that there are already.',
  })
}

function positive(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('Give a number above zero.')
}

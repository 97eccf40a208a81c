/** @file graft advise: which way to build the assistant, and why. */
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import type { GivenAnswers, Interview, QuestionId, Reply, Signals } from '../../advise/index.ts'
import { bold, count, note, print, printError, printJson } from '../output.ts'
import { type GlobalOptions, withWorkspace } from '../session.ts'

/** Loaded when it runs, so that --help need not wait for it. */
type Advise = typeof import('../../advise/index.ts')

type AdviseCommandOptions = GlobalOptions & {
  answers?: string
  set?: Record<string, string>
  save: string
  interactive?: true
  allowMissing?: true
  examples?: string
  questions?: string
  probe?: string
  prices?: string
  as?: string
  measure: boolean
}

/** Exit code when questions are open: there is no advice, and nothing failed. */
const OPEN = 2
/** Exit code after Ctrl-C, as shells expect it. */
const INTERRUPTED = 130

export function adviseCommand(program: Command): void {
  program
    .command('advise')
    .description('advise between prompting, long context, RAG, fine-tuning and both, with reasons')
    .option('-a, --answers <file>', 'answers as JSON or YAML: a mapping of question to answer')
    .option('-s, --set <question=answer>', 'one answer; several times for several', collect)
    .option('--save <file>', 'where typed answers are kept, and gone on with', 'graft-advise.json')
    .option('-i, --interactive', 'ask, even where standard input is no terminal')
    .option('--allow-missing', 'take what is not answered as unknown, instead of asking back')
    .option('-e, --examples <file>', 'examples of input and right output, to be checked')
    .option('-q, --questions <file>', 'questions of users: how many do the documents answer?')
    .option('--probe <file>', 'what graft probe measured')
    .option('--prices <file>', 'your own prices, as JSON or YAML')
    .option('--as <principal>', 'measure the documents as this principal sees them')
    .option('--no-measure', 'leave the documents of the workspace out')
    .action((_options: unknown, command: Command) => run(command))
}

async function run(command: Command): Promise<void> {
  const options = command.optsWithGlobals<AdviseCommandOptions>()
  try {
    const advise = await import('../../advise/index.ts')
    const signals = await measure(advise, command, options)
    // Measuring failed or was stopped, and said so.
    if (process.exitCode) return
    const given = await collectAnswers(advise, options, signals)
    if (given) await show(advise, options, { given, signals })
  } catch (error) {
    if (options.json) printJson({ error })
    printError(error)
    process.exitCode = 1
  }
}

async function measure(
  { AdviseError, measureExamples, readProbe, readQuestions }: Advise,
  command: Command,
  { workspace, questions, examples, probe, as, measure: isWanted }: AdviseCommandOptions,
): Promise<Signals> {
  const asked = questions === undefined ? undefined : await readQuestions(questions)
  const fromFiles = {
    ...(examples && (await measureExamples(examples))),
    ...(probe && (await readProbe(probe))),
  }
  if (!isWanted) {
    if (asked) note('--questions is left out: it needs the documents that --no-measure leaves out.')
    return fromFiles
  }
  // A workspace is measured where there is one; advice alone makes none.
  if (!existsSync(workspace)) {
    const isNamed = command.getOptionValueSourceWithGlobals('workspace') === 'cli'
    if (isNamed || asked || as !== undefined) throw noWorkspace(AdviseError, workspace)
    return fromFiles
  }
  let found: Signals = {}
  await withWorkspace(command, async (session) => {
    const onProgress = (done: number, total: number): void => {
      if (done === total || done % 25 === 0) note(`${done} of ${count(total, 'question')} searched`)
    }
    found = await session.workspace.measure({
      reader: await session.workspace.access.reader(as),
      signal: session.signal,
      onProgress,
      ...(asked && { questions: asked }),
    })
  })
  return { ...found, ...fromFiles }
}

function noWorkspace(AdviseError: Advise['AdviseError'], workspace: string): Error {
  return new AdviseError('no_workspace', `there is no workspace in ${workspace} to measure`, {
    hint: 'Add documents first: graft add FOLDER; or leave out --workspace, --questions and --as.',
  })
}

type Given = Readonly<Record<string, unknown>>

/** Answers from a file and from flags, which win; or typed. Undefined where the person left. */
async function collectAnswers(
  advise: Advise,
  { answers, set = {}, save, interactive, json }: AdviseCommandOptions,
  signals: Signals,
): Promise<Given | undefined> {
  const isTyped = answers === undefined && Object.keys(set).length === 0 && process.stdin.isTTY
  const stored = answers ?? (existsSync(save) && (interactive || isTyped) ? save : undefined)
  const given = { ...(stored && (await advise.readAnswers(stored))), ...set }
  if (!interactive && (!isTyped || json)) return given
  return await ask(advise, { given, save, signals })
}

type Asking = { given: Given; save: string; signals: Signals }

/** Asks one question after another and keeps every answer before the next. */
async function ask(advise: Advise, { given, save, signals }: Asking): Promise<Given | undefined> {
  const { currentQuestion, saveAnswers, withUnknowns } = advise
  const { answers: known, faults } = advise.checkAnswers(given)
  // What is wrong in a file is reported by the advice itself.
  if (faults.length > 0) return given
  let interview: Interview = { answers: known, trail: [] }
  let id = currentQuestion(interview, signals)
  if (id === undefined) return known
  process.once('SIGINT', () => {
    sayWhereKept(save)
    process.exit(INTERRUPTED)
  })
  greet(known, save)
  present(advise, id)
  const lines = createInterface({ input: process.stdin })
  for await (const line of lines) {
    const answer = advise.reply(interview, id, line)
    if (answer.type === 'quit') break
    if (answer.type === 'done') {
      lines.close()
      return withUnknowns(interview.answers, signals)
    }
    interview = await take(answer, interview, { save, saveAnswers })
    const next = currentQuestion(interview, signals)
    if (next === undefined) {
      lines.close()
      return interview.answers
    }
    if (answer.type === 'go-on') present(advise, next)
    id = next
  }
  lines.close()
  sayWhereKept(save)
  process.exitCode = OPEN
  return undefined
}

async function take(
  answer: Exclude<Reply, { type: 'done' | 'quit' }>,
  interview: Interview,
  { save, saveAnswers }: { save: string; saveAnswers: Advise['saveAnswers'] },
): Promise<Interview> {
  if (answer.type === 'again') {
    note(answer.message)
    return interview
  }
  await saveAnswers(save, answer.interview.answers)
  return answer.interview
}

function greet(known: GivenAnswers, save: string): void {
  const number = Object.keys(known).length
  if (number > 0) note(`Going on after ${count(number, 'answer')}.`)
  note(`Answers are kept in ${save}. Type a number, ? if you do not know, why, back, done or quit.`)
}

function present({ describeQuestion }: Advise, id: QuestionId): void {
  note(`\n${bold(describeQuestion(id))}`)
}

function sayWhereKept(save: string): void {
  if (existsSync(save)) note(`\nYour answers are in ${save}; the same command goes on from there.`)
}

type Basis = { given: Given; signals: Signals }

async function show(
  advise: Advise,
  { json, prices: priceFile, allowMissing }: AdviseCommandOptions,
  { given, signals }: Basis,
): Promise<void> {
  const prices = priceFile ? await advise.readPrices(priceFile) : advise.defaultPrices
  const result = advise.advise(given, { signals, prices, ...(allowMissing && { allowMissing }) })
  if (result.status === 'advice') {
    if (json) printJson(result)
    else print(advise.describeAdvice(result, { bold, prices }))
    return
  }
  process.exitCode = OPEN
  if (json) printJson({ ...result, missing: result.missing.map((id) => question(advise, id)) })
  note(advise.describeOpenQuestions(result))
  note(
    'hint: answer these, in the file or with --set; "unknown" is an answer to most, and --allow-missing gives it to all of them.',
  )
}

/** A question with its answers, for a program that asks a person. */
function question({ questionOf }: Advise, id: QuestionId): Record<string, unknown> {
  const { isAsked: _, ...rest } = questionOf(id)
  return { id, ...rest }
}

/** `--set a=b --set c=d` -> { a: 'b', c: 'd' } */
function collect(value: string, collected: Record<string, string> = {}): Record<string, string> {
  const [id = '', ...answer] = value.split('=')
  return { ...collected, [id.trim()]: answer.join('=').trim() }
}

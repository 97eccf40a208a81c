/** @file graft feedback: a vote on an answer, and the review of what may be learned from votes. */
import { existsSync } from 'node:fs'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { type Command, Option } from 'commander'
import type { ReviewItem } from '../../assistant/index.ts'
import type { ReviewState } from '../../behavior/index.ts'
import { GraftError } from '../../errors.ts'
import { bold, count, dim, print, printJson } from '../output.ts'
import { reviewInteractively } from '../review-prompt.ts'
import { list, type Session, withWorkspace } from '../session.ts'

type GiveOptions = { up?: true; down?: true; reason?: string; correction?: string; as?: string }

type ReviewOptions = {
  state: ReviewState
  accept?: string[]
  reject?: string[]
  edit?: string
  reply?: string
}

/** Written out, so that --help need not wait for the part that knows them. */
const STATES: readonly ReviewState[] = ['waiting', 'accepted', 'rejected']

export function feedbackCommand(program: Command): void {
  const feedback = program
    .command('feedback')
    .description('vote on an answer; review what would be learned from it')
    .argument('<id>', 'of graft traces, or traceId of an answer')
    .addOption(new Option('--up', 'the answer was good').conflicts('down'))
    .option('--down', 'the answer was not good')
    .option('--reason <text>', 'why')
    .option('--correction <text>', 'what should have been said: a text, or a file that holds it')
    .option('--as <principal>', 'with the rights of this principal')
    .action((id: string, options: GiveOptions, command: Command) =>
      withWorkspace(command, (session) => give(id, options, session)),
    )
  feedback
    .command('review')
    .description('accept, edit or reject examples that came from feedback; asks where it can')
    .addOption(new Option('--state <state>', 'which to show').choices(STATES).default('waiting'))
    .option('--accept <ids>', 'accept these, comma-separated', list)
    .option('--reject <ids>', 'reject these, comma-separated', list)
    .option('--edit <id>', 'accept it with the reply of --reply')
    .option('--reply <text>', 'what will be learned: a text, or a file that holds it')
    .action((options: ReviewOptions, command: Command) =>
      withWorkspace(command, (session) => review(options, session)),
    )
  feedback
    .command('export')
    .description("write what was accepted as lines of OpenAI's chat format, for graft tune")
    .argument('<file>')
    .option('--force', 'replace the file where there is one')
    .action((file: string, { force = false }: { force?: boolean }, command: Command) =>
      withWorkspace(command, (session) => writeExamples(file, force, session)),
    )
}

async function give(
  id: string,
  { up, down, reason, correction, as }: GiveOptions,
  { workspace, options: { json } }: Session,
): Promise<void> {
  if (!up && !down) throw invalidOption('there is no vote', 'Say --up or --down.')
  const given = await workspace.feedback.give(id, await workspace.access.reader(as), {
    vote: up ? 'up' : 'down',
    reason,
    correction: await textOrFile(correction),
  })
  if (json) return printJson(given)
  print(`${bold(given.id)} is recorded`)
  if (given.isExample) print('It may become an example once it is accepted: graft feedback review')
}

async function review(options: ReviewOptions, session: Session): Promise<void> {
  const { workspace, options: globals, signal } = session
  const { state, accept = [], reject = [], edit } = options
  const reply = await textOrFile(options.reply)
  if ((edit === undefined) !== (reply === undefined))
    throw invalidOption('--edit and --reply go together', 'Say --edit ID --reply TEXT.')
  const { feedback } = workspace
  const reviewed: ReviewItem[] = []
  for (const id of accept) reviewed.push(await feedback.accept(id))
  for (const id of reject) reviewed.push(await feedback.reject(id))
  if (edit !== undefined) reviewed.push(await feedback.accept(edit, reply))
  if (reviewed.length > 0) return report(reviewed, session)
  const items = await feedback.review(state)
  if (globals.json) return printJson({ items })
  if (items.length === 0) return print(`nothing is ${state}`)
  if (process.stdin.isTTY && process.stdout.isTTY)
    return await reviewInteractively(items, feedback, { show: printItem, signal })
  for (const item of items) printItem(item)
}

function report(reviewed: readonly ReviewItem[], { options: { json } }: Session): void {
  if (json) printJson({ items: reviewed })
  else for (const { id, state } of reviewed) print(`${bold(id)} is ${state}`)
}

/** Written beside and renamed: an interrupted export leaves no half file. */
async function writeExamples(
  file: string,
  force: boolean,
  { workspace, options: { json } }: Session,
): Promise<void> {
  if (!force && existsSync(file))
    throw invalidOption(`${file} exists`, 'Choose another name, or replace it with --force.')
  const { lines, count: examples } = await workspace.feedback.examples()
  const part = `${file}.part`
  try {
    const handle = await open(part, 'w')
    await handle.writeFile(lines).finally(() => handle.close())
    await rename(part, file)
  } catch (cause) {
    await rm(part, { force: true })
    throw new GraftError('file_unwritable', `${file} could not be written`, {
      hint: 'Choose a folder that is there and that you may write to.',
      cause,
    })
  }
  if (json) return printJson({ file, examples })
  print(`${file}: ${count(examples, 'example')}; check them with: graft examples check ${file}`)
}

function printItem(item: ReviewItem): void {
  const { id, traceId, at, vote, principal, reason, conversation, reply, state } = item
  print(
    `${bold(id)}  ${vote} by ${principal ?? 'the owner'}  ${dim(`${state}, ${at}, ${traceId}`)}`,
  )
  if (reason !== null) print(`  reason: ${reason}`)
  for (const { role, content } of conversation ?? []) print(indented(`${role}: ${content}`))
  if (conversation === null) print(dim('  (the question was not kept)'))
  print(indented(`reply: ${reply ?? '(none yet: edit it, or reject it)'}`))
  for (const note of notesOf(item)) print(`  ${bold('!')} ${note}`)
}

/** What a reviewer has to know before saying yes. */
function notesOf({ findings, unsupported, restrictedTo, reply }: ReviewItem): string[] {
  const unchecked = reply !== null && unsupported === null
  return [
    ...findings.map(({ path, message }) => `${message} (${path})`),
    ...(unsupported ?? []).map((claim) => `not in the evidence: ${claim}`),
    ...(unchecked ? ['the evidence is gone: check the facts yourself'] : []),
    ...(restrictedTo.length > 0
      ? [
          `rests on documents for ${restrictedTo.join(', ')} only; a model that learns it tells anyone`,
        ]
      : []),
  ]
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ')
}

/** The content of a file where there is one of this name, else the text itself. */
async function textOrFile(value: string | undefined): Promise<string | undefined> {
  if (value === undefined) return undefined
  // Longer than any path may be.
  const isFile = value.length < 4_096 && existsSync(value)
  if (!isFile) return value
  return await readFile(value, 'utf8').catch((cause: unknown) => {
    throw new GraftError('file_unreadable', `${value} could not be read`, {
      hint: 'Name a file of text, or give the text itself.',
      cause,
    })
  })
}

function invalidOption(message: string, hint: string): GraftError {
  return new GraftError('invalid_option', message, { hint })
}

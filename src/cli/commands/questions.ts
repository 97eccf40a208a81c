/** @file graft questions: check a question file, draft one from the documents, take one over from elsewhere. */
import { writeFile } from 'node:fs/promises'
import { type Command, InvalidArgumentError } from 'commander'
import type { KnownDocument, QuestionFinding, QuestionSet } from '../../compare/index.ts'
import type { Workspace } from '../../workspace.ts'
import { bold, count, dim, note, print, printJson } from '../output.ts'
import { type GlobalOptions, type Session, withWorkspace } from '../session.ts'

type DraftCommandOptions = {
  traces?: true
  count?: number
  seed?: number
  out?: string
  as?: string
}

export function questionsCommand(program: Command): void {
  const questions = program
    .command('questions')
    .description('questions with gold facts, for graft compare and graft probe')
  questions
    .command('check')
    .description('all that is wrong with a question file, also beside the documents')
    .argument('<file>', 'JSONL, CSV, or promptfoo tests in YAML or JSON')
    .option('--as <principal>', 'with the rights of this principal')
    .action((file: string, options: { as?: string }, command: Command) =>
      withWorkspace(command, (session) => check(file, options, session)),
    )
  questions
    .command('draft')
    .description('propose questions from the documents, for a person to mend and confirm')
    .option('--traces', 'from what users asked, instead of from the documents')
    .option('-n, --count <number>', 'how many (default: 40)', number)
    .option('--seed <number>', 'another choice (default: 1)', number)
    .option('-o, --out <file>', 'write them there (default: standard output)')
    .option('--as <principal>', 'with the rights of this principal')
    .action((options: DraftCommandOptions, command: Command) =>
      withWorkspace(command, (session) => draft(options, session)),
    )
  questions
    .command('import')
    .description('take over promptfoo tests or CSV as JSONL')
    .argument('<file>')
    .option('-o, --out <file>', 'write them there (default: standard output)')
    .action((file: string, { out }: { out?: string }, command: Command) =>
      take(file, out, command.optsWithGlobals<GlobalOptions>()),
    )
}

async function check(
  file: string,
  { as }: { as?: string },
  { workspace, options }: Session,
): Promise<void> {
  const { readQuestionsFile } = await import('../../compare/index.ts')
  const documents = await documentsOf(workspace, as)
  const set = await readQuestionsFile(file, documents.length > 0 ? { documents } : {})
  report(set, options)
}

async function documentsOf(
  { knowledge, access }: Workspace,
  as: string | undefined,
): Promise<KnownDocument[]> {
  const reader = await access.reader(as)
  const documents = await knowledge.documents(reader)
  const versions = await knowledge.versions(
    documents.map(({ versionId }) => versionId),
    reader,
  )
  return [...versions.values()].map(({ uri, text }) => ({ uri, text }))
}

function report({ name, questions, findings }: QuestionSet, { json }: GlobalOptions): void {
  const errors = findings.filter(({ severity }) => severity === 'error').length
  if (errors > 0) process.exitCode = 1
  if (json) {
    printJson({ name, questions: questions.length, findings })
    return
  }
  const kinds = Object.entries(Object.groupBy(questions, ({ kind }) => kind))
  const parts = kinds.map(([kind, list]) => `${list.length} ${kind.replace('_', ' ')}`)
  print(bold(`${name}: ${count(questions.length, 'question')}`))
  if (parts.length > 0) print(parts.join(', '))
  print(`${count(errors, 'error')}, ${count(findings.length - errors, 'warning')}`)
  for (const finding of findings) printFinding(name, finding)
}

function printFinding(name: string, { severity, line, path, message, fix }: QuestionFinding): void {
  const where = line === undefined ? name : `${name}:${line}`
  print(`\n${bold(severity)} ${where} ${path === '$' ? '' : `${path} `}${message}`)
  print(dim(`  ${fix}`))
}

async function draft(
  { traces, count: wanted, seed, out, as }: DraftCommandOptions,
  { workspace, signal, options: { json } }: Session,
): Promise<void> {
  const { draftFromTraces, draftQuestions } = await import('../../compare/index.ts')
  const reader = await workspace.access.reader(as)
  const options = { reader, signal, ...(wanted !== undefined && { count: wanted }) }
  const drafts = traces
    ? await draftFromTraces(workspace.traces, options)
    : await draftQuestions(workspace.knowledge, { ...options, ...(seed !== undefined && { seed }) })
  const lines = drafts.map((row) => `${JSON.stringify(row)}\n`).join('')
  if (out !== undefined) await writeFile(out, lines)
  if (json) return printJson({ drafts })
  if (out === undefined) process.stdout.write(lines)
  note(
    drafts.length === 0
      ? traces
        ? 'No question of a user is kept.'
        : 'No sentence of the documents has a value that could be asked for.'
      : `${count(drafts.length, 'draft')}: reword each as a user would ask, mend its gold, and set "confirmed": true.`,
  )
}

async function take(file: string, out: string | undefined, { json }: GlobalOptions): Promise<void> {
  const { readQuestionsFile, writeQuestions } = await import('../../compare/index.ts')
  const { printError } = await import('../output.ts')
  try {
    const { questions, findings } = await readQuestionsFile(file)
    const text = writeQuestions(questions)
    if (out !== undefined) await writeFile(out, text)
    if (json) return printJson({ questions, findings })
    if (out === undefined) process.stdout.write(text)
    for (const { severity, line, message } of findings)
      note(`${severity}${line === undefined ? '' : ` in test ${line}`}: ${message}`)
    note(
      `${count(questions.length, 'question')} taken over; name their sources, so that citations can be judged.`,
    )
  } catch (error) {
    if (json) printJson({ error })
    printError(error)
    process.exitCode = 1
  }
}

function number(value: string): number {
  const parsed = Number(value)
  if (Number.isInteger(parsed) && parsed > 0) return parsed
  throw new InvalidArgumentError('It must be a whole number above 0.')
}

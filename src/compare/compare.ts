/** @file A comparison from its questions to its verdict: planned, run, resumed where it was stopped, summed up. */
import path from 'node:path'
import { createBaseModel, createWriter } from '../assistant/index.ts'
import {
  compileFormat,
  type ExampleSet,
  entriesOf,
  type FormatSpec,
  inferFormat,
} from '../behavior/index.ts'
import { armOf } from './arms/arm.ts'
import { CompareError } from './errors.ts'
import { createJudge, type Judge } from './metrics/judge.ts'
import { plain } from './questions/plain.ts'
import { validQuestions } from './questions/read-questions.ts'
import type { ComparisonResult } from './result.ts'
import { manifestOf } from './run/manifest.ts'
import { openArms } from './run/open-arms.ts'
import { planOf, tasksOf } from './run/plan.ts'
import { latestItems, openRecord, type RecordLog } from './run/record.ts'
import type { CompareParts, Run } from './run/run.ts'
import {
  prepareFolder,
  type RunInputs,
  readRun,
  type StoredRun,
  toJson,
  writeResult,
} from './run/run-folder.ts'
import { runTasks } from './run/run-tasks.ts'
import type { CompareOptions } from './settings.ts'
import { summarize } from './summary/summarize.ts'

export type Compared = {
  readonly result: ComparisonResult
  /** Folder of the run, which `summarizeRun` reads again. */
  readonly folder: string
}

/**
 * Asks all questions of all arms and sums up. The same call goes on where an earlier one was stopped; a run
 * that is complete is summed up again without a question. Stopped by its signal, it returns what there is.
 *
 * @throws CompareError questions_have_errors, no_questions, no_arms, invalid_option, run_damaged
 */
export async function compare(options: CompareOptions, parts: CompareParts): Promise<Compared> {
  const run = await prepare(options, parts)
  const { folder, manifest, inputs, signal } = run
  const before = await readRun(folder)
  const resumed = before.records.length > 0
  options.onEvent?.({ type: 'plan', plan: inputs.plan, run: manifest.id, resumed })
  const isDone = resumed && summarize(before).complete && options.retry !== true
  if (!isDone) await work(run, before).catch(unlessStopped(signal))
  return await summarizeRun(folder)
}

/**
 * Sums a run up from its folder, and writes the result there: the same bytes for the same folder.
 * @throws CompareError run_not_found, run_damaged
 */
export async function summarizeRun(folder: string): Promise<Compared> {
  const result = summarize(await readRun(folder))
  await writeResult(folder, toJson(result))
  return { result, folder }
}

async function prepare(options: CompareOptions, parts: CompareParts): Promise<Run> {
  const questions = validQuestions(options.questions)
  const { examples, heldOut, signal = new AbortController().signal } = options
  const replies = repliesOf(examples)
  const trained = new Set(promptsOf(examples).map(plain))
  const inputs: RunInputs = {
    questions,
    plan: planOf(questions, trained),
    format: formatOf(replies),
    house: repliesOf(heldOut),
  }
  const manifest = await manifestOf(options, parts)
  const folder = path.join(parts.folder, manifest.id)
  const stored = await prepareFolder(folder, manifest, inputs)
  return { options, parts, inputs, folder, signal, manifest: stored }
}

/** Replies without a common form measure nothing. */
function formatOf(replies: readonly string[]): FormatSpec | null {
  if (replies.length < LEAST_REPLIES) return null
  const format = inferFormat(replies)
  return 'weak' in format && format.weak !== undefined ? null : format
}

const LEAST_REPLIES = 5

function repliesOf(examples: ExampleSet | undefined): string[] {
  if (!examples) return []
  return entriesOf(examples).map(({ example }) => example.messages.at(-1)?.content ?? '')
}

function promptsOf(examples: ExampleSet | undefined): string[] {
  if (!examples) return []
  return entriesOf(examples).map(
    ({ example }) => example.messages.findLast(({ role }) => role === 'user')?.content ?? '',
  )
}

async function work(run: Run, before: StoredRun): Promise<void> {
  const { options, manifest, inputs, folder, signal } = run
  const log = await openRecord(folder)
  const base = createBaseModel()
  try {
    await bringDocuments(run, before)
    await requireDocuments(run)
    // A judge that does not exist is noticed before anything is trained.
    const judge = await openJudge(options)
    const arms = await openArms(run, before, log, base)
    const { timeoutMs } = manifest.settings
    const check = inputs.format ? compileFormat(inputs.format) : undefined
    const settings = {
      arms,
      log,
      signal,
      timeoutMs,
      done: keysOfDone(before, options.retry === true),
      hasForm: check && ((reply: string) => check(reply).valid),
      judge,
      onEvent: options.onEvent,
    }
    const tasks = (phase: 'initial' | 'updated') =>
      tasksOf(phase, inputs.questions, manifest.arms, manifest.seed)
    await runTasks(tasks('initial'), settings)
    if (manifest.hashes.update === null) return
    await applyUpdate(run, before, log)
    await runTasks(tasks('updated'), settings)
  } finally {
    await base.close()
    await log.close()
  }
}

function keysOfDone({ records }: StoredRun, retry: boolean): Set<string> {
  const items = [...latestItems(records)]
  return new Set(
    items.filter(([, { outcome }]) => !retry || outcome.status !== 'failed').map(([key]) => key),
  )
}

async function openJudge({ judge }: CompareOptions): Promise<Judge | undefined> {
  return judge === undefined ? undefined : createJudge(await createWriter({ model: judge }))
}

/** A run that goes on begins with the documents that it was stopped with. */
async function bringDocuments({ options, signal }: Run, before: StoredRun): Promise<void> {
  const isUpdated = before.records.some(({ type }) => type === 'update')
  await options.documents?.bring(isUpdated ? 'updated' : 'initial', signal)
  signal.throwIfAborted()
}

/** Without a document, all arms would be the base. */
async function requireDocuments({ parts, manifest, options }: Run): Promise<void> {
  if (!manifest.arms.some((arm) => armOf(arm).documents)) return
  const { documents } = await parts.knowledge.status(options.reader)
  if (documents > 0) return
  throw new CompareError('no_documents', 'there are no documents to answer from', {
    hint: 'Add some with "graft add FOLDER", or give them with --documents.',
  })
}

/** Timed once: an update that was cut off is made again, one that was recorded is not. */
async function applyUpdate(
  { options, signal }: Run,
  { records }: StoredRun,
  log: RecordLog,
): Promise<void> {
  if (records.some(({ type }) => type === 'update')) return
  const started = performance.now()
  const documents = await options.documents!.bring('updated', signal)
  signal.throwIfAborted()
  const record = { type: 'update' as const, documents, indexMs: performance.now() - started }
  await log.append(record)
  options.onEvent?.(record)
}

/** A run that was stopped is no failure: what is done is on disk. */
function unlessStopped(signal: AbortSignal): (error: unknown) => void {
  return (error) => {
    if (!signal.aborted) throw error
  }
}

/** @file Measures signals: documents and their history in a workspace, examples, questions. */
import { checkExamples, type Report, readExamplesFile } from '../behavior/index.ts'
import type { Queryable } from '../db/index.ts'
import { type Knowledge, owner, type Reader } from '../knowledge/index.ts'
import { wilsonInterval } from '../statistics/index.ts'
import { AdviseError } from './errors.ts'
import { countRepeatedPassages, readHistory } from './queries.ts'
import type { Signal, Signals } from './signals.ts'

export type MeasureOptions = {
  /** Whose documents are measured. Default: the owner's, which are all. */
  readonly reader?: Reader
  /** Questions as users ask them: how many do the documents answer? */
  readonly questions?: readonly string[]
  readonly signal?: AbortSignal
  /** Called after each question. */
  readonly onProgress?: (done: number, total: number) => void
  /** The time up to which changes count. Default: now. */
  readonly now?: Date
}

export type MeasuredParts = { readonly db: Queryable; readonly knowledge: Knowledge }

const CHARACTERS_PER_TOKEN = 4
/** A pace needs two weeks to show; what happened long ago says little. */
const HISTORY_DAYS = { min: 14, max: 90 }
const MONTH_DAYS = 30
const DAY_MS = 86_400_000
/** Shorter passages, such as a licence line, repeat without harm. */
const PASSAGE_CHARACTERS = 200

/** Measures what a workspace knows about documents; empty where there are none. */
export async function measureWorkspace(
  { db, knowledge }: MeasuredParts,
  options: MeasureOptions = {},
): Promise<Signals> {
  const { reader = owner, now = new Date() } = options
  const { documents, chars } = await knowledge.status(reader)
  if (documents === 0) return {}
  const history = await readHistory(db, { reader, now, days: HISTORY_DAYS.max })
  const { passages, repeated } = await countRepeatedPassages(db, reader, PASSAGE_CHARACTERS)
  const observed = history.since ? (now.getTime() - history.since.getTime()) / DAY_MS - 1 : 0
  return {
    corpusTokens: {
      value: Math.ceil(chars / CHARACTERS_PER_TOKEN),
      how: `characters / 4 of ${documents} documents`,
    },
    ...(passages > 0 && {
      repeatedShare: share(repeated, passages, `of ${passages} passages`),
    }),
    ...(observed >= HISTORY_DAYS.min &&
      changes(history, { documents, days: Math.min(HISTORY_DAYS.max, observed) })),
    ...(await measureQuestions(knowledge, { ...options, reader })),
  }
}

type Observed = { documents: number; days: number }

function changes(
  { changeDays, changedDocuments }: { changeDays: number; changedDocuments: number },
  { documents, days }: Observed,
): Signals {
  const how = `history of ${Math.floor(days)} days`
  const changed = Math.min(1, changedDocuments / documents)
  return {
    changeDays: { value: (changeDays * MONTH_DAYS) / days, how },
    changedShare: { value: Math.min(1, (changed * MONTH_DAYS) / days), how },
  }
}

async function measureQuestions(
  knowledge: Knowledge,
  { reader, questions = [], signal, onProgress }: MeasureOptions & { reader: Reader },
): Promise<Signals> {
  let unanswered = 0
  for (const [at, question] of questions.entries()) {
    if (signal?.aborted)
      throw new AdviseError(
        'measuring_stopped',
        `measuring was stopped after ${at} of ${questions.length} questions`,
        { hint: 'Run the command again; answers that were given are kept.' },
      )
    const { sufficient } = await knowledge.evidence(question, { reader, ...(signal && { signal }) })
    if (!sufficient) unanswered++
    onProgress?.(at + 1, questions.length)
  }
  if (questions.length === 0) return {}
  const how = `of ${questions.length} questions, as the search judges them`
  return { unansweredShare: share(unanswered, questions.length, how) }
}

/** Reads and checks a file of examples. @throws BehaviorError `file_unreadable` | `file_too_large` */
export async function measureExamples(file: string): Promise<Signals> {
  return exampleSignals(checkExamples(await readExamplesFile(file)))
}

const UNUSABLE = new Set(['exact_duplicate', 'near_duplicate'])
const CONTRADICTING = new Set(['contradictory_answers', 'suspect_label', 'label_variant'])
const PRIVATE = new Set(['personal_data', 'secret'])
/** Forms that are meant wherever most answers have them; openings and closings may vary. */
const STRUCTURES = new Set(['the kind of JSON', 'the list of JSON keys', 'the list of headings'])

/** What the checks of examples say about training on them. */
function exampleSignals({ name, rows, findings, statistics }: Report): Signals {
  const lines = (matches: (finding: Report['findings'][number]) => boolean): number =>
    new Set(
      findings.filter((one) => one.line !== undefined && matches(one)).map(({ line }) => line),
    ).size
  const faulty = lines(({ severity, code }) => severity === 'error' || UNUSABLE.has(code))
  const how = `checks of ${name}`
  const usable: Signals = { examples: { value: Math.max(0, rows - faulty), how } }
  if (rows === 0) return usable
  const forms = statistics.forms.filter(({ trait }) => STRUCTURES.has(trait))
  const consistency = Math.max(0, ...forms.map((form) => form.share))
  return {
    ...usable,
    ...(forms.length > 0 && { exampleConsistency: { value: consistency, how } }),
    labelNoise: { value: lines(({ code }) => CONTRADICTING.has(code)) / rows, how },
    personalDataShare: {
      value: lines(({ code, severity }) => PRIVATE.has(code) && severity !== 'info') / rows,
      how,
    },
    refusalShare: { value: statistics.refusalShare, how },
  }
}

function share(part: number, whole: number, how: string): Signal {
  const { low, high } = wilsonInterval(part, whole)
  return { value: part / whole, low, high, how }
}

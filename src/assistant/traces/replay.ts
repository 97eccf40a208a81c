/** @file Replay: a traced question answered once more, with the evidence of then or the documents of today. */
import type { Evidence, Reader } from '../../knowledge/index.ts'
import { type AskParts, ask } from '../ask.ts'
import type { Answering } from '../create-answerer.ts'
import { AssistantError } from '../errors.ts'
import type { Citation, Support, Usage, Verdict } from '../events.ts'
import { type AnswerChange, compareAnswers } from './compare-answers.ts'
import { type SourceSentence, type TraceSources, traceSources } from './sources.ts'
import type { Trace, TraceTexts } from './trace.ts'
import { isWithheld } from './trace-view.ts'
import { openTrace, type TraceParts } from './traces.ts'

export type ReplayOptions = {
  /** Search today's documents and answer as configured today. Default: the evidence and settings of then. */
  today?: boolean
  signal?: AbortSignal
}

export type ReplayParts = TraceParts & {
  /** What answers such a request today. */
  answeringToday(trace: Trace): Promise<Answering>
  /** What answered then, as far as it is still there. */
  answeringOf(trace: Trace): Promise<Answering>
  /** The groups of a principal today. */
  groupsOf(principal: string): Promise<readonly string[]>
}

export type ReplayedAnswer = {
  /** Null where the reader may no longer see it. */
  answer: string | null
  outcome: Trace['outcome']
  model: string
  adapter: string | null
  verdicts: Record<Support | 'withheld', number>
  usage: Usage
}

/** What shaped the answer and is no longer the same. */
export type SettingChange = {
  setting: 'model' | 'adapter' | 'policy' | 'instructions' | 'abstention' | 'prompt'
  before: string | null
  after: string | null
}

export type Replay = {
  traceId: string
  evidence: 'stored' | 'today'
  /** Answer, citations and verdicts are the same. */
  same: boolean
  before: ReplayedAnswer
  after: ReplayedAnswer & { answer: string; citations: Citation[] }
  settings: SettingChange[]
  /** What became of the sentences on which the answer of then rested. */
  sentences: (SourceSentence & { cited: boolean })[]
  /** Sentence by sentence; empty where the answer of then may not be shown. */
  changes: AnswerChange[]
}

/**
 * Answers the question of a trace again, with what its asker may read of it today.
 * @throws AssistantError `unknown_trace`, `text_not_kept`, `nothing_to_replay` and what the model throws
 */
export async function replayTrace(
  id: string,
  viewer: Reader,
  parts: ReplayParts,
  { today = false, signal }: ReplayOptions = {},
): Promise<Replay> {
  const { trace, sources: seen } = await openTrace(id, viewer, parts)
  const texts = replayable(trace, today)
  const reader = await readerOf(trace, parts)
  const sources = await traceSources(trace, reader, parts)
  const withheld = isWithheld(seen, viewer)
  // Earlier turns may repeat what has been closed to the asker since.
  const history = withheld ? [] : texts.history
  const question = { ...texts, history }
  const run: Run = { trace, question, reader, signal }
  const after = await (today
    ? answerFromSearch(run, parts)
    : answerFromSources(run, sources, parts))
  return compare(trace, after, { today, sources, withheld, viewer })
}

type Run = { trace: Trace; question: TraceTexts; reader: Reader; signal: AbortSignal | undefined }
type Rerun = { trace: Trace; citations: Citation[] }

function replayable({ id, texts, evidence }: Trace, today: boolean): TraceTexts {
  if (!texts)
    throw new AssistantError('text_not_kept', `the question of trace "${id}" was not kept`, {
      hint: 'Set traces.keepText to true to be able to replay the answers to come.',
    })
  if (evidence || today) return texts
  throw new AssistantError('nothing_to_replay', `trace "${id}" ended before it had evidence`, {
    hint: 'Replay it with the documents of today: graft replay ID --today.',
  })
}

/** Rights of then that its asker still has. */
async function readerOf(
  { reader: { principal, groups } }: Trace,
  { groupsOf }: ReplayParts,
): Promise<Reader> {
  if (groups === null || principal === null) return { groups }
  const today = new Set(await groupsOf(principal))
  return { groups: groups.filter((group) => today.has(group)), principal }
}

async function answerFromSearch(
  run: Run,
  { answeringToday, knowledge }: ReplayParts,
): Promise<Rerun> {
  return await answerAgain(run, { ...(await answeringToday(run.trace)), knowledge })
}

/** The stored evidence in place of a search, and what answered then. */
async function answerFromSources(
  run: Run,
  sources: TraceSources,
  parts: ReplayParts,
): Promise<Rerun> {
  const { answerer, settings } = await parts.answeringOf(run.trace)
  const evidence = evidenceOf(run, sources.sentences)
  const { versions } = parts.knowledge
  const knowledge = { versions, evidence: async () => evidence }
  return await answerAgain(run, { answerer, settings, knowledge })
}

function evidenceOf({ trace, question }: Run, sentences: readonly SourceSentence[]): Evidence {
  const { ranking, signals, confidence, sufficient } = trace.evidence!
  const readable = sentences.flatMap(({ sentence }) => sentence ?? [])
  const numbers = new Set(readable.map(({ number }) => number))
  return {
    query: question.query,
    sentences: readable,
    ranking: ranking.filter((number) => numbers.has(number)),
    signals,
    confidence,
    sufficient,
  }
}

/** Nothing of a replay is recorded: its trace goes no further than here. */
async function answerAgain(
  { trace, question, reader, signal }: Run,
  parts: AskParts,
): Promise<Rerun> {
  let rerun: Trace | undefined
  const events = ask(
    question.question,
    {
      ...parts,
      // Completed then; the documents have no part in that.
      condense: async () => question.query,
      traces: {
        record(made) {
          rerun = made
        },
      },
    },
    { ...trace.filter, reader, history: question.history, ...(signal && { signal }) },
  )
  let step = await events.next()
  while (!step.done) step = await events.next()
  return { trace: rerun!, citations: step.value.citations }
}

type Comparison = { today: boolean; sources: TraceSources; withheld: boolean; viewer: Reader }

function compare(before: Trace, after: Rerun, comparison: Comparison): Replay {
  const { today, sources, withheld, viewer } = comparison
  const said = before.texts!.answer
  const saidNow = after.trace.texts!.answer
  const cited = new Set(before.citations.map(placeKey))
  return {
    traceId: before.id,
    evidence: today ? 'today' : 'stored',
    same: said === saidNow && sameJudgement(before, after.trace),
    before: { ...summaryOf(before), answer: withheld ? null : said },
    after: { ...summaryOf(after.trace), answer: saidNow, citations: after.citations },
    settings: settingChanges(before, after.trace, today).map(shownTo(viewer)),
    sentences: sources.sentences.map((one) => ({ ...one, cited: cited.has(placeKey(one)) })),
    changes: withheld
      ? []
      : compareAnswers(
          { answer: said, verdicts: before.verdicts },
          { answer: saidNow, verdicts: after.trace.verdicts },
        ),
  }
}

function placeKey({
  versionId,
  start,
  end,
}: {
  versionId: string
  start: number
  end: number
}): string {
  return `${versionId} ${start} ${end}`
}

function sameJudgement(before: Trace, after: Trace): boolean {
  const judged = ({ citations, verdicts, outcome }: Trace): string =>
    JSON.stringify([
      outcome,
      citations.map((one) => [one.marker, placeKey(one), one.sha256]),
      verdicts.map(verdictKey),
    ])
  return judged(before) === judged(after)
}

function verdictKey({ start, end, support, markers, withheld }: Verdict): unknown[] {
  return [start, end, support, markers, withheld]
}

function summaryOf({
  outcome,
  model,
  call,
  verdicts,
  usage,
}: Trace): Omit<ReplayedAnswer, 'answer'> {
  const shown = verdicts.filter(({ withheld }) => !withheld)
  const count = (support: Support): number =>
    shown.filter((verdict) => verdict.support === support).length
  return {
    outcome,
    model: call.servedModel ?? model,
    adapter: call.adapter ?? null,
    verdicts: {
      supported: count('supported'),
      unsupported: count('unsupported'),
      'no-claim': count('no-claim'),
      withheld: verdicts.length - shown.length,
    },
    usage,
  }
}

/** With today's documents the prompt is another one in any case. */
function settingChanges(before: Trace, after: Trace, today: boolean): SettingChange[] {
  const [old, now] = [before, after].map(
    ({ settings, model, call }): Record<SettingChange['setting'], string | null> => ({
      model: call.servedModel ?? settings?.model ?? model,
      adapter: call.adapter ?? null,
      policy: settings?.policy ?? null,
      instructions: settings?.instructions ?? null,
      abstention: settings?.abstention ?? null,
      prompt: today ? null : (call.promptSha256 ?? null),
    }),
  )
  return (Object.keys(old!) as SettingChange['setting'][])
    .filter((setting) => old![setting] !== now![setting])
    .map((setting) => ({ setting, before: old![setting], after: now![setting] }))
}

/** House rules are for those who run the house. */
function shownTo({ groups }: Reader): (change: SettingChange) => SettingChange {
  return (change) =>
    groups === null || change.setting !== 'instructions'
      ? change
      : { ...change, before: null, after: null }
}

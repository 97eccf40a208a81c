/** @file Freshness: after a page has changed, the new value is given and the old one is not, except `asOf`. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Answer, AskOptions } from '../src/assistant/index.ts'
import { openWorkspace, type Workspace } from '../src/workspace.ts'
import { type Fact, givesValue, readFacts } from './freshness/facts.ts'
import { readOptions } from './options.ts'
import { dataFile } from './quality/data.ts'
import { wilson } from './quality/metrics.ts'
import { type Cell, interval, type ResultTable, writeReport } from './report.ts'

type Asked = {
  abstained: boolean
  givesOld: boolean
  givesNew: boolean
  /** Cited pages; `replaced` counts citations of versions that are no longer current. */
  cited: string[]
  replaced: number
  /** Why the expected value is not in the answer; empty when it is. */
  miss: string
}

type Outcome = {
  fact: Pick<Fact, 'id' | 'question' | 'uri'> & { before: string; after: string }
  before: Asked
  after: Asked
  past: Asked
}

/** `npm run bench -- freshness [--quick]` */
export async function run(options: string[]): Promise<void> {
  const { quick } = readOptions(options, { quick: { type: 'boolean' } })
  const facts = readFacts()
  const outcomes = await measure(quick ? facts.slice(0, 6) : facts, facts)
  writeReport({
    name: 'freshness',
    title: 'Freshness',
    options,
    seeds: {},
    tables: [summaryTable(outcomes), missTable(outcomes)],
    notes,
    measurements: outcomes,
    quick: quick === true,
  })
}

const notes = [
  "Facts that changed between two commits of public documentation, from the oldest to the newest. The page before is indexed and asked about, replaced by the page after, and asked about again; the other pages are the facts' own and the rest of the Plausible documentation.",
  'Answers are those of the embedded quoting answerer. A value counts as given when it stands in the answer as a whole, markup and spacing aside.',
  'The first three rows depend on finding the right sentence at all. The rows about old values and replaced versions show staleness alone; so does the row that takes only facts answered rightly before the change.',
  'Intervals are Wilson intervals at 95 %.',
]

async function measure(facts: Fact[], all: Fact[]): Promise<Outcome[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'graft-freshness-'))
  const pages = path.join(folder, 'pages')
  const places = writeInitialPages(pages, all)
  const workspace = await openWorkspace(path.join(folder, 'workspace'))
  const outcomes: Outcome[] = []
  try {
    for (const fact of facts) outcomes.push(await measureFact(fact, { pages, places, workspace }))
  } finally {
    await workspace.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return outcomes
}

type Setting = { pages: string; places: Map<string, string>; workspace: Workspace }

/** Every page of a fact in its oldest state, among the present pages of the same documentation. */
function writeInitialPages(pages: string, facts: Fact[]): Map<string, string> {
  cpSync(dataFile('docs_plausible', 'pages'), path.join(pages, 'plausible'), { recursive: true })
  for (const { uri } of facts) rmSync(path.join(pages, uri), { force: true })
  const places = new Map<string, string>()
  for (const fact of facts) {
    if (!places.has(fact.page)) putPage(fact, fact.before.page, { pages, places })
  }
  return places
}

/** A page that has moved leaves its old place: it is one page, not two. */
function putPage(
  { uri, page }: Fact,
  text: string,
  { pages, places }: Pick<Setting, 'pages' | 'places'>,
): void {
  const former = places.get(page)
  if (former !== undefined && former !== uri) rmSync(path.join(pages, former))
  places.set(page, uri)
  const file = path.join(pages, uri)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
}

async function measureFact(fact: Fact, setting: Setting): Promise<Outcome> {
  const { workspace, pages } = setting
  putPage(fact, fact.before.page, setting)
  await workspace.knowledge.add(pages)
  const before = await askFact(fact, 'before', workspace)
  const asOf = await nextMoment()
  putPage(fact, fact.after.page, setting)
  await workspace.knowledge.add(pages)
  const after = await askFact(fact, 'after', workspace)
  const past = await askFact(fact, 'before', workspace, { asOf })
  const { id, question, uri } = fact
  const values = { before: fact.before.value, after: fact.after.value }
  return { fact: { id, question, uri, ...values }, before, after, past }
}

/** A moment after everything so far and before everything to come, at the millisecond that `asOf` has. */
async function nextMoment(): Promise<string> {
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))
  await pause()
  const moment = new Date().toISOString()
  await pause()
  return moment
}

async function askFact(
  fact: Fact,
  expected: 'before' | 'after',
  workspace: Workspace,
  options: AskOptions = {},
): Promise<Asked> {
  const { answer, abstained, citations } = await finalAnswer(fact.question, workspace, options)
  const { before, after } = fact
  const text = abstained ? '' : answer
  const cited = [...new Set(citations.map(({ uri }) => uri))]
  const versions = await workspace.knowledge.versions(citations.map(({ versionId }) => versionId))
  const replaced = [...versions.values()].filter(({ validTo }) => validTo !== null).length
  const asked = {
    abstained,
    givesOld: givesValue(text, before.value, after.value),
    givesNew: givesValue(text, after.value, before.value),
    cited,
    replaced,
  }
  const isGiven = expected === 'before' ? asked.givesOld : asked.givesNew
  const miss = isGiven ? '' : await missReason(fact, expected, asked, workspace, options)
  return { ...asked, miss }
}

async function finalAnswer(
  question: string,
  workspace: Workspace,
  options: AskOptions,
): Promise<Answer> {
  for await (const event of workspace.ask(question, options)) {
    if (event.type === 'finish') return event.answer
  }
  throw new Error('internal: the stream ended without an answer')
}

/** Where on the way the value was lost: page, answer, sentence. */
async function missReason(
  fact: Fact,
  expected: 'before' | 'after',
  { abstained }: Pick<Asked, 'abstained'>,
  { knowledge }: Workspace,
  { asOf }: AskOptions,
): Promise<string> {
  const { value, page } = fact[expected]
  const filter = asOf === undefined ? {} : { asOf }
  if (!givesValue(page, value)) return 'the page does not hold the value verbatim'
  const chunks = await knowledge.search(fact.question, { limit: 10, ...filter })
  if (!chunks.some(({ uri }) => uri === fact.uri)) return 'the page is not among the 10 best chunks'
  const { sentences, ranking } = await knowledge.evidence(fact.question, filter)
  const holding = sentences.filter(({ uri, text }) => uri === fact.uri && givesValue(text, value))
  const ranks = holding.map(({ number }) => ranking.indexOf(number) + 1)
  const rank =
    ranks.length > 0 ? `rank ${Math.min(...ranks)} in the evidence` : 'not in the evidence'
  return `${abstained ? 'abstained' : 'another sentence is quoted'}; the sentence with the value is ${rank}`
}

function summaryTable(outcomes: Outcome[]): ResultTable {
  const answeredBefore = outcomes.filter(({ before }) => before.givesOld)
  const row = (what: string, among: Outcome[], holds: (outcome: Outcome) => boolean): Cell[] => {
    const count = among.filter(holds).length
    return [what, `${count} of ${among.length}`, interval(wilson(count, among.length))]
  }
  return {
    title: 'Answers before and after the change',
    columns: ['what', 'facts', 'share (95 % interval)'],
    rows: [
      row('before: the old value is given', outcomes, ({ before }) => before.givesOld),
      row('after: the new value is given', outcomes, ({ after }) => after.givesNew),
      row('as of before: the old value is given', outcomes, ({ past }) => past.givesOld),
      row('after: the old value is not given', outcomes, ({ after }) => !after.givesOld),
      row('after: no replaced version is cited', outcomes, ({ after }) => after.replaced === 0),
      row(
        'of those answered before: the new value is given after',
        answeredBefore,
        ({ after }) => after.givesNew,
      ),
      row(
        'of those answered before: the old value is given as of before',
        answeredBefore,
        ({ past }) => past.givesOld,
      ),
    ],
  }
}

function missTable(outcomes: Outcome[]): ResultTable {
  const rows = outcomes.flatMap(({ fact, before, after, past }): Cell[][] => {
    const stale = after.givesOld
      ? `the old value is given, from ${after.replaced > 0 ? 'a replaced version' : 'current text'} (cited: ${after.cited.join(', ')})`
      : ''
    const misses = { before: before.miss, after: after.miss, stale, 'as of before': past.miss }
    return Object.entries(misses)
      .filter(([, reason]) => reason !== '')
      .map(([when, reason]) => [
        fact.id,
        fact.question,
        `${fact.before} -> ${fact.after}`,
        when,
        reason,
      ])
  })
  return { title: 'Misses', columns: ['fact', 'question', 'change', 'when', 'reason'], rows }
}

/** @file graft traces and graft trace: what was searched, found, chosen and said for an answer. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { TraceOutcome, TraceView } from '../../assistant/index.ts'
import { bold, count, dim, print, printJson, seconds } from '../output.ts'
import { type Session, withWorkspace } from '../session.ts'

type ListOptions = {
  since?: string
  principal?: string
  outcome?: TraceOutcome
  before?: string
  limit: number
  as?: string
}

const AS: [string, string] = ['--as <principal>', 'with the rights of this principal']
/** Of a question or sentence in a list. */
const LINE_CHARACTERS = 90

export function tracesCommand(program: Command): void {
  program
    .command('traces')
    .description('list answers, newest first, with what became of them')
    .option('--since <date>', 'only answers from this ISO date or time on')
    .option('--principal <name>', 'only answers to this principal')
    .addOption(
      new Option('--outcome <outcome>', 'only answers that ended so').choices([
        'answered',
        'abstained',
        'failed',
        'aborted',
      ]),
    )
    .option('--before <id>', 'the page that comes after this trace')
    .option('-l, --limit <number>', 'traces to show, at most 500', positive, 20)
    .option(...AS)
    .action((options: ListOptions, command: Command) =>
      withWorkspace(command, (session) => list(options, session)),
    )
  program
    .command('trace')
    .description('show what was searched, found, chosen and said for an answer')
    .argument('<id>', 'of graft traces, or traceId of an answer')
    .option(...AS)
    .action((id: string, { as }: { as?: string }, command: Command) =>
      withWorkspace(command, async ({ workspace, options: { json } }) => {
        const trace = await workspace.traces.get(id, await workspace.access.reader(as))
        json ? printJson(trace) : printTrace(trace)
      }),
    )
}

async function list(
  { as, ...options }: ListOptions,
  { workspace, options: { json } }: Session,
): Promise<void> {
  const traces = await workspace.traces.list(await workspace.access.reader(as), options)
  if (json) return printJson({ traces })
  if (traces.length === 0) return print('no traces')
  for (const { id, at, outcome, principal, question, model, adapter, totalMs } of traces) {
    const who = principal ?? 'owner'
    const what = adapter === null ? model : `${model} (${adapter})`
    print(`${bold(id)}  ${at}  ${outcome}  ${dim(`${who}, ${what}, ${seconds(totalMs)}`)}`)
    print(`  ${question === null ? dim('(text not kept)') : oneLine(question)}`)
  }
}

function printTrace(trace: TraceView): void {
  const { id, at, outcome, error, abstention } = trace
  print(`${bold(id)}  ${at}  ${bold(outcome)}`)
  if (error) print(`because   ${error.message} [${error.code}]`)
  if (abstention) print(`because   ${abstention}`)
  printQuestion(trace)
  printModel(trace)
  printTools(trace)
  printFound(trace)
  printEvidence(trace)
  printAnswer(trace)
  printCosts(trace)
}

function printQuestion({ reader, texts, turns, filter }: TraceView): void {
  const groups = reader.groups === null ? 'reads everything' : reader.groups.join(', ')
  print(
    `asked by  ${reader.principal ?? (reader.groups ? 'an unnamed reader' : 'the owner')} (${groups})`,
  )
  print(`question  ${texts === null ? dim('(text not kept)') : texts.question}`)
  if (turns > 0) print(`follows   ${count(turns, 'earlier turn')}`)
  if (texts && texts.query !== texts.question)
    print(`searched  ${texts.query ?? dim('(not shown)')}`)
  const filters = Object.entries(filter).map(([name, value]) => `${name} ${String(value)}`)
  if (filters.length > 0) print(`filter    ${filters.join(', ')}`)
}

function printModel({ model, call, settings }: TraceView): void {
  const served = call.servedModel ? `, served as ${call.servedModel}` : ''
  const adapter = call.adapter ? `, adapter ${call.adapter}` : ''
  const policy = settings ? `, policy ${settings.policy}` : ''
  print(`model     ${model}${adapter}${served}${policy}`)
  if (call.promptSha256) print(`prompt    ${dim(`sha256 ${call.promptSha256}`)}`)
}

function printTools({ tools = [] }: TraceView): void {
  for (const { name, status, input, decidedBy, approval } of tools) {
    const given = input === undefined ? '' : ` ${oneLine(JSON.stringify(input))}`
    const notes = [decidedBy && `by the ${decidedBy}`, approval && `approval: ${approval}`]
    print(`tool      ${name}${given}: ${status}  ${dim(notes.filter(Boolean).join(', '))}`)
  }
}

function printFound({ candidates }: TraceView): void {
  print(bold(`found ${count(candidates.length, 'passage')}`))
  for (const [index, { source, score, legs, chunkId }] of candidates.entries()) {
    const ranks = Object.entries(legs).map(
      ([name, leg]) => `${name} #${leg.rank} (${leg.score.toFixed(3)})`,
    )
    const place = source ? placeOf(source) : `chunk ${chunkId}, which you may not see any more`
    print(`  ${index + 1}. ${place}  ${dim(`score ${score.toFixed(3)}   ${ranks.join('   ')}`)}`)
  }
}

function printEvidence({ evidence, citations }: TraceView): void {
  if (!evidence) {
    print('the search was not completed')
    return
  }
  const { sentences, confidence, sufficient } = evidence
  const enough = sufficient ? 'enough to answer' : 'too little to answer'
  print(
    bold(
      `chose ${count(sentences.length, 'sentence')}, confidence ${confidence.toFixed(2)}: ${enough}`,
    ),
  )
  for (const { number, versionId, start, end, relevance, state, sentence } of sentences) {
    const marker = citations.find(
      (one) => one.versionId === versionId && one.start === start,
    )?.marker
    const mark = marker === undefined ? '   ' : `[${marker}]`
    const text = sentence ? oneLine(sentence.text) : `${versionId} [${start}, ${end})`
    const now = state === 'current' ? '' : `  ${bold(state)}`
    print(`  ${mark} ${number}. ${relevance.toFixed(2)}  ${text}${now}`)
  }
}

function printAnswer({ texts, withheld, outcome, verdicts, droppedReferences }: TraceView): void {
  print(bold(outcome === 'failed' || outcome === 'aborted' ? 'said until then' : 'said'))
  const text = withheld ? dim('(rests on documents that you may not read any more)') : texts?.answer
  for (const line of (text ?? dim('(text not kept)')).split('\n')) print(`  ${line}`)
  const unsupported = verdicts.filter(
    ({ support, withheld }) => support === 'unsupported' && !withheld,
  )
  const kept = verdicts.filter((verdict) => verdict.withheld)
  if (unsupported.length > 0) print(`  ${count(unsupported.length, 'sentence')} without support`)
  if (kept.length > 0) print(`  ${count(kept.length, 'sentence')} kept out, without support`)
  for (const { reference, reason } of droppedReferences)
    print(`  dropped reference ${reference} (${reason})`)
}

function printCosts({ timings, usage, cost }: TraceView): void {
  const { retrievalMs, firstTextMs, totalMs } = timings
  const first = firstTextMs > 0 ? `, first text after ${seconds(firstTextMs)}` : ''
  print(`time      ${seconds(totalMs)}: search ${seconds(retrievalMs)}${first}`)
  const price = cost === null ? '' : `, cost ${cost.toFixed(6)}`
  print(`tokens    ${usage.inputTokens} in, ${usage.outputTokens} out${price}`)
}

function placeOf({
  uri,
  title,
  headingPath,
}: {
  uri: string
  title: string
  headingPath: string[]
}): string {
  return [uri, ...headingPath.filter((heading) => heading !== title)].join(' > ')
}

export function oneLine(text: string): string {
  const flat = text.replace(/\s+/g, ' ').trim()
  return flat.length > LINE_CHARACTERS ? `${flat.slice(0, LINE_CHARACTERS - 1)}…` : flat
}

function positive(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new InvalidArgumentError('Give a whole number above 0.')
}

/** @file graft replay: an answer once more, and what is different. */
import type { Command } from 'commander'
import type { AnswerChange, Replay, ReplayedAnswer } from '../../assistant/index.ts'
import { bold, count, dim, print, printJson } from '../output.ts'
import { type Session, withWorkspace } from '../session.ts'
import { oneLine } from './traces.ts'

type ReplayCommandOptions = { today?: boolean; as?: string }

export function replayCommand(program: Command): void {
  program
    .command('replay')
    .description('answer the question of a trace again and show what is different')
    .argument('<id>', 'of graft traces, or traceId of an answer')
    .option('--today', "with today's documents and configuration, not with those of then")
    .option('--as <principal>', 'with the rights of this principal')
    .action((id: string, options: ReplayCommandOptions, command: Command) =>
      withWorkspace(command, (session) => replay(id, options, session)),
    )
}

async function replay(
  id: string,
  { today = false, as }: ReplayCommandOptions,
  { workspace, options: { json }, signal }: Session,
): Promise<void> {
  const reader = await workspace.access.reader(as)
  const result = await workspace.traces.replay(id, reader, { today, signal })
  json ? printJson(result) : printReplay(result)
}

function printReplay(result: Replay): void {
  const { traceId, evidence, same, before, after, settings } = result
  const basis = evidence === 'today' ? "today's documents" : 'the evidence of then'
  print(`${bold(traceId)} with ${basis}: ${bold(same ? 'the same answer' : 'another answer')}`)
  for (const change of settings) {
    const [old, now] = [change.before, change.after].map((value) => oneLine(value ?? 'none'))
    print(`${change.setting}: ${old} -> ${now}`)
  }
  printSentences(result)
  printChanges(result)
  print(`then  ${describe(before)}`)
  print(`now   ${describe(after)}`)
}

/** Sentences that are as they were need no line. */
function printSentences({ sentences }: Replay): void {
  const changed = sentences.filter(({ state }) => state !== 'current')
  const isUntouched = sentences.length > 0 && changed.length === 0
  if (isUntouched)
    print(dim(`all ${count(sentences.length, 'sentence')} of its evidence are current`))
  for (const { number, state, cited, sentence, versionId } of changed) {
    const text = sentence ? `${sentence.uri}: ${oneLine(sentence.text)}` : versionId
    print(`${MEANINGS[state]}${cited ? ', was cited' : ''}  ${dim(`${number}. ${text}`)}`)
  }
}

const MEANINGS: Record<Replay['sentences'][number]['state'], string> = {
  current: 'current',
  kept: 'document changed, sentence kept',
  changed: 'document changed, sentence gone',
  removed: 'document removed',
  unavailable: 'not readable any more',
}

function printChanges({ changes, before }: Replay): void {
  if (before.answer === null)
    print(dim('The answer of then rests on documents that you may not read any more.'))
  for (const change of changes) print(`${MARKS[change.change]} ${change.text}${verdictOf(change)}`)
}

const MARKS: Record<AnswerChange['change'], string> = { same: ' ', removed: '-', added: '+' }

function verdictOf({ change, before, after }: AnswerChange): string {
  if (change === 'same')
    return before === after ? '' : dim(`  (${before ?? 'not judged'} -> ${after ?? 'not judged'})`)
  return (before ?? after) === 'unsupported' ? dim('  (unsupported)') : ''
}

function describe({ outcome, model, adapter, verdicts, usage }: ReplayedAnswer): string {
  const name = adapter === null ? model : `${model} (${adapter})`
  const judged = `${verdicts.supported} supported, ${verdicts.unsupported} unsupported, ${verdicts.withheld} kept out`
  return `${outcome} by ${name}; ${judged}; ${usage.inputTokens} + ${usage.outputTokens} tokens`
}

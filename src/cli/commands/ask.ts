/** @file graft ask: one streamed answer with its sources. */
import type { Command } from 'commander'
import type { Answer, Approve, Citation } from '../../assistant/index.ts'
import { askToApprove } from '../approval-prompt.ts'
import { bold, dim, note, print, printJson, seconds } from '../output.ts'
import { type Session, withWorkspace } from '../session.ts'
import { addFilterOptions, type FilterOptions, toFilter } from './filters.ts'

export function askCommand(program: Command): void {
  const command = program
    .command('ask')
    .description('answer a question from the documents, with verified citations')
    .argument('<question...>')
    .option('--assistant <name>', 'an assistant of the configuration, or a model of graft serve')
    .option('--yes', 'approve what a tool would do without asking')
    .option('--events', 'print every event of the stream as a line of JSON')
  addFilterOptions(command).action((words: string[], options: AskCommandOptions, self: Command) =>
    withWorkspace(self, (session) => ask(words.join(' '), options, session)),
  )
}

type AskCommandOptions = FilterOptions & { assistant?: string; yes?: true; events?: true }

async function ask(question: string, options: AskCommandOptions, session: Session): Promise<void> {
  const {
    workspace,
    signal,
    options: { json },
  } = session
  const filter = await toFilter(options, workspace)
  const approve = approver(options, signal)
  const choice = { approve, ...(options.assistant && { model: options.assistant }) }
  for await (const event of workspace.ask(question, { ...filter, ...choice, signal })) {
    if (options.events) printJson(event)
    else if (event.type === 'finish') json ? printJson(event.answer) : printSources(event.answer)
    else if (event.type === 'text-delta' && !json) process.stdout.write(event.delta)
    else if (event.type === 'tool-call' && !json) note(dim(`calls ${event.call.name}`))
  }
}

/** Where nobody can be asked, the answer is no: no later command could approve the call. */
function approver({ yes }: AskCommandOptions, signal: AbortSignal): Approve {
  if (yes) return async () => true
  if (process.stdin.isTTY) return (approval) => askToApprove(approval, { signal })
  return async ({ call }) => {
    note(`${call.name} is not called: nobody is here to approve it. --yes approves all calls.`)
    return false
  }
}

function placeOf({ title, uri, headingPath }: Citation): string {
  const headings = headingPath.filter((heading) => heading !== title).join(' > ')
  return headings ? `${uri} - ${headings}` : uri
}

function printSources({ citations, timings, model, traceId }: Answer): void {
  print('')
  if (citations.length > 0) print('')
  for (const [place, cited] of Map.groupBy(citations, placeOf)) {
    print(`${cited.map(({ marker }) => bold(`[${marker}]`)).join('')} ${place}`)
  }
  const trace = traceId === null ? '' : `, ${traceId}`
  print(dim(`${model}, ${seconds(timings.totalMs)}${trace}`))
}

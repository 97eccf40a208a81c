/** @file graft ask: one streamed answer with its sources. */
import type { Command } from 'commander'
import type { Answer, Citation } from '../../assistant/index.ts'
import { bold, dim, print, printJson, seconds } from '../output.ts'
import { type Session, withWorkspace } from '../session.ts'
import { addFilterOptions, type FilterOptions, toFilter } from './filters.ts'

export function askCommand(program: Command): void {
  const command = program
    .command('ask')
    .description('answer a question from the documents, with verified citations')
    .argument('<question...>')
    .option('--events', 'print every event of the stream as a line of JSON')
  addFilterOptions(command).action(
    (words: string[], options: FilterOptions & { events?: true }, self: Command) =>
      withWorkspace(self, (session) => ask(words.join(' '), options, session)),
  )
}

async function ask(
  question: string,
  options: FilterOptions & { events?: true },
  session: Session,
): Promise<void> {
  const {
    workspace,
    signal,
    options: { json },
  } = session
  const filter = await toFilter(options, workspace)
  for await (const event of workspace.ask(question, { ...filter, signal })) {
    if (options.events) printJson(event)
    else if (event.type === 'finish') json ? printJson(event.answer) : printSources(event.answer)
    else if (event.type === 'text-delta' && !json) process.stdout.write(event.delta)
  }
}

function placeOf({ title, uri, headingPath }: Citation): string {
  const headings = headingPath.filter((heading) => heading !== title).join(' > ')
  return headings ? `${uri} - ${headings}` : uri
}

function printSources({ citations, timings, model }: Answer): void {
  print('')
  if (citations.length > 0) print('')
  for (const [place, cited] of Map.groupBy(citations, placeOf)) {
    print(`${cited.map(({ marker }) => bold(`[${marker}]`)).join('')} ${place}`)
  }
  print(dim(`${model}, ${seconds(timings.totalMs)}`))
}

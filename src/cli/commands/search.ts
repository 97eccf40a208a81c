/** @file graft search: the found chunks, with the ranks of every leg on request. */
import type { Command } from 'commander'
import type { LegScore, RetrievedChunk } from '../../knowledge/index.ts'
import { bold, dim, print, printJson } from '../output.ts'
import { type Session, withWorkspace } from '../session.ts'
import { addFilterOptions, type FilterOptions, toFilter } from './filters.ts'

type SearchOptions = FilterOptions & { limit: string; explain?: true }

export function searchCommand(program: Command): void {
  const command = program
    .command('search')
    .description('find the passages that match a query')
    .argument('<query...>')
    .option('-l, --limit <number>', 'passages to show', '5')
    .option('--explain', 'show rank and score of every leg')
  addFilterOptions(command).action((words: string[], options: SearchOptions, self: Command) =>
    withWorkspace(self, (session) => search(words.join(' '), options, session)),
  )
}

async function search(
  query: string,
  options: SearchOptions,
  { workspace, options: { json } }: Session,
): Promise<void> {
  const limit = Math.max(1, Number.parseInt(options.limit, 10) || 5)
  const chunks = await workspace.knowledge.search(query, {
    ...(await toFilter(options, workspace)),
    limit,
  })
  if (json) return printJson({ query, chunks })
  if (chunks.length === 0) print('nothing found')
  for (const [index, chunk] of chunks.entries())
    printChunk(index + 1, chunk, options.explain === true)
}

function printChunk(rank: number, chunk: RetrievedChunk, explain: boolean): void {
  print(`${bold(`${rank}. ${chunk.uri}`)} ${dim(chunk.headingPath.join(' > '))}`)
  if (explain) {
    const legs = Object.entries(chunk.legs).map(
      ([name, leg]) => `${name} ${leg ? describe(leg) : '-'}`,
    )
    print(
      dim(
        `   score ${chunk.score.toFixed(3)}   ${legs.join('   ')}   chunk ${chunk.ordinal} [${chunk.start}, ${chunk.end})`,
      ),
    )
  }
  print(`   ${chunk.text.replace(/\s+/g, ' ').slice(0, 240)}`)
}

function describe({ rank, score }: LegScore): string {
  return `#${rank} (${score.toFixed(3)})`
}

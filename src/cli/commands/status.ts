/** @file graft status: what is indexed and what answers. */
import type { Command } from 'commander'
import { count, dim, print, printJson } from '../output.ts'
import { type Session, withWorkspace } from '../session.ts'

type StatusOptions = { documents?: true; as?: string }

export function statusCommand(program: Command): void {
  program
    .command('status')
    .description('show what is indexed and which models are in use')
    .option('-d, --documents', 'list every document')
    .option('--as <principal>', 'as this principal sees it')
    .action((options: StatusOptions, command: Command) =>
      withWorkspace(command, (session) => status(options, session)),
    )
}

async function status(
  { documents, as }: StatusOptions,
  { workspace, options: { json } }: Session,
): Promise<void> {
  const reader = await workspace.access.reader(as)
  const state = await workspace.knowledge.status(reader)
  const all = documents ? await workspace.knowledge.documents(reader) : undefined
  if (json) return printJson({ ...state, model: workspace.model, ...(all && { documents: all }) })
  print(
    `${count(state.documents, 'document')}, ${count(state.chunks, 'chunk')}, ${count(state.versions, 'version')}`,
  )
  for (const { name, documents } of state.collections)
    print(`  ${name}: ${count(documents, 'document')}`)
  const legs = state.embedder
    ? `lexical (BM25) and dense (${state.embedder.name}, ${count(state.embedder.missing, 'chunk')} without a vector)`
    : 'lexical (BM25); no embeddings yet, or turned off'
  print(`retrieval: ${legs}`)
  print(`answers:   ${workspace.model}`)
  print(`changed:   ${state.lastChange ?? 'never'}`)
  for (const document of all ?? []) {
    const groups = document.groups.join() === 'everyone' ? '' : `  [${document.groups.join(', ')}]`
    print(
      `${document.uri}  ${dim(`${document.title}, ${count(document.chunks, 'chunk')}, ${document.versionId}`)}${groups}`,
    )
  }
}

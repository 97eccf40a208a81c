/** @file A process that answers questions and says, unbuffered, which traces it promised. Arguments: workspace, questions, flush after. */
import { writeSync } from 'node:fs'
import { owner } from '../../src/knowledge/index.ts'
import { openWorkspace } from '../../src/workspace.ts'

const [workspaceFolder = '', questions = '', flushAfter = ''] = process.argv.slice(2)
const say = (line: string): void => void writeSync(1, `${line}\n`)

const workspace = await openWorkspace(workspaceFolder, { databaseUrl: '' })
for (let n = 1; n <= Number(questions); n++) {
  for await (const event of workspace.ask(`How many days do refunds take? ${n}`))
    if (event.type === 'finish') say(event.answer.traceId!)
  if (n !== Number(flushAfter)) continue
  await workspace.traces.list(owner)
  say('written')
}
// Neither closed nor ended: it is for the parent to do that the hard way.
say('waiting')
setInterval(() => undefined, 60_000)

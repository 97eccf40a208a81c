/** @file A process that indexes a folder and says, unbuffered, what has been committed. Arguments: workspace, folder. */
import { writeSync } from 'node:fs'
import { openWorkspace } from '../../src/workspace.ts'

const [workspaceFolder = '', documents = ''] = process.argv.slice(2)
const say = (line: string): void => void writeSync(1, `${line}\n`)

const workspace = await openWorkspace(workspaceFolder, { databaseUrl: '' })
say('open')
await workspace.knowledge.add(documents, {
  onProgress: ({ outcome, uri }) => say(`${outcome} ${uri}`),
})
await workspace.close()
say('closed')

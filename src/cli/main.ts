/** @file The graft command. */
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { accessCommand } from './commands/access.ts'
import { addCommand } from './commands/add.ts'
import { askCommand } from './commands/ask.ts'
import { examplesCommand } from './commands/examples.ts'
import { modelsCommand } from './commands/models.ts'
import { removeCommand } from './commands/remove.ts'
import { searchCommand } from './commands/search.ts'
import { serveCommand, startCommand } from './commands/serve.ts'
import { showCommand } from './commands/show.ts'
import { statusCommand } from './commands/status.ts'
import { tuneCommand } from './commands/tune.ts'

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string }

const program = new Command('graft')
  .description(
    'Your knowledge and your manners for a language model: answers with verified citations.',
  )
  .version(version)
  .option('--workspace <folder>', 'workspace folder', process.env.GRAFT_WORKSPACE ?? '.graft')
  .option('--json', 'print results as JSON on standard output')
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError('Run with --help for the options.')

for (const register of [
  addCommand,
  askCommand,
  searchCommand,
  statusCommand,
  examplesCommand,
  tuneCommand,
  modelsCommand,
  removeCommand,
  accessCommand,
  showCommand,
  serveCommand,
  startCommand,
]) {
  register(program)
}

await program.parseAsync()

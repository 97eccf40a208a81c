/** @file The graft command. */
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { accessCommand } from './commands/access.ts'
import { addCommand } from './commands/add.ts'
import { adviseCommand } from './commands/advise.ts'
import { askCommand } from './commands/ask.ts'
import { compareCommand } from './commands/compare.ts'
import { configCommand } from './commands/config.ts'
import { distillCommand } from './commands/distill.ts'
import { examplesCommand } from './commands/examples.ts'
import { feedbackCommand } from './commands/feedback.ts'
import { keysCommand } from './commands/keys.ts'
import { modelsCommand } from './commands/models.ts'
import { probeCommand } from './commands/probe.ts'
import { questionsCommand } from './commands/questions.ts'
import { removeCommand } from './commands/remove.ts'
import { replayCommand } from './commands/replay.ts'
import { searchCommand } from './commands/search.ts'
import { serveCommand, startCommand } from './commands/serve.ts'
import { showCommand } from './commands/show.ts'
import { statusCommand } from './commands/status.ts'
import { tracesCommand } from './commands/traces.ts'
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
  distillCommand,
  tuneCommand,
  modelsCommand,
  removeCommand,
  accessCommand,
  configCommand,
  keysCommand,
  adviseCommand,
  questionsCommand,
  probeCommand,
  compareCommand,
  showCommand,
  tracesCommand,
  replayCommand,
  feedbackCommand,
  serveCommand,
  startCommand,
]) {
  register(program)
}

await program.parseAsync()

/** @file graft probe: in minutes, where there is something to win. */
import { readFile, writeFile } from 'node:fs/promises'
import { type Command, InvalidArgumentError } from 'commander'
import { createCompareProgress, printHeadroom } from '../compare-output.ts'
import { dim, print, printJson } from '../output.ts'
import { type Session, withWorkspace } from '../session.ts'

type ProbeCommandOptions = {
  examples?: string
  instructions?: string
  limit?: number
  out?: string
  as?: string
}

export function probeCommand(program: Command): void {
  program
    .command('probe')
    .description('measure what documents, retrieval, reading, form and refusing leave to win')
    .argument('<questions>', 'JSONL, CSV or promptfoo tests; see graft questions')
    .option('-e, --examples <file>', 'replies in the house form: is it reached without tuning?')
    .option('-i, --instructions <file>', 'what the model is told about form and tone')
    .option('-l, --limit <number>', 'how many questions are asked (default: 60)', number)
    .option('-o, --out <file>', 'write what was measured, for graft advise --probe')
    .option('--as <principal>', 'with the rights of this principal')
    .action((questions: string, options: ProbeCommandOptions, command: Command) =>
      withWorkspace(command, (session) => run(questions, options, session)),
    )
}

async function run(
  file: string,
  { examples, instructions, limit, out, as }: ProbeCommandOptions,
  { workspace, signal, options: { json } }: Session,
): Promise<void> {
  const { readQuestionsFile, toProbeFile } = await import('../../compare/index.ts')
  const { readExamplesFile } = await import('../../behavior/index.ts')
  const progress = createCompareProgress()
  try {
    const { result, folder } = await workspace.probe({
      questions: await readQuestionsFile(file),
      reader: await workspace.access.reader(as),
      signal,
      onEvent: progress.show,
      ...(examples !== undefined && { examples: await readExamplesFile(examples) }),
      ...(instructions !== undefined && { instructions: await readFile(instructions, 'utf8') }),
      ...(limit !== undefined && { limit }),
    })
    progress.end()
    const measured = toProbeFile(result)
    if (out !== undefined) await writeFile(out, `${JSON.stringify(measured, undefined, 2)}\n`)
    if (json) return printJson({ folder, probe: measured, headroom: result.headroom })
    printHeadroom(result)
    if (!result.complete) print('The probe is not complete; the same command goes on with it.')
    print(dim(`\n${out ?? folder}`))
  } finally {
    progress.end()
  }
}

function number(value: string): number {
  const parsed = Number(value)
  if (Number.isInteger(parsed) && parsed > 0) return parsed
  throw new InvalidArgumentError('It must be a whole number above 0.')
}

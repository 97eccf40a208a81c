/** @file Training files as a job takes them: every fault with its file and line, before anything is trained. */
import { checkExamples } from '../examples/check-examples.ts'
import { type ExampleSet, entriesOf } from '../examples/example.ts'
import type { Finding } from '../examples/finding.ts'
import { readExamples } from '../examples/read.ts'
import type { FineTuningJob, JobError } from './job.ts'

export type JobFiles = { training: ExampleSet; validation?: ExampleSet }

export type StoredFile = { id: string; filename: string; bytes: Uint8Array }

/** OpenAI's own limit, which is also ours. */
const MIN_EXAMPLES = 10
/** More lines help nobody; the same file checked by `graft examples check` shows them all. */
const MAX_SHOWN = 20

/** Named by their ids, which tell two files of the same name apart. */
export function readJobFile({ id, filename, bytes }: StoredFile): ExampleSet {
  return readExamples(bytes, { name: `${id}/${filename}` })
}

export function findFault(
  { training, validation }: JobFiles,
  { settings, trainingFile }: Pick<FineTuningJob, 'settings' | 'trainingFile'>,
): JobError | undefined {
  const { findings } = checkExamples(training, validation ? { test: validation } : {})
  const errors = findings.filter(({ severity }) => severity === 'error')
  if (errors.length > 0 && !settings.ignoreErrors) return fileFault(errors, trainingFile)
  const count = entriesOf(training).length
  if (count >= MIN_EXAMPLES) return undefined
  return {
    code: 'invalid_n_examples',
    message: `Training file has ${count} example(s), but must have at least ${MIN_EXAMPLES} examples`,
    param: 'training_file',
  }
}

function fileFault(errors: readonly Finding[], trainingFile: string): JobError {
  const inTraining = errors.filter(
    ({ file }) => file === undefined || file.startsWith(trainingFile),
  )
  const name = inTraining.length > 0 ? 'training' : 'validation'
  const shown = errors.slice(0, MAX_SHOWN).map(describe)
  const others = errors.length - shown.length
  const rest = others > 0 ? ` … and ${others} more.` : ''
  return {
    code: `invalid_${name}_file`,
    message: `The job failed due to an invalid ${name} file. ${shown.join(' ')}${rest}`,
    param: `${name}_file`,
  }
}

function describe({ file, line, path, message, fix, code }: Finding): string {
  const where = [file, line && `line ${line}`, path !== '$' && path].filter(Boolean).join(', ')
  return `${where && `${where}: `}${message} (${code}). ${fix}`.trim()
}

/** @file `graft tune`: examples in, a gated and registered adapter out; ended anywhere, it goes on from there. */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { readModelConfig } from '../../models/index.ts'
import { sha256 } from '../../util/hash.ts'
import { type ContextualExample, withoutContext } from '../dataset/context.ts'
import { BehaviorError } from '../errors.ts'
import { checkExamples } from '../examples/check-examples.ts'
import { type Example, type ExampleSet, entriesOf } from '../examples/example.ts'
import { splitExamples } from '../examples/split.ts'
import { type HouseFormat, learnHouseFormat } from '../house-format/house-format.ts'
import { houseFormatFile } from '../house-format/house-format-file.ts'
import { type AdapterFile, type AdapterVersion, assertName } from '../registry/adapter-version.ts'
import { embeddedTrainer } from '../trainers/embedded.ts'
import type { TrainerResult } from '../trainers/trainer.ts'
import { type Evaluation, evaluateAdapter } from './evaluate-adapter.ts'
import { type TuneOptions, type TuneSettings, tuneSettings } from './options.ts'
import { openStages, type Stages } from './stages.ts'
import { inferTask, type TaskKind } from './tasks/task-kind.ts'

export type TuneResult = {
  readonly adapter: AdapterVersion
  readonly evaluation: Evaluation
  /** Folder of the job, with the adapter in it. */
  readonly job: string
}

type Parts = { train: readonly Example[]; validation: readonly Example[]; test: readonly Example[] }
type Job = {
  options: TuneOptions
  task: TaskKind
  settings: TuneSettings
  dataHash: string
  baseHash: string
  stages: Stages
  folder: string
}

/** The share of the training examples that decides between learning rates and when to stop. */
const VALIDATION_SHARE = 0.1
/** Without a test file. */
const TEST_SHARE = 0.2
/** A rate shows what it is worth early; the sweep stays short beside the training. */
const SWEEP_EPOCHS = 2

/**
 * Checks, splits, puts into context, sweeps the learning rate, trains, evaluates, gates and registers.
 * What the gate refuses is registered too, with its reasons, and is not promoted without force.
 * @throws BehaviorError `examples_have_errors` | `too_few_examples`; what training throws
 */
export async function tune(options: TuneOptions): Promise<TuneResult> {
  assertName(options.name)
  const opened = await openJob(options)
  const parts = checkAndSplit(options, opened.settings)
  const job = { ...opened, task: taskOf(options, parts) }
  const context = await putInContext(job, parts)
  const learningRate = await sweep(job, context)
  const trained = await train(job, context, learningRate)
  const learned = [...parts.train, ...parts.validation]
  const evaluation = await evaluate(job, { learned, test: context.test, adapter: trained.adapter })
  const format =
    job.task === 'tool-calls' ? {} : learnHouseFormat(context.train.map(({ turn }) => turn.text))
  const adapter = await register(job, { trained, evaluation, learningRate, format })
  return { adapter, evaluation, job: job.folder }
}

async function openJob(options: TuneOptions): Promise<Omit<Job, 'task'>> {
  const { jobs, examples, test, instructions, task, trainer = embeddedTrainer } = options
  const { hiddenSize, baseHash } = await describeBase(options)
  const settings = tuneSettings(options, hiddenSize)
  const dataHash = sha256(...[examples, ...(test ? [test] : [])].map(hashOf))
  const identity = { settings, dataHash, baseHash, instructions, task, trainer: trainer.name }
  const id = sha256(JSON.stringify(identity)).slice(0, 12)
  const folder = path.join(jobs, `${options.name}-${id}`)
  return { options, settings, dataHash, baseHash, folder, stages: await openStages(folder) }
}

/** Of a base that only a service has, nobody here knows more than its name. */
async function describeBase({
  base,
  trainer,
}: TuneOptions): Promise<{ hiddenSize: number; baseHash: string }> {
  if (trainer?.service)
    return { hiddenSize: Number.POSITIVE_INFINITY, baseHash: sha256(trainer.service.base) }
  const { hiddenSize } = await readModelConfig(base.folder)
  const files = await readFiles(base.folder)
  return { hiddenSize, baseHash: sha256(...files.map(({ content }) => content)) }
}

function hashOf(set: ExampleSet): string {
  return sha256(JSON.stringify(entriesOf(set).map(({ example }) => example)))
}

function checkAndSplit(options: TuneOptions, { seed }: TuneSettings): Parts {
  const { examples, test, ignoreErrors = false, onEvent } = options
  onEvent?.({ type: 'stage', stage: 'check' })
  const report = checkExamples(examples, test ? { test } : {})
  onEvent?.({ type: 'checked', report })
  if (report.counts.error > 0 && !ignoreErrors) throw hasErrors(report.name, report.counts.error)
  const all = entriesOf(examples).map(({ example }) => example)
  const groupOf = ({ extra }: Example): string | undefined =>
    typeof extra.page === 'string' ? extra.page : undefined
  const outer = test
    ? { train: all, validation: entriesOf(test).map(({ example }) => example) }
    : splitExamples(all, { validation: TEST_SHARE, seed, groupOf })
  if (outer.train.length < MIN_EXAMPLES) throw tooFew(outer.train.length)
  const inner = splitExamples(outer.train, {
    validation: VALIDATION_SHARE,
    seed: seed + 1,
    groupOf,
  })
  const parts = { ...inner, test: outer.validation }
  onEvent?.({
    type: 'split',
    train: parts.train.length,
    validation: parts.validation.length,
    test: parts.test.length,
  })
  return parts
}

function taskOf({ task, onEvent }: TuneOptions, { train, validation }: Parts): TaskKind {
  const kind = task ?? inferTask([...train, ...validation])
  onEvent?.({ type: 'task', task: kind })
  return kind
}

type Context = Record<keyof Parts, ContextualExample[]>

/** Kept in a file: the documents may change before a job that was ended goes on. */
async function putInContext({ options, task, stages }: Job, parts: Parts): Promise<Context> {
  const { onEvent, signal } = options
  // Labels, data and calls are found in the message itself.
  const contextualize = (task === 'reply' && options.contextualize) || withoutContext
  onEvent?.({ type: 'stage', stage: 'context' })
  const of = parts.train.length + parts.validation.length + parts.test.length
  let done = 0
  const collect = async (examples: readonly Example[]): Promise<ContextualExample[]> => {
    const collected: ContextualExample[] = []
    for await (const example of contextualize(examples, signal)) {
      signal?.throwIfAborted()
      collected.push(example)
      done++
      onEvent?.({ type: 'progress', stage: 'context', done, of })
    }
    return collected
  }
  const context = await stages.run('context', async () => {
    // Together, so that what all replies share is seen in each.
    const all = await collect([...parts.train, ...parts.validation, ...parts.test])
    const [second, third] = [parts.train.length, parts.train.length + parts.validation.length]
    return {
      train: all.slice(0, second),
      validation: all.slice(second, third),
      test: all.slice(third),
    }
  })
  const counts = Object.groupBy([...context.train, ...context.validation], (e) => e.grounding)
  onEvent?.({
    type: 'grounding',
    counts: Object.fromEntries(Object.entries(counts).map(([key, list]) => [key, list.length])),
  })
  return context
}

/** The rate with the lowest validation loss after a short run. */
async function sweep({ options, settings, stages }: Job, context: Context): Promise<number> {
  const { trainer = embeddedTrainer, onEvent } = options
  const { learningRates } = settings
  if (learningRates.length === 1 || !trainer.canSweep || context.validation.length === 0)
    return learningRates[Math.floor(learningRates.length / 2)]!
  onEvent?.({ type: 'stage', stage: 'sweep' })
  const tried: { learningRate: number; loss: number | null }[] = []
  for (const learningRate of learningRates) {
    const name = `sweep-${learningRate}`
    const { validationLoss = null } = await stages.run(name, () =>
      runTrainer(
        { options, settings, context, learningRate, output: stages.folder(name) },
        SWEEP_EPOCHS,
      ),
    )
    onEvent?.({ type: 'rate', learningRate, validationLoss })
    tried.push({ learningRate, loss: validationLoss })
  }
  return tried.reduce((a, b) => ((b.loss ?? Infinity) < (a.loss ?? Infinity) ? b : a)).learningRate
}

async function train(
  { options, settings, stages }: Job,
  context: Context,
  learningRate: number,
): Promise<TrainerResult> {
  options.onEvent?.({ type: 'stage', stage: 'train' })
  return await stages.run('train', () =>
    runTrainer(
      { options, settings, context, learningRate, output: stages.folder('training') },
      settings.epochs,
    ),
  )
}

type Training = Pick<Job, 'options' | 'settings'> & {
  context: Context
  learningRate: number
  output: string
}

async function runTrainer(
  { options, settings, context, learningRate, output }: Training,
  epochs: number,
): Promise<TrainerResult> {
  const { trainer = embeddedTrainer, base, signal, onEvent } = options
  const { rank, alpha, seed } = settings
  return await trainer.train({
    base: base.folder,
    turns: context.train.map(({ turn }) => turn),
    validation: context.validation.map(({ turn }) => turn),
    settings: { rank, alpha, epochs, learningRate, seed },
    output,
    signal,
    onProgress: (event) => onEvent?.({ type: 'training', learningRate, event }),
  })
}

async function evaluate(
  { options, task, settings, stages }: Job,
  trained: { learned: readonly Example[]; test: readonly ContextualExample[]; adapter: string },
): Promise<Evaluation> {
  const { base, instructions, signal, onEvent } = options
  onEvent?.({ type: 'stage', stage: 'evaluate' })
  const evaluation = await stages.run('evaluation', () =>
    evaluateAdapter({
      base: base.folder,
      adapter: trained.adapter,
      service: options.trainer?.service,
      task,
      items: trained.test.map(({ item }) => item),
      learned: trained.learned,
      instructions,
      margin: settings.margin,
      signal,
      onProgress: (done, of) => onEvent?.({ type: 'progress', stage: 'evaluate', done, of }),
    }),
  )
  onEvent?.({ type: 'gate', gate: evaluation.gate })
  return evaluation
}

async function register(
  { options, settings, dataHash, baseHash, folder }: Job,
  outcome: {
    trained: TrainerResult
    evaluation: Evaluation
    learningRate: number
    format: HouseFormat
  },
): Promise<AdapterVersion> {
  const { registry, name, base, trainer = embeddedTrainer, onEvent } = options
  const { trained, evaluation, learningRate, format } = outcome
  onEvent?.({ type: 'stage', stage: 'register' })
  const { outcomes: _, ...summary } = evaluation
  const adapter = await registry.register({
    name,
    dataHash,
    base: trainer.service?.base ?? base.name,
    baseHash,
    config: {
      ...settings,
      learningRate,
      ...trained.used,
      trainer: trainer.name,
      job: path.basename(folder),
    },
    evaluation: summary,
    verdict: evaluation.gate.verdict,
    files: [...(await readFiles(trained.adapter)), houseFormatFile(format)],
  })
  onEvent?.({ type: 'registered', adapter })
  return adapter
}

async function readFiles(folder: string): Promise<AdapterFile[]> {
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
  return await Promise.all(
    names.toSorted().map(async (name) => ({
      path: name,
      content: await readFile(path.join(folder, name)),
    })),
  )
}

/** Fewer cannot be split, and teach nothing but themselves. */
const MIN_EXAMPLES = 10

function hasErrors(name: string, errors: number): BehaviorError {
  return new BehaviorError('examples_have_errors', `${name} has ${errors} errors`, {
    hint: `See them with "graft examples check ${name}", mend them, or train all the same with --ignore-errors.`,
  })
}

function tooFew(count: number): BehaviorError {
  return new BehaviorError('too_few_examples', `there are ${count} examples to train on`, {
    hint: `Give at least ${MIN_EXAMPLES}; 50 to 200 good ones are a sensible start.`,
  })
}

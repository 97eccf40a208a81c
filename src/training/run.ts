/** @file Everything a training run needs, made ready: examples checked, batches planned, the model in memory. */
import path from 'node:path'
import {
  type BatchShape,
  type LanguageModel,
  type LoraAdapter,
  openLanguageModel,
  trainableParameters,
  weightShapes,
} from '../models/index.ts'
import { type Provider, sizeOf } from '../onnx/index.ts'
import { sha256 } from '../util/hash.ts'
import {
  assertSameRun,
  type CheckpointHeader,
  type Fingerprint,
  latestCheckpoint,
  type Progress,
  readValues,
  removeCheckpoints,
} from './checkpoint.ts'
import { type EventLog, openEventLog } from './event-log.ts'
import type { StartEvent } from './events.ts'
import {
  type ExampleSet,
  hashExamples,
  type Selection,
  selectExamples,
  trainedCount,
} from './examples.ts'
import { copyAdapter, initializeLora } from './initialize.ts'
import { type MemoryPlan, planMemory } from './memory.ts'
import type { Settings } from './options.ts'
import { type MicroBatch, type Plan, planRun, planScoring } from './plan.ts'
import { type Schedule, warmupSteps } from './schedule.ts'
import { createScorer, type Scores } from './scorer.ts'
import { defaultThreads } from './threads.ts'
import { loadTrainable, loraShape, type TrainableModel } from './trainable-model.ts'
import { createTrainer, type Trainer } from './trainer.ts'

/** What a run is told, as data that can go to another thread. */
export type TrainJob = {
  readonly model: string
  readonly output: string
  readonly examples: ExampleSet
  readonly validation: ExampleSet | null
  readonly initial: LoraAdapter | null
  readonly settings: Settings
  readonly checkpointEvery: number | null
  readonly resume: boolean
  readonly recompute: boolean | 'auto'
  readonly threads: number | null
  readonly provider: Provider
}

export type Run = {
  readonly job: TrainJob
  readonly source: LanguageModel
  readonly model: TrainableModel
  readonly set: ExampleSet
  readonly plan: Plan
  readonly schedule: Schedule
  readonly trainer: Trainer
  readonly validation: { score(): Promise<Scores> } | undefined
  /** The values that validated best; absent where they are not kept. */
  readonly bestValues: Float32Array | null
  readonly progress: Progress
  readonly fingerprint: Fingerprint
  readonly threads: number
  readonly recompute: boolean
  readonly checkpoints: string
  readonly log: EventLog
  readonly startEvent: StartEvent
  close(): Promise<void>
}

export async function prepareRun(job: TrainJob): Promise<Run> {
  const source = await openLanguageModel(job.model)
  try {
    return await prepare(job, source)
  } catch (error) {
    await source.close()
    throw error
  }
}

async function prepare(job: TrainJob, source: LanguageModel): Promise<Run> {
  const { settings } = job
  const data = prepareData(job, source)
  const checkpoints = path.join(job.output, 'checkpoints')
  const checkpoint = job.resume ? await latestCheckpoint(checkpoints) : undefined
  const memory = expectMemory(job, source, data, checkpoint)
  const model = await loadTrainable(source, loraShape(settings.method))
  const fingerprint = fingerprintOf(job, model)
  if (checkpoint) assertSameRun(checkpoint, fingerprint)
  else await removeCheckpoints(checkpoints)

  const threads = job.threads ?? checkpoint?.threads ?? defaultThreads()
  const session = { threads, provider: job.provider }
  const { recompute } = memory
  const trainer = createTrainer(model, { ...settings, recompute, session })
  // Validation is rare: memory that its graph would keep is worth more to the training graph.
  const scorer = createScorer(model, { ...session, arena: false })
  const { progress, bestValues } = await firstValues(job, { model, trainer, checkpoint })
  return {
    job,
    source,
    model,
    set: job.examples,
    plan: data.plan,
    schedule: scheduleOf(settings, data.plan),
    trainer,
    validation: data.validation && {
      score: () => scorer.score(job.validation!, data.validation!),
    },
    bestValues,
    progress,
    fingerprint,
    threads,
    recompute,
    checkpoints,
    log: await openEventLog(path.join(job.output, 'train.jsonl'), progress.step),
    startEvent: describeStart(data, { job, model, memory, threads, progress, checkpoint }),
    async close() {
      await trainer.close()
      await scorer.close()
      await source.close()
    },
  }
}

type Data = {
  readonly plan: Plan
  readonly selection: Selection
  readonly validation: readonly MicroBatch[] | undefined
  readonly warnings: readonly string[]
}

function prepareData(
  { examples, validation, settings }: TrainJob,
  { config }: LanguageModel,
): Data {
  const { tooLong } = settings
  const maxLength = settings.maxLength ?? config.maxPositions
  const limits = { vocabSize: config.vocabSize, maxLength, tooLong }
  const selection = selectExamples(examples, limits)
  const plan = planRun(examples, selection.used, settings)
  if (!validation) return { plan, selection, validation: undefined, warnings: selection.warnings }
  const checked = selectExamples(validation, limits)
  return {
    plan,
    selection,
    validation: planScoring(validation, checked.used),
    warnings: [
      ...selection.warnings,
      ...checked.warnings.map((warning) => `validation: ${warning}`),
    ],
  }
}

function expectMemory(
  { settings, recompute }: TrainJob,
  { config }: LanguageModel,
  { plan }: Data,
  checkpoint: CheckpointHeader | undefined,
): MemoryPlan {
  const shapes = plan.steps.flatMap(({ batches }) => batches.map(({ shape }) => shape))
  const cells = ({ rows, length }: BatchShape): number => rows * length
  const shape = shapes.reduce((a, b) => (cells(b) > cells(a) ? b : a))
  const lora = loraShape(settings.method)
  const arrays = 3 + Number(settings.accumulate > 1) + Number(settings.keepBest)
  const weights = [...weightShapes(config).values()].reduce((sum, sizes) => sum + sizeOf(sizes), 0)
  const trained = trainableParameters(config, lora).reduce((sum, { size }) => sum + size, 0)
  return planMemory(
    { config, weights, trained, isLora: lora !== undefined, shape, arrays },
    recompute === 'auto' ? (checkpoint?.recompute ?? recompute) : recompute,
  )
}

function fingerprintOf(job: TrainJob, { hash }: TrainableModel): Fingerprint {
  return {
    model: hash,
    examples: hashExamples(job.examples),
    validation: job.validation && hashExamples(job.validation),
    initial: job.initial && hashAdapter(job.initial),
    settings: job.settings,
  }
}

function hashAdapter({ modules }: LoraAdapter): string {
  const bytes = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
    new Uint8Array(buffer, byteOffset, byteLength)
  return sha256(...modules.flatMap(({ module, a, b }) => [module, bytes(a), bytes(b)]))
}

function scheduleOf(settings: Settings, { steps: { length: steps } }: Plan): Schedule {
  return {
    curve: settings.schedule,
    peak: settings.learningRate,
    steps,
    warmupSteps: warmupSteps(settings.warmup, steps),
    minimumShare: settings.minimumRate,
  }
}

/** Fills the trained values: from the checkpoint, the adapter to go on from, or at random. */
async function firstValues(
  { initial, settings }: TrainJob,
  { model, trainer, checkpoint }: Preparation,
): Promise<{ progress: Progress; bestValues: Float32Array | null }> {
  const { parameters, values } = model
  const bestValues = settings.keepBest ? new Float32Array(values.length) : null
  if (checkpoint) {
    const best = await readValues(checkpoint, parameters, trainer.state)
    bestValues?.set(best ?? values)
    return { progress: checkpoint.progress, bestValues }
  }
  if (initial) copyAdapter(parameters, values, initial)
  else if (model.lora) initializeLora(parameters, values, settings.seed)
  const progress = { step: 0, loss: 0, validationLoss: null, best: null, stale: 0, seconds: 0 }
  return { progress, bestValues }
}

type Preparation = {
  readonly model: TrainableModel
  readonly trainer: Trainer
  readonly checkpoint: CheckpointHeader | undefined
}

function describeStart(
  { plan, selection, warnings }: Data,
  run: Pick<Run, 'job' | 'model' | 'threads' | 'progress'> &
    Pick<Preparation, 'checkpoint'> & { memory: MemoryPlan },
): StartEvent {
  const { job, model, threads, progress, memory, checkpoint } = run
  const { rows, length } = plan.steps[0]!.batches[0]!.shape
  return {
    type: 'start',
    steps: plan.steps.length,
    resumedFrom: progress.step,
    examples: selection.used.length,
    trainedTokens: selection.used.reduce((sum, i) => sum + trainedCount(job.examples, i), 0),
    parameters: model.values.length,
    batch: { rows, length },
    paddingShare: plan.paddingShare,
    memoryBytes: memory.bytes,
    recompute: memory.recompute,
    threads,
    warnings: [...warnings, ...memory.warnings, ...threadWarnings(threads, checkpoint)],
  }
}

function threadWarnings(threads: number, checkpoint: CheckpointHeader | undefined): string[] {
  if (!checkpoint || checkpoint.threads === threads) return []
  return [
    `the checkpoint was made with ${checkpoint.threads} threads, not ${threads}: the result may differ in its last bits`,
  ]
}

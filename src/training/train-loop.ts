/** @file A training run on the calling thread: steps, validation, checkpoints, the result. */
import { type Batch, fillBatch } from './batch.ts'
import { TrainingError } from './errors.ts'
import type { TrainingEvent, TrainingResult } from './events.ts'
import type { ExampleSet } from './examples.ts'
import { writeResult } from './output.ts'
import type { MicroBatch } from './plan.ts'
import { prepareRun, type Run, type TrainJob } from './run.ts'
import { createSaver } from './saver.ts'
import { learningRate } from './schedule.ts'

export type RunHooks = {
  readonly signal: AbortSignal
  /** Called for each event, in order. */
  emit(event: TrainingEvent): void
}

/** Trains as `job` says, from the beginning or from where an earlier run of the same job was ended. */
export async function runTraining(job: TrainJob, hooks: RunHooks): Promise<TrainingResult> {
  const run = await prepareRun(job)
  try {
    const loop = createLoop(run, hooks)
    await loop.start()
    while (!loop.isOver()) await loop.step()
    return await loop.finish()
  } finally {
    await run.close()
  }
}

type Loop = {
  start(): Promise<void>
  isOver(): boolean
  step(): Promise<void>
  finish(): Promise<TrainingResult>
}

function createLoop(run: Run, { signal, emit }: RunHooks): Loop {
  const { job, plan, progress, trainer } = run
  const { settings } = job
  const pace = createPace(run)
  const report = async (event: TrainingEvent): Promise<void> => {
    await run.log.append(event)
    emit(event)
  }

  const saver = createSaver(run, report)

  async function abort(): Promise<never> {
    await saver.save()
    throw new TrainingError(
      'aborted',
      `training was ended after step ${progress.step} of ${plan.steps.length}`,
      { hint: 'Train again with the same options and output: it goes on from there.' },
    )
  }

  async function validate(): Promise<void> {
    if (!run.validation || !isValidationDue(run)) return
    const { loss } = await run.validation.score()
    progress.validationLoss = loss
    const isBest =
      loss < (progress.best?.loss ?? Infinity) - (settings.earlyStopping?.minimumGain ?? 0)
    progress.stale = isBest ? 0 : progress.stale + 1
    if (isBest) {
      progress.best = { step: progress.step, loss }
      run.bestValues?.set(trainer.state.values)
    }
    await report({ type: 'validation', step: progress.step, loss, isBest })
  }

  async function takeStep(): Promise<void> {
    const { batches, trained, tokens, epoch } = plan.steps[progress.step]!
    const rate = learningRate(run.schedule, progress.step)
    const started = performance.now()
    const filled = fillBatches(run.set, batches, 1 / trained)
    const step = progress.step + 1
    const outcome = await trainer.step(filled, { step, rate, signal })
    progress.step = step
    progress.loss = outcome.loss
    const speed = pace.count(tokens, (performance.now() - started) / 1000)
    await report({
      type: 'step',
      step,
      steps: plan.steps.length,
      epoch: epoch + 1,
      ...outcome,
      learningRate: rate,
      tokens,
      ...speed,
    })
  }

  return {
    start: () => report(run.startEvent),
    isOver: () => progress.step === plan.steps.length || isStale(run),
    async step() {
      if (signal.aborted) await abort()
      try {
        await takeStep()
      } catch (error) {
        if (signal.aborted && error === signal.reason) await abort()
        throw error
      }
      // Before a checkpoint, which then knows of it: a resumed run must not validate less often.
      await validate()
      if (saver.isDue()) await saver.save()
    },
    async finish() {
      await saver.save()
      const result = await writeOutcome(run)
      await report({ type: 'done', ...result })
      return result
    },
  }
}

function* fillBatches(
  set: ExampleSet,
  batches: readonly MicroBatch[],
  lossWeight: number,
): Generator<Batch> {
  for (const batch of batches) yield fillBatch(set, batch, lossWeight)
}

function isValidationDue({ job, plan, progress }: Run): boolean {
  const every = job.settings.validateEvery ?? Math.ceil(plan.steps.length / 10)
  return progress.step % every === 0 || progress.step === plan.steps.length
}

function isStale({ job, progress }: Run): boolean {
  const { earlyStopping } = job.settings
  return earlyStopping !== null && progress.stale >= earlyStopping.patience
}

async function writeOutcome(run: Run): Promise<TrainingResult> {
  const { job, model, progress, source, plan } = run
  const best = job.settings.keepBest ? progress.best : null
  const values = best && run.bestValues ? run.bestValues : model.values
  const { method } = job.settings
  const folder = await writeResult(job.output, source, { model, values, method })
  const validationLoss = best?.loss ?? progress.validationLoss
  return {
    path: folder,
    steps: progress.step,
    bestStep: best?.step ?? progress.step,
    loss: progress.loss,
    ...(validationLoss !== null && { validationLoss }),
    stoppedEarly: progress.step < plan.steps.length,
    seconds: progress.seconds,
  }
}

/** Speed over all steps of this process, and what it means for the rest. */
function createPace({ plan, progress }: Run): {
  count(tokens: number, seconds: number): { tokensPerSecond: number; secondsLeft: number }
} {
  let left = plan.steps.slice(progress.step).reduce((sum, { tokens }) => sum + tokens, 0)
  let done = 0
  let elapsed = 0
  return {
    count(tokens, seconds) {
      left -= tokens
      done += tokens
      elapsed += seconds
      progress.seconds += seconds
      return { tokensPerSecond: tokens / seconds, secondsLeft: (left * elapsed) / done }
    },
  }
}

/** @file What a running job tells, written to its events at the pace of the store. */
import type { Database } from '../../db/index.ts'
import type { TrainerEvent } from '../trainers/trainer.ts'
import type { TuneEvent, TuneStage } from '../tune/events.ts'
import type { Gate } from '../tune/gate.ts'
import { insertEvents, type NewEvent, type Progress, saveProgress } from './queries.ts'

export type Journal = {
  note(event: NewEvent): void
  /** As `tune` reports them. */
  add(event: TuneEvent): void
  /** Waits until everything is stored. @throws what the store threw */
  flush(): Promise<void>
}

type TuneHandlers = {
  [Type in TuneEvent['type']]?: (event: Extract<TuneEvent, { type: Type }>) => void
}
type TrainingHandlers = {
  [Type in TrainerEvent['type']]?: (event: Extract<TrainerEvent, { type: Type }>) => void
}

const STAGES: Partial<Record<TuneStage, string>> = {
  context: 'Looking up evidence for the examples',
  sweep: 'Trying learning rates in short runs',
  train: 'Training started',
  evaluate: 'Evaluating on held-out examples',
}

/** `epochs` are those of the training itself, by which its tokens are counted. */
export function createJournal(db: Database, jobId: string, epochs: number): Journal {
  const writer = createWriter(db, jobId)
  const metrics = createMetrics(writer.add)
  const note = (event: NewEvent): void => {
    metrics.complete()
    writer.add(event)
  }
  let stage: TuneStage = 'check'
  let started = { tokens: 0, steps: 1 }

  const training: TrainingHandlers = {
    start(event) {
      started = { tokens: event.trainedTokens * epochs, steps: event.steps }
      const from = event.resumedFrom > 0 ? `, going on behind step ${event.resumedFrom}` : ''
      note({ message: `Training on ${event.examples} examples in ${event.steps} steps${from}` })
    },
    step(event) {
      metrics.step(event)
      writer.progress({ secondsLeft: event.secondsLeft })
    },
    validation: ({ loss }) => metrics.validation(loss),
    log: ({ text }) => note({ message: text }),
    done({ steps, bestStep }) {
      metrics.complete()
      const trainedTokens = Math.round((started.tokens * steps) / started.steps)
      writer.progress({ trainedTokens, checkpointStep: bestStep })
    },
  }

  const tuning: TuneHandlers = {
    stage(event) {
      stage = event.stage
      const message = STAGES[stage]
      if (message !== undefined) note({ message })
    },
    split: ({ train, validation, test }) =>
      note({
        message: `${train} examples to train on, ${validation} to validate, ${test} held out`,
      }),
    rate: ({ learningRate, validationLoss }) =>
      note({ message: `Learning rate ${learningRate}: validation loss ${shown(validationLoss)}` }),
    training({ event }) {
      // The short runs of a sweep have steps of the same numbers.
      if (stage === 'train') training[event.type]?.(event as never)
    },
    gate: ({ gate }) => note(gateNote(gate)),
    registered: ({ adapter }) =>
      note({ message: `New fine-tuned model created: graft:${adapter.name}:${adapter.version}` }),
  }

  return {
    note,
    add: (event) => tuning[event.type]?.(event as never),
    async flush() {
      metrics.complete()
      await writer.flush()
    },
  }
}

function gateNote({ verdict, checks }: Gate): NewEvent {
  if (verdict === 'passed') return { message: 'The gate passed the model' }
  const reasons = checks
    .filter(({ result }) => result === 'failed' || result === 'undecided')
    .map(({ name, reason }) => `${name}: ${reason}`)
  return {
    level: 'warn',
    message: `The gate refused the model: ${reasons.join('; ')}`,
    data: { verdict, checks },
  }
}

type StepEvent = Extract<TrainerEvent, { type: 'step' }>

/** A step's validation comes behind it: its metrics are complete when something else comes. */
function createMetrics(write: (event: NewEvent) => void): {
  step(event: StepEvent): void
  validation(loss: number): void
  complete(): void
} {
  let open: { event: StepEvent; validLoss?: number } | undefined
  const complete = (): void => {
    if (open) write(metricsOf(open.event, open.validLoss))
    open = undefined
  }
  return {
    complete,
    step(event) {
      complete()
      open = { event }
    },
    validation(loss) {
      if (open) open = { ...open, validLoss: loss }
    },
  }
}

function metricsOf(event: StepEvent, validLoss: number | undefined): NewEvent {
  const { step, steps, loss, learningRate } = event
  const validation = validLoss === undefined ? '' : `, validation loss=${shown(validLoss)}`
  return {
    message: `Step ${step}/${steps}: training loss=${shown(loss)}${validation}`,
    step,
    data: {
      step,
      total_steps: steps,
      train_loss: loss,
      ...(validLoss !== undefined && { valid_loss: validLoss }),
      learning_rate: learningRate,
    },
  }
}

function shown(loss: number | null): string {
  return loss === null ? 'unknown' : loss.toFixed(4)
}

/** One write at a time; what comes meanwhile goes with the next. */
function createWriter(
  db: Database,
  jobId: string,
): { add(event: NewEvent): void; progress(progress: Progress): void; flush(): Promise<void> } {
  let events: NewEvent[] = []
  let progress: Progress | undefined
  let writing: Promise<void> | undefined
  let failure: { error: unknown } | undefined

  async function write(): Promise<void> {
    while (events.length > 0 || progress) {
      const [batch, latest] = [events, progress]
      events = []
      progress = undefined
      if (batch.length > 0) await insertEvents(db, jobId, batch)
      if (latest) await saveProgress(db, jobId, latest)
    }
  }

  function start(): void {
    writing ??= write()
      .catch((error: unknown) => {
        failure = { error }
      })
      .finally(() => {
        writing = undefined
      })
  }

  return {
    add(event) {
      events.push(event)
      start()
    },
    progress(latest) {
      progress = { ...progress, ...latest }
      start()
    },
    async flush() {
      await writing
      if (failure) throw failure.error
    },
  }
}

/** @file Decides what the model computes next: requests join and leave the running batch between steps. */
import type { Decoder } from './decoder.ts'
import type { Job } from './job.ts'
import { createSlotTable, type Slot } from './slots.ts'

export type Scheduler = {
  submit(job: Job): void
  /** Does something between two steps, while no run is under way. */
  between<Result>(task: () => Promise<Result>): Promise<Result>
}

export type SchedulerOptions = {
  /** How many sequences are decoded together. */
  readonly maxBatch: number
}

/**
 * Prompt tokens per run. Sequences that decode wait for such a run to end; shorter ones would use the
 * processor less well.
 */
const promptChunk = 256
/** With logits after each token: 64 rows of a vocabulary of 150,000 are 38 MB. */
const scoredChunk = 64

export function createScheduler(decoder: Decoder, { maxBatch }: SchedulerOptions): Scheduler {
  const runner = createRunner(decoder)
  const { slots } = runner
  const waiting: Job[] = []
  const tasks: (() => Promise<void>)[] = []
  let isRunning = false

  async function work(): Promise<void> {
    if (isRunning) return
    isRunning = true
    do {
      await tasks.shift()?.()
      for (const slot of slots.busy()) if (slot.job!.isEnded) slots.release(slot)
      if (!slots.filling) admitNext()
      if (slots.filling) await runner.fill(slots.filling)
      if (slots.decoding().length > 0) await runner.decode(slots.decoding())
    } while (slots.busy().length + waiting.length + tasks.length > 0)
    isRunning = false
  }

  function admitNext(): void {
    while (waiting[0]?.isEnded) waiting.shift()
    const job = slots.decoding().length < maxBatch ? waiting.shift() : undefined
    if (job) slots.admit(job)
  }

  return {
    submit(job) {
      waiting.push(job)
      void work()
    },
    between(task) {
      return new Promise((resolve, reject) => {
        tasks.push(() => task().then(resolve, reject))
        void work()
      })
    },
  }
}

/** Runs the decoder on slots and hands the logits to their jobs. What a job throws ends that job alone. */
function createRunner(decoder: Decoder) {
  const { cache, vocabSize } = decoder
  const slots = createSlotTable(cache)

  const abandon = (slot: Slot, error: unknown): void => {
    slot.job!.fail(error)
    slots.release(slot)
    slots.clear(slot)
  }

  /** Runs new tokens; whether that went well. */
  async function run(
    batch: readonly Slot[],
    tokens: readonly (readonly number[])[],
    wanted: readonly number[],
  ): Promise<Float32Array | undefined> {
    try {
      slots.makeRoom(tokens[0]!.length)
      const logits = await decoder.run({
        firstSlot: slots.indexOf(batch[0]!),
        tokens,
        starts: batch.map((slot) => slot.tokens.length),
        adapters: batch.map(({ adapter }) => adapter),
        wanted,
      })
      for (const [i, slot] of batch.entries()) slot.tokens.push(...tokens[i]!)
      return logits
    } catch (error) {
      for (const slot of batch) abandon(slot, error)
      return undefined
    }
  }

  const give = (slot: Slot, logits: Float32Array, row: number): void => {
    if (!slot.job) return
    try {
      slot.next = slot.job.take(logits.subarray(row * vocabSize, (row + 1) * vocabSize))
    } catch (error) {
      abandon(slot, error)
    }
  }

  return {
    slots,
    /** Computes the next piece of a slot's prompt; after the last one the slot decodes. */
    async fill(slot: Slot): Promise<void> {
      const { prompt, wantsAll } = slot.job!
      const start = slot.tokens.length
      const chunk = prompt.slice(start, start + (wantsAll ? scoredChunk : promptChunk))
      const wanted = wantsAll ? [...chunk.keys()] : [chunk.length - 1]
      const logits = await run([slot], [chunk], wanted)
      if (!logits) return
      const isWhole = start + chunk.length === prompt.length
      if (isWhole || wantsAll) for (const row of wanted.keys()) give(slot, logits, row)
      if (!isWhole || !slot.job) return
      if (slot.next === undefined) slots.release(slot)
      else slots.join()
    },
    /** One token for each slot. */
    async decode(batch: readonly Slot[]): Promise<void> {
      const tokens = batch.map(({ next }) => [next!])
      const logits = await run(batch, tokens, [...batch.keys()])
      if (!logits) return
      for (const [row, slot] of batch.entries()) give(slot, logits, row)
      for (const slot of batch) if (slot.job && slot.next === undefined) slots.release(slot)
    },
  }
}

/** @file Which sequence is in which slot of the cache. */
import type { PreparedAdapter } from './adapters.ts'
import type { Job } from './job.ts'
import type { KvCache } from './kv-cache.ts'

/** A place in the cache. */
export type Slot = {
  /** The tokens whose rows it holds; they stay when the job is done, for prompts that begin with them. */
  tokens: number[]
  adapter: PreparedAdapter | undefined
  job?: Job | undefined
  /** The token chosen last, which is to be run next. */
  next?: number | undefined
}

/**
 * The slots in the order of the cache: first those that decode, which thereby are one batch; then the one
 * whose prompt is being computed; then idle ones, the latest first.
 */
export type SlotTable = {
  /** The slots that decode. */
  decoding(): Slot[]
  /** The slot whose prompt is being computed. */
  readonly filling: Slot | undefined
  busy(): Slot[]
  indexOf(slot: Slot): number
  /** Gives a job the idle slot that holds most of its prompt, or else the one idle for longest. */
  admit(job: Job): void
  /** Lets the slot whose prompt is computed decode. */
  join(): void
  /** Takes the job from a slot, which keeps its rows. */
  release(slot: Slot): void
  /** Forgets what an idle slot holds. */
  clear(slot: Slot): void
  /** Makes room for new rows in each busy slot. */
  makeRoom(newRows: number): void
}

export function createSlotTable(cache: KvCache): SlotTable {
  const slots: Slot[] = []
  let decoding = 0
  let filling: Slot | undefined
  const busy = (): Slot[] => slots.slice(0, decoding + (filling ? 1 : 0))

  const exchange = (a: number, b: number): void => {
    if (a === b) return
    const [left, right] = [slots[a]!, slots[b]!]
    cache.swap(a, b, Math.max(left.tokens.length, right.tokens.length))
    slots[a] = right
    slots[b] = left
  }
  const addSlot = (): void => {
    slots.push({ tokens: [], adapter: undefined })
    cache.resize(slots.length, cache.capacity)
  }

  return {
    decoding: () => slots.slice(0, decoding),
    get filling() {
      return filling
    },
    busy,
    indexOf: (slot) => slots.indexOf(slot),
    admit(job) {
      if (slots.length === decoding) addSlot()
      const shared = slots.slice(decoding).map((slot) => sharedTokens(slot, job))
      const most = Math.max(...shared)
      exchange(decoding + shared.lastIndexOf(most), decoding)
      filling = slots[decoding]!
      filling.tokens.length = most
      filling.adapter = job.adapter
      filling.job = job
      job.begin?.(most)
    },
    join() {
      filling = undefined
      decoding++
    },
    release(slot) {
      slot.job = undefined
      slot.next = undefined
      if (slot === filling) filling = undefined
      else {
        exchange(slots.indexOf(slot), --decoding)
        if (filling) exchange(decoding, decoding + 1)
      }
    },
    clear(slot) {
      cache.clear(slots.indexOf(slot))
      slot.tokens = []
    },
    makeRoom(newRows) {
      const needed = Math.max(...busy().map(({ tokens }) => tokens.length)) + newRows
      // Room is given back only where most of it is unused, since that copies the cache.
      const isMuchLess = needed * 2 < cache.capacity
      cache.resize(slots.length, isMuchLess ? needed : Math.max(needed, cache.capacity))
      for (const { tokens } of slots) tokens.length = Math.min(tokens.length, cache.capacity)
    },
  }
}

/** How many tokens of a job's prompt a slot holds. The last one is always run: its logits are wanted. */
function sharedTokens(slot: Slot, { prompt, adapter, wantsAll }: Job): number {
  if (wantsAll || slot.adapter !== adapter) return 0
  const longest = Math.min(slot.tokens.length, prompt.length - 1)
  let shared = 0
  while (shared < longest && slot.tokens[shared] === prompt[shared]) shared++
  return shared
}

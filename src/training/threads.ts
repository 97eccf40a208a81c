/** @file How many threads kernels get by default. */
import { readFileSync } from 'node:fs'
import os from 'node:os'

/**
 * One per physical core, which ONNX Runtime takes too: two threads on one core share its arithmetic.
 * Where the system does not tell (only Linux does so in a file), one per logical core.
 */
export function defaultThreads(): number {
  const available = os.availableParallelism()
  const cores = new Set(os.cpus().map((_, cpu) => siblingsOf(cpu)))
  return Math.max(1, Math.min(available, cores.size))
}

/** The logical cores that share the physical core of `cpu`. */
function siblingsOf(cpu: number): string {
  try {
    return readFileSync(`/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`, 'utf8')
  } catch {
    return String(cpu)
  }
}

/** @file Reads the file that `graft probe` writes. */
import { z } from 'zod'
import { AdviseError } from './errors.ts'
import { readDataFile } from './read-data-file.ts'
import type { Measurement, ProbeResult, Signal, SignalId, Signals } from './signals.ts'

const measurement = z
  .object({
    value: z.number(),
    low: z.number(),
    high: z.number(),
    items: z.number().int().positive().optional(),
  })
  .refine(({ value, low, high }) => low <= value && value <= high, {
    message: 'low, value and high are not in this order',
  })
  .optional()
const positive = z.number().positive().optional()

const schema = z.object({
  version: z.literal(1),
  headroom: z.object({
    knowledge: measurement,
    retrieval: measurement,
    reading: measurement,
    form: measurement,
    voice: measurement,
    abstention: measurement,
    longContext: measurement,
  }),
  closedBook: measurement,
  recallAt5: measurement,
  effectiveContextTokens: positive,
  fewShotTokens: positive,
  firstTokenP95Ms: positive,
  unknownFactShare: z.number().min(0).max(1).optional(),
})

/** @throws AdviseError `file_unreadable` | `invalid_probe` */
export async function readProbe(file: string): Promise<Signals> {
  const parsed = schema.safeParse(await readDataFile(file))
  if (!parsed.success)
    throw new AdviseError(
      'invalid_probe',
      `${file} is no result of a probe: ${z.prettifyError(parsed.error).replaceAll(/\s*\n\s*/g, ' ')}`,
      { hint: 'Pass the file that graft probe wrote; docs/guides/advise.md shows its shape.' },
    )
  // zod types a missing field as undefined; a probe that leaves it out means the same.
  return probeSignals(parsed.data as ProbeResult, file)
}

/** The measurements of a probe as signals. */
export function probeSignals(probe: ProbeResult, name = 'the probe'): Signals {
  const { headroom } = probe
  const found: [SignalId, Measurement | number | undefined][] = [
    ['knowledgeHeadroom', headroom.knowledge],
    ['retrievalHeadroom', headroom.retrieval],
    ['readingHeadroom', headroom.reading],
    ['formHeadroom', headroom.form],
    ['voiceHeadroom', headroom.voice],
    ['abstentionHeadroom', headroom.abstention],
    ['longContextGain', headroom.longContext],
    ['closedBook', probe.closedBook],
    ['recallAt5', probe.recallAt5],
    ['effectiveContextTokens', probe.effectiveContextTokens],
    ['fewShotTokens', probe.fewShotTokens],
    ['firstTokenP95Ms', probe.firstTokenP95Ms],
    ['unknownFactShare', probe.unknownFactShare],
  ]
  return Object.fromEntries(
    found.flatMap(([id, value]) => (value === undefined ? [] : [[id, toSignal(value, name)]])),
  )
}

function toSignal(measured: Measurement | number, name: string): Signal {
  if (typeof measured === 'number') return { value: measured, how: `measured by ${name}` }
  const { value, low, high, items } = measured
  const count = items === undefined ? '' : ` on ${items} items`
  return { value, low, high, how: `measured by ${name}${count}` }
}

/** @file The three policies for answer sentences without support: keep them out, mark them, do not judge. */
import type { Segment } from './answer-layout.ts'
import { type AnswerWriter, leadingSpace, longerBreak } from './answer-writer.ts'
import { type ClaimUnit, createUnitBuffer } from './claim-units.ts'
import type { AskEvent, VerificationPolicy } from './events.ts'
import { judgeSupport } from './support.ts'

export type Verifier = {
  add(segments: readonly Segment[]): AskEvent[]
  /** Judges what is left at the end of the output. */
  end(): AskEvent[]
  /** Whether anything that answers was let through. */
  hasAnswer(): boolean
  /** Lets through what still waits for an answer to go with. */
  release(): AskEvent[]
  /** Keeps out what still waits. */
  withhold(): AskEvent[]
}

export const verifiers: Record<VerificationPolicy, (writer: AnswerWriter) => Verifier> = {
  off: (writer) => ({
    add: (segments) => segments.flatMap((segment) => writer.write(segment).events),
    ...withoutWaiting(writer),
    end: () => [],
  }),
  flag: createFlaggingVerifier,
  strict: createStrictVerifier,
}

function withoutWaiting(
  writer: AnswerWriter,
): Pick<Verifier, 'hasAnswer' | 'release' | 'withhold'> {
  return { hasAnswer: () => writer.answer() !== '', release: () => [], withhold: () => [] }
}

/** Text goes out at once; its verdicts follow. */
function createFlaggingVerifier(writer: AnswerWriter): Verifier {
  const buffer = createUnitBuffer()
  const judge = (units: ClaimUnit[]): AskEvent[] =>
    units.flatMap((unit) => writeVerdict(writer, unit))
  return {
    add: (segments) =>
      segments.flatMap((segment) => {
        const { start, end, events } = writer.write(segment)
        return [...events, ...judge(buffer.add([segment], { start, end }))]
      }),
    ...withoutWaiting(writer),
    end: () => judge(buffer.rest()),
  }
}

/**
 * A sentence goes out once it is known to have support. Sentences without a claim wait for one that
 * has: a greeting or a heading alone is no answer.
 */
function createStrictVerifier(writer: AnswerWriter): Verifier {
  const buffer = createUnitBuffer()
  let waiting: ClaimUnit[] = []
  let answered = false
  /** Paragraph breaks before withheld units, for the next one that stays. */
  let gap = ''

  const release = (unit: ClaimUnit): AskEvent[] => {
    const { start, end, events } = writer.writeUnit(unit)
    return [...events, ...writeVerdict(writer, { ...unit, start, end })]
  }

  const withhold = (unit: ClaimUnit): AskEvent[] => {
    gap = longerBreak(gap, leadingSpace(unit.segments).space)
    for (const lead of waiting) lead.leadsIntoWithheld = true
    const at = writer.answer().length
    const support = judgeSupport(unit)
    return writer.verdict({ start: at, end: at, support, markers: [], withheld: true })
  }

  const takeWaiting = (): ClaimUnit[] => {
    const units = waiting
    waiting = []
    return units
  }

  const gate = (unit: ClaimUnit): AskEvent[] => {
    const support = judgeSupport(unit)
    if (support === 'unsupported') return withhold(unit)
    waiting.push({ ...unit, gap })
    gap = ''
    if (support === 'no-claim') return []
    answered = true
    return takeWaiting().flatMap(release)
  }

  return {
    add: (segments) => buffer.add(segments).flatMap(gate),
    end: () => buffer.rest().flatMap(gate),
    hasAnswer: () => answered,
    release: () =>
      takeWaiting().flatMap((unit) =>
        unit.leadIn && unit.leadsIntoWithheld ? withhold(unit) : release(unit),
      ),
    withhold: () => takeWaiting().flatMap(withhold),
  }
}

function writeVerdict(writer: AnswerWriter, unit: ClaimUnit): AskEvent[] {
  const { start, end } = unit
  const markers = writer.markersOf(unit)
  return writer.verdict({ start, end, support: judgeSupport(unit), markers, withheld: false })
}

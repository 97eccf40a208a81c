/** @file Checks of arguments: every number that reaches a formula has passed one of these. */
import { StatisticsError } from './errors.ts'

/** A whole number from zero on. @throws StatisticsError invalid_argument */
export function checkCount(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 0) return
  throw new StatisticsError('invalid_argument', `${name} is ${value}`, {
    hint: `Give ${name} as a whole number, zero or more.`,
  })
}

/** A whole number from `least` on. @throws StatisticsError invalid_argument */
export function checkAtLeast(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return
  throw new StatisticsError('invalid_argument', `${name} is ${value}`, {
    hint: `Give ${name} as a whole number, ${least} or more.`,
  })
}

/** Strictly between 0 and 1: a level, an error rate, a margin. @throws StatisticsError invalid_argument */
export function checkOpenShare(name: string, value: number): void {
  if (value > 0 && value < 1) return
  throw new StatisticsError('invalid_argument', `${name} is ${value}`, {
    hint: `Give ${name} as a number above 0 and below 1, for example 0.05 for 5 %.`,
  })
}

/** From 0 to 1, both included: a probability. @throws StatisticsError invalid_argument */
export function checkShare(name: string, value: number): void {
  if (value >= 0 && value <= 1) return
  throw new StatisticsError('invalid_argument', `${name} is ${value}`, {
    hint: `Give ${name} as a number from 0 to 1.`,
  })
}

/** Finite and above zero. @throws StatisticsError invalid_argument */
export function checkPositive(name: string, value: number): void {
  if (Number.isFinite(value) && value > 0) return
  throw new StatisticsError('invalid_argument', `${name} is ${value}`, {
    hint: `Give ${name} as a number above zero.`,
  })
}

/** 1 means independent items; less would claim that items which belong together tell more. */
export function checkDesignEffect(value: number): void {
  if (Number.isFinite(value) && value >= 1) return
  throw new StatisticsError('invalid_argument', `designEffect is ${value}`, {
    hint: 'Give a design effect of 1 (independent items) or more.',
  })
}

/** At least one value, all finite. @throws StatisticsError no_data, invalid_argument */
export function checkValues(name: string, values: readonly number[]): void {
  if (values.length === 0) {
    throw new StatisticsError('no_data', `${name} holds no values`, {
      hint: 'Leave the number out of the report where nothing was scored; it has no estimate.',
    })
  }
  const index = values.findIndex((value) => !Number.isFinite(value))
  if (index === -1) return
  throw new StatisticsError('invalid_argument', `${name}[${index}] is ${values[index]}`, {
    hint: 'Keep failed and not applicable items out of the values, and report how many there are.',
  })
}

/** @throws StatisticsError length_mismatch */
export function checkSameLength(
  names: readonly [string, string],
  lengths: readonly [number, number],
): void {
  if (lengths[0] === lengths[1]) return
  throw new StatisticsError(
    'length_mismatch',
    `${names[0]} has ${lengths[0]} entries, ${names[1]} has ${lengths[1]}`,
    { hint: `Give ${names[0]} and ${names[1]} in the order of the same items.` },
  )
}

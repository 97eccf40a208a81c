/** @file Ids that sort by time. */
import { randomBytes } from 'node:crypto'

/** Enough digits of base 36 until the year 5188. */
const TIME_DIGITS = 9

/** An id such as `tr_0mh9z4k2q3f9c…`: those of later milliseconds sort behind. */
export function createTraceId(now: number = Date.now()): string {
  return `tr_${now.toString(36).padStart(TIME_DIGITS, '0')}${randomBytes(7).toString('hex')}`
}

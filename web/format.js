/** @file Dates and durations as readers say them. */

import { locale } from './strings.js'

const dateFormat = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' })
const timeFormat = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })
const relativeFormat = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

/** @param {string | number | Date} time */
export function formatDate(time) {
  return dateFormat.format(new Date(time))
}

/** @param {string} time */
export function formatTime(time) {
  return timeFormat.format(new Date(time))
}

/**
 * How long ago, in the largest unit that fits: "3 minutes ago", "yesterday".
 *
 * @param {string} time
 */
export function formatAgo(time) {
  const seconds = Math.round((Date.now() - Date.parse(time)) / 1000)
  for (const [unit, size] of units) {
    if (seconds >= size) return relativeFormat.format(-Math.floor(seconds / size), unit)
  }
  return 'just now'
}

/**
 * The last moment of a day of the reader's calendar, but never in the future.
 *
 * @param {string} day yyyy-mm-dd, as date inputs write it
 */
export function endOfDay(day) {
  const end = new Date(`${day}T23:59:59.999`).getTime()
  return new Date(Math.min(end, Date.now())).toISOString()
}

/** Today in the reader's calendar, yyyy-mm-dd. */
export function today() {
  const now = new Date()
  const two = (/** @type {number} */ part) => String(part).padStart(2, '0')
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
}

/** @file Dates in a text, however they are written. */
import type { Span } from '../../knowledge/index.ts'
import type { DateFact } from './fact.ts'

type Parts = { year?: number; month: number; day?: number }
type FoundDate = Span & { readings: Parts[] }

const MONTHS =
  'january february march april may june july august september october november december'
const MONTH = MONTHS.split(' ')
  .map((name) => (name.length > 3 ? `${name.slice(0, 3)}(?:${name.slice(3)}|\\.)?` : name))
  .concat('sept\\.?')
  .join('|')
const DAY = String.raw`(?<day>\d{1,2})(?:st|nd|rd|th)?`
const EDGE = String.raw`(?<![\p{L}\p{N}]|\d[.,/-])`
const END = String.raw`(?![\p{L}\p{N}]|[.,/-]\d)`

type Pattern = { expression: RegExp; read(groups: Record<string, string | undefined>): Parts[] }

const patterns: Pattern[] = [
  {
    expression: dateExpression(String.raw`(?<year>\d{4})-(?<month>\d\d)(?:-(?<day>\d\d))?`),
    read: ({ year, month, day }) => [
      { year: Number(year), month: Number(month), ...(day && { day: Number(day) }) },
    ],
  },
  {
    expression: dateExpression(
      String.raw`${DAY}\.?\s(?:of\s)?(?<name>${MONTH})(?:,?\s(?<year>\d{4}))?`,
    ),
    read: ofNames,
  },
  {
    expression: dateExpression(
      String.raw`(?<name>${MONTH})\s(?:${DAY}(?!\d)(?:,?\s(?<year>\d{4}))?|(?<only>\d{4}))`,
    ),
    read: ofNames,
  },
  {
    expression: dateExpression(
      String.raw`(?<first>\d{1,2})(?<mark>[./])(?<second>\d{1,2})\k<mark>(?<year>\d{4}|\d\d)`,
    ),
    // A slash may have the month first; a dot never does.
    read: ({ first, mark, second, year = '' }) => {
      const whole = Number(year.length === 2 ? `20${year}` : year)
      const dayFirst = { year: whole, month: Number(second), day: Number(first) }
      const monthFirst = { year: whole, month: Number(first), day: Number(second) }
      return mark === '/' ? [dayFirst, monthFirst] : [dayFirst]
    },
  },
]

/** Where the text gives the date; a date without its year counts, since the year may be understood. */
export function findDate({ date }: DateFact, text: string): Span[] {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number?]
  const agrees = (found: Parts): boolean =>
    found.month === month &&
    (found.year === undefined ? found.day !== undefined : found.year === year) &&
    (day === undefined || found.day === day)
  return datesIn(text)
    .filter(({ readings }) => readings.some(agrees))
    .map(({ start, end }) => ({ start, end }))
}

function datesIn(text: string): FoundDate[] {
  return patterns.flatMap(({ expression, read }) =>
    [...text.matchAll(expression)].map((match) => ({
      start: match.index,
      end: match.index + match[0].length,
      readings: read(match.groups!),
    })),
  )
}

function dateExpression(body: string): RegExp {
  return new RegExp(`${EDGE}(?:${body})${END}`, 'giu')
}

function ofNames(groups: Record<string, string | undefined>): Parts[] {
  const { name = '', day, year = groups.only } = groups
  const start = name.slice(0, 3).toLowerCase()
  const month = 1 + MONTHS.split(' ').findIndex((full) => full.startsWith(start))
  return [
    {
      month,
      ...(day !== undefined && { day: Number(day) }),
      ...(year !== undefined && { year: Number(year) }),
    },
  ]
}

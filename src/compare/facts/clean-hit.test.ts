import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkFacts } from './clean-hit.ts'
import { contentOf } from './content.ts'
import { type Fact, factSchema } from './fact.ts'

function isHit(answer: string, ...gold: Fact[]): boolean {
  return checkFacts(answer, { gold, rivals: [] }).clean
}

const word = fc.stringMatching(/^[a-z]{2,8}$/)

describe('contentOf', () => {
  it('takes out markers, quotes and markup, and keeps the words', () => {
    const answer = '> The **trial** lasts [30 days](x.md) [1].\n- `SSO` costs _nothing_ [2].'
    expect(contentOf(answer)).toBe('The trial lasts 30 days. SSO costs nothing.')
  })

  it('keeps underscores and hyphens within names, and signs', () => {
    expect(contentOf('set max_retries to -4 in X-Request-Id')).toBe(
      'set max_retries to -4 in X-Request-Id',
    )
  })
})

describe('text', () => {
  it('is found as a whole, whatever the case and markup', () => {
    expect(isHit('It is on the **Team  Plan**.', { text: 'team plan' })).toBe(true)
    expect(isHit('It costs 8000.', { text: '8' })).toBe(false)
    expect(isHit('It costs 1.8.', { text: '8' })).toBe(false)
    expect(isHit('It costs 8.', { text: '8' })).toBe(true)
    expect(isHit('planning teams', { text: 'team' })).toBe(false)
  })

  it('has other names', () => {
    expect(isHit('Ask Ana.', { text: ['Ana Torres', 'Ana'] })).toBe(true)
  })

  it('is found between any words, and not within a longer one', () => {
    fc.assert(
      fc.property(fc.array(word), word, fc.array(word), word, (before, value, after, more) => {
        const others = [...before, ...after].filter((other) => other !== value)
        expect(isHit([...before, value, ...after].join(' '), { text: value })).toBe(true)
        expect(isHit([...others, value + more].join(' '), { text: value })).toBe(false)
      }),
    )
  })

  it('takes the characters of expressions for themselves', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z][.+?(){}|^$\\-]{1,4}[a-z]$/), (value) => {
        expect(isHit(`see ${value} there`, { text: value })).toBe(true)
        expect(isHit('see axb there', { text: value })).toBe(false)
      }),
    )
  })
})

describe('number', () => {
  const unit = fc.constantFrom('days', 'GB', '%', 'seats', 'km')
  const spellings = (n: number): string[] => [String(n), n.toLocaleString('en'), `${n}.0`]

  it('is the same however it is written, and no other number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5e6 }), unit, fc.nat(2), (number, unit, form) => {
        const answer = `Up to ${spellings(number)[form]} ${unit}, as always.`
        expect(isHit(answer, { number, unit })).toBe(true)
        expect(isHit(answer, { number: number + 1, unit })).toBe(false)
        expect(isHit(answer, { number, unit: 'months' })).toBe(false)
      }),
    )
  })

  it('converts units', () => {
    expect(isHit('It takes 2 weeks.', { number: 14, unit: 'days' })).toBe(true)
    expect(isHit('Default is 360 minutes.', { number: 6, unit: 'hours' })).toBe(true)
    expect(isHit('At most 1.5 GB.', { number: 1500, unit: 'MB' })).toBe(true)
    expect(isHit('12 months', { number: 1, unit: 'year' })).toBe(true)
    expect(isHit('1 month', { number: 30, unit: 'days' })).toBe(false)
  })

  it('reads words, scales, currencies, ranges and compounds', () => {
    expect(isHit('thirty days', { number: 30, unit: 'day' })).toBe(true)
    expect(isHit('two hundred and five seats', { number: 205, unit: 'seats' })).toBe(true)
    expect(isHit('twenty-five', { number: 25 })).toBe(true)
    expect(isHit('5 million events', { number: 5_000_000 })).toBe(true)
    expect(isHit('10k visits', { number: 10_000, unit: 'visits' })).toBe(true)
    expect(isHit('It is $9 a month', { number: 9, unit: 'USD' })).toBe(true)
    expect(isHit('a 30-day trial', { number: 30, unit: 'days' })).toBe(true)
    expect(isHit('30 calendar days', { number: 30, unit: 'days' })).toBe(true)
    expect(isHit('10 to 14 days', { number: 10, unit: 'days' })).toBe(true)
    expect(isHit('10-14 days', { number: 14, unit: 'days' })).toBe(true)
  })

  it('keeps signs, decimals and versions apart', () => {
    expect(isHit('down to -4 degrees', { number: -4 })).toBe(true)
    expect(isHit('down to -4 degrees', { number: 4 })).toBe(false)
    expect(isHit('3.5 units', { number: 35 })).toBe(false)
    expect(isHit('3,5 km', { number: 3.5, unit: 'km' })).toBe(true)
    expect(isHit('version 1.2.3', { number: 2 })).toBe(false)
    expect(isHit('HTTP2', { number: 2 })).toBe(false)
  })

  it('allows for a tolerance', () => {
    expect(isHit('about 98 ms', { number: 100, unit: 'ms', tolerance: 5 })).toBe(true)
    expect(isHit('about 90 ms', { number: 100, unit: 'ms', tolerance: 5 })).toBe(false)
  })
})

describe('date', () => {
  const day = fc.date({
    min: new Date('1990-01-01T00:00:00Z'),
    max: new Date('2099-12-31T00:00:00Z'),
    noInvalidDate: true,
  })
  const write = (date: Date, options: Intl.DateTimeFormatOptions, locale: string): string =>
    date.toLocaleDateString(locale, { timeZone: 'UTC', ...options })

  it('is the same in every notation, and no other day', () => {
    fc.assert(
      fc.property(day, (date) => {
        const iso = date.toISOString().slice(0, 10)
        const other = new Date(date.getTime() + 86_400_000).toISOString().slice(0, 10)
        const long = { day: 'numeric', month: 'long', year: 'numeric' } as const
        const short = { day: 'numeric', month: 'short', year: 'numeric' } as const
        const [year, month, dayOfMonth] = iso.split('-')
        const notations = [
          iso,
          write(date, long, 'en-GB'),
          write(date, long, 'en-US'),
          write(date, short, 'en-GB'),
          write(date, short, 'en-US'),
          `${dayOfMonth}.${month}.${year}`,
        ]
        for (const notation of notations) {
          expect(isHit(`Valid until ${notation}.`, { date: iso }), notation).toBe(true)
          expect(isHit(`Valid until ${notation}.`, { date: other }), notation).toBe(false)
        }
      }),
    )
  })

  it('may be a month, or leave out the year', () => {
    expect(isHit('Released in March 2026.', { date: '2026-03' })).toBe(true)
    expect(isHit('Released in March 2025.', { date: '2026-03' })).toBe(false)
    expect(isHit('on the 5th of January', { date: '2026-01-05' })).toBe(true)
    expect(isHit('you may use it', { date: '2026-05' })).toBe(false)
  })

  it('with slashes has either part first', () => {
    expect(isHit('03/04/2026', { date: '2026-04-03' })).toBe(true)
    expect(isHit('03/04/2026', { date: '2026-03-04' })).toBe(true)
  })
})

describe('set', () => {
  it('needs all members, in any order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(word, { minLength: 2, maxLength: 6 }), fc.nat(), (set, at) => {
        expect(isHit(set.toReversed().join(', '), { set })).toBe(true)
        const without = set.filter((_, i) => i !== at % set.length)
        expect(isHit(without.join(', '), { set })).toBe(false)
      }),
    )
  })
})

describe('regex and yes', () => {
  it('reads expressions without regard to case unless told', () => {
    expect(isHit('Code AB-12.', { regex: 'ab-\\d+' })).toBe(true)
    expect(isHit('Code AB-12.', { regex: 'ab-\\d+', flags: '' })).toBe(false)
  })

  it('reads yes where it is said, and no also from a negation', () => {
    expect(isHit('Hi! Yes, you can.', { yes: true })).toBe(true)
    expect(isHit('You can.', { yes: true })).toBe(false)
    expect(isHit('Paddle does not allow it.', { yes: false })).toBe(true)
    expect(isHit("You can't.", { yes: false })).toBe(true)
    expect(isHit('Yes, but not on Sundays.', { yes: false })).toBe(false)
    expect(isHit('I know nothing.', { yes: false })).toBe(false)
  })
})

describe('a rival', () => {
  it('spoils a hit, whatever the order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 1000 }), (gold, rival) => {
        const facts = {
          gold: [{ number: gold, unit: 'days' }],
          rivals: [{ number: rival, unit: 'days' }],
        }
        expect(checkFacts(`${gold} days`, facts).clean).toBe(true)
        expect(checkFacts(`${gold} days, before ${rival} days`, facts).clean).toBe(false)
        expect(checkFacts(`${rival} days, now ${gold} days`, facts).clean).toBe(false)
        expect(checkFacts(`${rival} days`, facts)).toEqual({
          gold: [false],
          rivals: [true],
          clean: false,
        })
      }),
    )
  })

  it('within a gold fact is none', () => {
    const facts = { gold: [{ text: 'tier 4 and tier 5' }], rivals: [{ text: 'tier 5' }] }
    expect(checkFacts('From tier 4 and tier 5 on.', facts).clean).toBe(true)
    expect(checkFacts('From tier 4 and tier 5 on, or tier 5.', facts).clean).toBe(false)
  })
})

describe('factSchema', () => {
  it('reads a string as a text and refuses what says nothing', () => {
    expect(factSchema.parse('30 days')).toEqual({ text: '30 days' })
    for (const bad of ['', { text: [] }, { date: '2026-02-30' }, { regex: '(' }, { day: 1 }])
      expect(factSchema.safeParse(bad).success, JSON.stringify(bad)).toBe(false)
  })
})

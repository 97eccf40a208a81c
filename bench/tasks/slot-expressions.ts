/** @file Regular expressions for bookings: what a developer writes in an hour with the training rows at hand. */
import type { SlotName, Slots } from './data.ts'

const NUMBER = String.raw`\d{1,2}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|a couple of`
const SPELLED = `one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve`
const GUESTS = `people|persons?|guests?|adults?|kids?|children|child|diners?|friends?|others?`
const MONTH = String.raw`(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?`
const WEEKDAY = String.raw`(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?`
const DAY = String.raw`\d{1,2}(?:st|nd|rd|th)?`
const YEAR = String.raw`(?:,? ?\d{4})?`
const CLOCK = String.raw`\d{1,2}(?:[:.]\d{2})? ?(?:[ap]\.?m\.?)|\d{1,2}:\d{2}`
const NAME = '[A-Z][a-z]+'
const INTRODUCTION = `(?:[Uu]nder(?: the)?(?: name)?(?: of)?|[Nn]ame is|[Tt]his is|I am|I'm|[Mm]y name(?: is)?|[Nn]ame:?|[Bb]ehalf of)`

const expressions: Record<Exclude<SlotName, 'first_name' | 'last_name'>, readonly RegExp[]> = {
  people: [
    new RegExp(`\\b((?:${NUMBER}) (?:${GUESTS})(?: and (?:${NUMBER}) (?:${GUESTS}))?)\\b`, 'i'),
    new RegExp(
      `\\b(?:for|of|party of|table for|seats?|we are|just us) (\\d{1,2}|${SPELLED})\\b(?![:/.]\\d| ?[ap]\\.?m)`,
      'i',
    ),
    new RegExp(`\\b(\\d{1,2}|${SPELLED}) of us\\b`, 'i'),
  ],
  date: [
    new RegExp(`\\b((?:${WEEKDAY},? )?${DAY} (?:of )?${MONTH}${YEAR})(?![\\w])`, 'i'),
    new RegExp(`\\b((?:${WEEKDAY},? )?(?:the )?${MONTH} ${DAY}${YEAR})(?![\\w])`, 'i'),
    /\b(\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[-/]\d{1,2}[-/]\d{2,4})\b/,
    /\b((?:\d+|an?|one|two|three|four|five|six|seven) (?:days?|weeks?|months?|\w+days) from (?:now|today|tomorrow))\b/i,
    /\b(in (?:\d+|an?|one|two|three|four|five|six|seven) (?:days?|weeks?|months?))\b/i,
    new RegExp(
      `\\b((?:this|next|coming) (?:${WEEKDAY}|week|weekend|month|evening|afternoon))(?![\\w])`,
      'i',
    ),
    new RegExp(
      `\\b(the day after tomorrow|tomorrow(?: night| evening)?|tonight|today|${WEEKDAY})(?![\\w])`,
      'i',
    ),
    /\bthe (\d{1,2}(?:st|nd|rd|th))\b/i,
  ],
  time: [
    new RegExp(`\\b((?:around |about )?(?:${CLOCK}))(?![\\w])`, 'i'),
    /\b(noon|midday|midnight|(?:half|quarter) (?:past|to) \w+|\d{1,2} o'clock)\b/i,
    /\bat (\d{1,2})\b(?![:/])/i,
  ],
}

const BARE_NUMBER = new RegExp(`\\b(\\d{1,2}|${SPELLED})\\b`, 'i')

/** A bare answer to a question is the slot that was asked for. */
export function extractWithExpressions(message: string): Slots {
  const [, asked = '', text = message] = /^\(asked for: ([^)]*)\) (.*)$/.exec(message) ?? []
  const slots: Slots = { people: null, date: null, time: null, first_name: null, last_name: null }
  for (const [slot, list] of Object.entries(expressions))
    slots[slot as SlotName] = firstMatch(text, list)
  const [first, last] = nameIn(text, /name/.test(asked))
  if (asked === 'people') slots.people ??= firstMatch(text, [BARE_NUMBER])
  if (asked === 'time') slots.time ??= firstMatch(text, [BARE_NUMBER])
  return { ...slots, first_name: first, last_name: last }
}

function firstMatch(text: string, list: readonly RegExp[]): string | null {
  for (const expression of list) {
    const found = expression.exec(text)?.[1]
    if (found !== undefined) return found
  }
  return null
}

function nameIn(text: string, isAsked: boolean): [first: string | null, last: string | null] {
  const introduced = new RegExp(`\\b${INTRODUCTION} (${NAME})(?: (${NAME}))?`).exec(text)
  const full = new RegExp(`\\bfor (?!${MONTH}|${WEEKDAY})(${NAME}) (${NAME})`).exec(text)
  const found =
    introduced ??
    full ??
    (isAsked ? new RegExp(`^(?:It is |It's )?(${NAME})(?: (${NAME}))?`).exec(text) : null)
  return [found?.[1] ?? null, found?.[2] ?? null]
}

import { describe, expect, it } from 'vitest'
import { judgeSupport, measureSupport } from './support.ts'

const refunds = {
  text: 'You get your money back within 5 business days.',
  title: 'Shop policy',
  headingPath: ['Refunds'],
}
const returns = {
  text: 'Returns are not accepted after 30 days.',
  title: 'Shop policy',
  headingPath: [],
}
const contact = { text: 'Ask Ana Torres at the help desk in Berlin.', title: '', headingPath: [] }
const launch = {
  text: 'The service opened in May 2019 with two regions.',
  title: '',
  headingPath: [],
}
const yuan = { text: '退款需要五天。', title: '', headingPath: [] }

describe('judgeSupport', () => {
  it.each([
    ['You get your money back within 5 days', refunds],
    ['Refunds: money back within five business days', refunds],
    ['Refunds come back', refunds, 'unsupported'],
    ['You get your money back within 6 days', refunds, 'unsupported'],
    ['You do not get your money back', refunds, 'unsupported'],
    ['Returns are not accepted after 30 days', returns],
    ['No, returns are not accepted after 30 days', returns],
    ['Returns are accepted after 30 days', returns, 'unsupported'],
    ['Ask Ana Torres at the help desk', contact],
    ['Please ask Eva Torres at the help desk in Berlin', contact, 'unsupported'],
    ['The service opened in May 2019 with 2 regions', launch],
    ['The service opened in June 2019 with 2 regions', launch, 'unsupported'],
    ['退款需要五天', yuan],
    ['退款不需要手续费', yuan, 'unsupported'],
    ['Five days.', refunds],
    ['Berlin', contact],
    ['Rome', contact, 'unsupported'],
  ])('judges %j by what it cites', (text, cited, verdict = 'supported') => {
    expect(judgeSupport({ text, quoted: false, cited: [cited] })).toBe(verdict)
  })

  it.each([
    'Sure!',
    'Thank you for asking.',
    'Would you like to know more?',
    '## Refunds and returns',
    '**Refunds and returns**',
    'Here are the steps to reset your password:',
    '|---|:--|',
    'Yes.',
    'Here it is.',
  ])('finds no claim in %j', (text) => {
    expect(judgeSupport({ text, quoted: false, cited: [] })).toBe('no-claim')
  })

  it.each([
    'Refunds take long.',
    'Sure, refunds take 5 days and returns are always free.',
    'Refunds take 5 days:',
  ])('finds a claim without support in the uncited %j', (text) => {
    expect(judgeSupport({ text, quoted: false, cited: [] })).toBe('unsupported')
  })

  it('takes several cited sentences together', () => {
    const text = 'Money is back within 5 business days, and returns are not accepted after 30 days.'
    expect(judgeSupport({ text, quoted: false, cited: [refunds, returns] })).toBe('supported')
    expect(judgeSupport({ text, quoted: false, cited: [refunds] })).toBe('unsupported')
  })

  it('supports a quote by construction, but not what is said around it', () => {
    expect(judgeSupport({ text: 'The policy says:', quoted: true, cited: [returns] })).toBe(
      'supported',
    )
    const around = 'Elephants, who love cheese, say:'
    expect(judgeSupport({ text: around, quoted: true, cited: [returns] })).toBe('unsupported')
  })

  it('takes a header row as no claim', () => {
    const header = { text: '| Plan | Monthly price |', quoted: false, cited: [], header: true }
    expect(judgeSupport(header)).toBe('no-claim')
  })
})

describe('measureSupport', () => {
  it('names what is missing', () => {
    expect(measureSupport('In Berlin, Ana Smith waits 12 days', [contact])).toMatchObject({
      missingNumbers: ['12'],
      missingNames: ['smith'],
      negationDiffers: false,
    })
  })

  it('reads 1,000 and 1000 as one number', () => {
    const cited = [{ text: 'Up to 1,000 users and 2.50 euros', title: '', headingPath: [] }]
    expect(measureSupport('1000 users, 2.5 euros', cited).missingNumbers).toEqual([])
    expect(measureSupport('100 users', cited).missingNumbers).toEqual(['100'])
  })
})

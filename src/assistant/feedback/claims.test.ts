import { describe, expect, it } from 'vitest'
import { unsupportedClaims } from './claims.ts'

const evidence = [
  'Refunds take 14 days.',
  'Shipping costs are not refunded.',
  'Annual plans can be cancelled at any time.',
  'Cards are charged on the first of the month.',
].map((text) => ({ text, title: 'Billing', headingPath: ['Refunds'] }))

describe('unsupportedClaims', () => {
  it.each([
    'Refunds take 14 days.',
    'Hello!\n\nRefunds take 14 days.\n\nThanks!',
    'Refunds take 14 days, and shipping costs are not refunded.',
    '- Annual plans can be cancelled at any time.\n- Shipping costs are not refunded.',
    'Does that help you?',
    '',
  ])('finds none in %j', (reply) => {
    expect(unsupportedClaims(reply, evidence)).toEqual([])
  })

  it.each<[string, string[]]>([
    ['Refunds take 30 days.', ['Refunds take 30 days.']],
    ['Shipping costs are refunded.', ['Shipping costs are refunded.']],
    [
      'Refunds take 14 days. Vouchers never expire in any country.',
      ['Vouchers never expire in any country.'],
    ],
  ])('finds what the evidence does not say in %j', (reply, claims) => {
    expect(unsupportedClaims(reply, evidence)).toEqual(claims)
  })

  it('finds every claim where there is no evidence', () => {
    expect(unsupportedClaims('Hello! Refunds take 14 days.', [])).toEqual(['Refunds take 14 days.'])
  })
})

import { describe, expect, it } from 'vitest'
import { masked } from './detectors.ts'
import { findPersonalData } from './personal-data.ts'

describe('findPersonalData', () => {
  it.each([
    ['an e-mail address', 'Ask jane.doe+x@mail.example.org.', 'jane.doe+x@mail.example.org'],
    ['an e-mail address', 'jürgen@müller.de', 'jürgen@müller.de'],
    ['a phone number', 'Call +44 20 7946 0958 today', '+44 20 7946 0958'],
    ['a phone number', 'Call (212) 555-0173 today', '(212) 555-0173'],
    ['a phone number', 'Tel. 030/1234 5678', '030/1234 5678'],
    ['an IBAN', 'to GB82 WEST 1234 5698 7654 32 now', 'GB82 WEST 1234 5698 7654 32'],
    ['a card number', 'card 4111 1111 1111 1111 please', '4111 1111 1111 1111'],
    ['a US social security number', 'SSN 123-45-6789.', '123-45-6789'],
    ['an IP address', 'from 81.2.69.142.', '81.2.69.142'],
    ['an API key', 'key sk-proj-abcdefghijklmnop1234', 'sk-proj-abcdefghijklmnop1234'],
    ['an API key', 'AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE'],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----', '-----BEGIN RSA PRIVATE KEY-----'],
  ])('finds %s in %j', (kind, text, value) => {
    expect(findPersonalData(text)).toMatchObject([{ kind, value }])
  })

  it.each([
    'Order 4111 1111 1111 1112 is on its way.',
    'IBAN DE00 3704 0044 0532 0130 00',
    'Version 1.2.3.4.5 or 10.0.0.1 or 192.168.1.20',
    'SSN 000-12-3456 or 900-12-3456',
    'Use @here, or a@b.',
    'From 2024-11-20 to 2026-11-20, 1,234,567.89 euros; ISBN 978-3-16-148410-0.',
    'The invoice 20261120-0042 of 15:30.',
    'See task-queue-item-number and the disk-space-of-the-server.',
  ])('finds nothing in %j', (text) => {
    expect(findPersonalData(text)).toEqual([])
  })

  it('takes time in proportion to the text', () => {
    const texts = ['a@', '1 ', 'a.', '+1-', 'DE12', '1.'].map((piece) => piece.repeat(50_000))
    const started = process.cpuUsage()
    for (const text of texts) findPersonalData(text)
    expect(process.cpuUsage(started).user / 1e6).toBeLessThan(5)
  })
})

describe('masked', () => {
  it('shows no more than a third', () => {
    expect(masked('jane@example.org')).toBe('ja********rg')
    expect(masked('a@b.co')).toBe('a****o')
  })
})

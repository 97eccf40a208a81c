import { describe, expect, it } from 'vitest'
import { jsonAcceptor } from '../../../test/fixtures/engine/json-acceptor.ts'

describe('formats', () => {
  it.each([
    [
      'date',
      ['2024-02-29', '2023-12-31', '2000-02-29'],
      ['2023-02-29', '1900-02-29', '2024-13-01', '2024-04-31'],
    ],
    ['time', ['23:59:59Z', '01:02:03.123+02:00'], ['24:00:00Z', '12:00:00', '1:02:03Z']],
    ['date-time', ['2024-02-29T10:20:30Z'], ['2024-02-29', '2024-02-29 10:20:30Z']],
    ['duration', ['P1Y2M3DT4H5M6S', 'PT5M', 'P3W'], ['P', 'PT', '1D', 'P1H']],
    ['uuid', ['f81d4fae-7dec-11d0-a765-00a0c91e6bf6'], ['f81d4fae7dec11d0a76500a0c91e6bf6']],
    ['email', ['a.b+c@example.co.uk', "o'x@x.org"], ['a@b', '@b.com', 'a b@c.de', 'a..b@c.de']],
    ['hostname', ['localhost', 'a-b.example.com'], ['-a.com', 'a..b', `${'a'.repeat(64)}.com`]],
    ['ipv4', ['0.0.0.0', '255.249.199.9'], ['256.1.1.1', '1.2.3', '01.2.3.4']],
    [
      'ipv6',
      [
        '::',
        '::1',
        '1::',
        '2001:db8::ff00:42:8329',
        '1:2:3:4:5:6:7:8',
        '1:2:3:4:5:6:1.2.3.4',
        '1:2:3:4:5:6:7::',
      ],
      ['1::2::3', '1:2:3', ':::', '1:2:3:4:5:6:7:8:9'],
    ],
    [
      'uri',
      ['https://example.com:8080/a/b?c=d#e', 'mailto:a@b.de', 'urn:isbn:1'],
      ['example.com', 'http://a b', 'http://x:99999'],
    ],
  ])('keeps the format %s', (format, allowed, ruledOut) => {
    const accepts = jsonAcceptor({ type: 'string', format })
    for (const value of allowed)
      expect([value, accepts(JSON.stringify(value))]).toEqual([value, true])
    for (const value of ruledOut)
      expect([value, accepts(JSON.stringify(value))]).toEqual([value, false])
  })
})

